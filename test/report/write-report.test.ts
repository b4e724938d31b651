import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { samplesSchema } from '../../src/measure/stored-samples.js';
import type { RunStatus } from '../../src/core/status.js';
import { writeReport } from '../../src/report/write-report.js';
import type { ArtifactStore } from '../../src/store/artifacts.js';
import { hostileRun } from './support/hostile.js';
import { judgement } from './support/judgement.js';
import { sampleRun, sampleTrial } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

async function written(artifacts: ArtifactStore, folder: string, status: RunStatus): Promise<string> {
  const { html } = await writeReport({ status, artifacts, folder: join(folder, 'report') });
  return await readFile(html, 'utf8');
}

/** The text of a page, near enough for looking words up. */
const textOf = (html: string) => html.replaceAll(/<style>[\s\S]*?<\/style>/g, '').replaceAll(/<[^>]*>/g, ' ').replaceAll('&gt;', '>').replaceAll('&#39;', "'").replaceAll(/\s+/g, ' ');

describe('the report of a finished run', () => {
  it('says the gain with its interval, what it rests on, and every trial with its reasons', async () => {
    await withStore(async (artifacts, folder) => {
      const status = await sampleRun(artifacts);
      const html = await written(artifacts, folder, status);
      const text = textOf(html);
      expect(text).toMatch(/\d+\.\d% faster 95% interval [\d.]+ to [\d.]+%; final measurement of 30 pairs, champion against base/);
      for (const { id, candidate, verdict } of status.trials) {
        expect(html).toContain(`id="t-${id}"`);
        expect(text).toContain(candidate.title);
        for (const { code, text: why } of verdict?.reasons ?? []) {
          expect(text).toContain(code);
          expect(text).toContain(why.split('\n')[0]);
        }
      }
      expect(text).toContain('AssertionError: expected [ 1, 2 ] to equal [ 2, 1 ]');
      expect(text).toContain('DBSCAN._mergeArrays');
      expect(text).toContain('measured on AMD EPYC 7B13 (kind cpu), host buildhost7, 3f2a1b4c5d6e/cpu');
      expect(html.match(/<dt>measured on<\/dt><dd><code>3f2a1b4c5d6e\/cpu/g)).toHaveLength(status.trials.filter(({ samples }) => samples !== null).length);
      expect(text).toContain('the output of `node check.js`: the same bytes, 2 times with other seeds PERFLOOP_SEED 1234567890, 1999999999');
      expect(text).toContain('approved by ada@buildhost');
      expect(text).toContain('node bench/run.js --points 4000');
      expect(text.match(/the same verdict and numbers/g)).toHaveLength(6);
    });
  });

  it('bounds the false acceptances by the trials that reached confirmation', async () => {
    await withStore(async (artifacts, folder) => {
      const status = await sampleRun(artifacts);
      const confirmed = (await Promise.all(status.trials.map(async ({ samples }) => (samples === null ? [] : (await artifacts.getJson(samples, samplesSchema)).pairs)))).filter((pairs) => pairs.some(({ stage }) => stage === 'confirm')).length;
      expect(confirmed).toBe(3);
      expect(textOf(await written(artifacts, folder, status))).toContain('false acceptances ≤ 0.03 expected number, of 3 confirmations');
    });
  });

  it('is one file: no script, no address, nothing to load', async () => {
    await withStore(async (artifacts, folder) => {
      const html = await written(artifacts, folder, await sampleRun(artifacts));
      expect(html).not.toMatch(/<script|https?:|<iframe|@import|url\(/i);
      expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1]).filter((address) => !address?.startsWith('#'))).toEqual(['data:,']);
      expect(html).toContain("default-src 'none'");
    });
  });

  it('is the same, byte for byte, when it is written again', async () => {
    await withStore(async (artifacts, folder) => {
      const status = await sampleRun(artifacts);
      expect(await written(artifacts, folder, status)).toBe(await written(artifacts, folder, status));
    });
  });
});

describe('the report of another outcome', () => {
  it('says that nothing was accepted', async () => {
    await withStore(async (artifacts, folder) => {
      const { target } = await sampleRun(artifacts);
      const status = await sampleRun(artifacts, { trials: [(await sampleRun(artifacts)).trials[1]!], accepted: 0, speedup: null, final: null, champion: target.base });
      expect(textOf(await written(artifacts, folder, status))).toContain('Nothing accepted 1 trial, none shown to be faster by more than 2.0%; the base stays the champion.');
    });
  });

  it('does not call a gain proven that the final measurement leaves open', async () => {
    await withStore(async (artifacts, folder) => {
      const status = await sampleRun(artifacts);
      const html = await written(artifacts, folder, { ...status, speedup: { ratio: 1.01, ci95: [0.99, 1.03], final: true } });
      expect(textOf(html)).toContain('it may be no faster than the base');
      expect(html).toContain('class="headline bad"');
    });
  });

  it('says "so far" of a run that goes on, and shows what waits for a person', async () => {
    await withStore(async (artifacts, folder) => {
      const waiting = await sampleTrial(artifacts, { id: 'r1-1', title: 'waits', behaviour: { seed: 'w', gain: 0.3 }, changes: { state: 'awaiting-approval', endedAt: null } });
      const running = await sampleTrial(artifacts, { id: 'r1-2', title: 'runs', diff: null, changes: { state: 'screening', endedAt: null } });
      const status = await sampleRun(artifacts, { state: 'running', phase: 'execute', doing: 'trial r1-2', accepted: 0, speedup: null, final: null, endedAt: null, trials: [waiting, running], decisions: [] });
      const text = textOf(await written(artifacts, folder, status));
      expect(text).toContain('Nothing accepted so far 2 trials so far, 1 passed and not yet accepted.');
      expect(text).toContain('running, so far: execute, trial r1-2');
      expect(text).toContain('r1-1 waits for a decision');
      expect(text).toContain('while the run goes on');
    });
  });

  it('shows the error of a run that failed before its first trial', async () => {
    await withStore(async (artifacts, folder) => {
      const status = await sampleRun(artifacts, { state: 'failed', trials: [], accepted: 0, speedup: null, final: null, plan: null, findings: 0, decisions: [], error: { code: 'PL_BASE_RED', message: 'the tests fail at the base', fix: 'Make them pass.' } });
      const text = textOf(await written(artifacts, folder, { ...status, evidence: undefined }));
      expect(text).toContain('PL_BASE_RED the tests fail at the base');
      expect(text).toContain('No candidate was tried');
    });
  });

  it('gives a judgement its verdict as the headline', async () => {
    await withStore(async (artifacts, folder) => {
      const text = textOf(await written(artifacts, folder, await judgement(artifacts)));
      expect(text).toMatch(/Accepted: \d+\.\d% faster 95% interval [\d.]+ to [\d.]+%, \d+ pairs/);
      expect(text).toContain('candidate faster-parse');
      expect(text).toContain('more is better');
      expect(textOf(await written(artifacts, folder, await judgement(artifacts, -0.1)))).toMatch(/Rejected: \d+\.\d% slower/);
    });
  });
});

describe('artifacts that cannot be read', () => {
  it('are named in their place, and the rest is there', async () => {
    await withStore(async (artifacts, folder) => {
      const status = await sampleRun(artifacts);
      const [first] = status.trials;
      await rm(artifacts.placeOf(first!.samples!));
      const diff = artifacts.placeOf(first!.diff!);
      await chmod(diff, 0o644);
      await writeFile(diff, 'damaged');
      await rm(artifacts.placeOf(first!.candidate.patch));
      await rm(artifacts.placeOf(status.final!.samples));
      const text = textOf(await written(artifacts, folder, status));
      expect(text).toContain(`The plot of its samples cannot be shown: artifact ${first!.samples!.sha.slice(0, 12)} (samples`);
      expect(text).toContain('The diff cannot be shown:');
      expect(text).toContain('no longer holds the bytes it is named by');
      expect(text).toContain('The candidate with its rationale cannot be shown:');
      expect(text).toContain('The plot of the final measurement cannot be shown:');
      // The numbers of the verdict and of the final measurement are in the status itself.
      expect(text).toMatch(/peak memory MB less is better/);
      expect(text).toContain('expected number, of 3 confirmations');
    });
  });

  it('of a shape that is not known are not drawn', async () => {
    await withStore(async (artifacts, folder) => {
      const trial = await sampleTrial(artifacts, { id: 'r1-1', title: 'x', behaviour: { seed: 'x', gain: 0.2 } });
      const status = await sampleRun(artifacts, { trials: [{ ...trial, samples: await artifacts.put('samples', '[{"stage":"screen"}]') }] });
      expect(textOf(await written(artifacts, folder, status))).toContain('does not hold what is expected of it');
    });
  });
});

describe('a report with text of others', () => {
  it('escapes all of it', async () => {
    await withStore(async (artifacts, folder) => {
      const html = await written(artifacts, folder, await hostileRun(artifacts));
      expect(html).not.toMatch(/<script|<img|onload="|onerror="/);
      expect(html.match(/<title[ >]/g)?.length).toBe(html.match(/<\/title>/g)?.length);
      expect(html.match(/<\/style>/g)).toHaveLength(1);
      expect(html).toContain('‹U+202E›evil‹U+0000›\ufffd');
    });
  });
});

describe('a report of many trials', () => {
  it('stays small', async () => {
    await withStore(async (artifacts, folder) => {
      const large = `diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1,9000 @@\n${'+const x = "some line of code & more";\n'.repeat(9000)}`;
      const trial = await sampleTrial(artifacts, { id: 'r1-1', title: 'many', behaviour: { seed: 'many', gain: 0.03, spread: 0.1 }, diff: large });
      const status = await sampleRun(artifacts, { trials: Array.from({ length: 100 }, (_, i) => ({ ...trial, id: `r1-${i + 1}` })) });
      const html = await written(artifacts, folder, status);
      expect(html.length).toBeLessThan(12_000_000);
      expect(html.match(/class="trial"/g)).toHaveLength(100);
    });
  });
});

describe('writing', () => {
  it('fails with a clear error where the folder cannot be made', async () => {
    await withStore(async (artifacts, folder) => {
      const file = join(folder, 'file');
      await writeFile(file, '');
      await expect(writeReport({ status: await sampleRun(artifacts), artifacts, folder: join(file, 'report') })).rejects.toMatchObject({ code: 'PL_REPORT_UNWRITABLE' });
    });
  });
});
