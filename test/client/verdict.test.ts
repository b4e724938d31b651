import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { VerdictCheck } from '../../src/client/verbs/verdict.js';
import type { RunStatus, TrialSummary } from '../../src/core/status.js';
import type { Verdict } from '../../src/core/verdict/verdict.js';
import { encodeSamples, samplesSchema } from '../../src/measure/stored-samples.js';
import { openArtifacts, type ArtifactStore } from '../../src/store/artifacts.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { openStoreWriter } from '../../src/store/writer.js';
import { perfloop, type Ended } from '../bad-input/perfloop.js';
import { judgement } from '../report/support/judgement.js';
import { rule, sampleRun } from '../report/support/sample-run.js';
import { withStore } from '../report/support/temporary-store.js';

interface Stored {
  home: Home;
  artifacts: ArtifactStore;
  status: RunStatus;
  verdict: (...args: string[]) => Promise<Ended>;
}

/** A home with one run in it, which `change` may have tampered with. */
async function withRun(make: (artifacts: ArtifactStore) => Promise<RunStatus>, use: (stored: Stored) => Promise<void>): Promise<void> {
  await withStore(async (_artifacts, folder) => {
    const home = homeFrom({ PERFLOOP_HOME: folder });
    const artifacts = openArtifacts(home.artifacts);
    const status = await make(artifacts);
    const { trials, decisions: _decisions, ...header } = status;
    const store = openStoreWriter(home.db);
    store.recordRun(header);
    trials.forEach((trial, position) => store.recordTrial(status.run, position, trial));
    store.close();
    const env = { PATH: process.env['PATH'], HOME: folder, PERFLOOP_HOME: folder, NO_COLOR: '1' };
    await use({ home, artifacts, status, verdict: (...args) => perfloop(['verdict', ...args], { cwd: folder, env }) });
    // It reads the store, and starts nothing.
    expect(existsSync(join(home.root, 'temporal'))).toBe(false);
  });
}

const withTrial = (status: RunStatus, id: string, change: (trial: TrialSummary) => Partial<TrialSummary>): RunStatus => ({ ...status, trials: status.trials.map((trial) => (trial.id === id ? { ...trial, ...change(trial) } : trial)) });
const jsonOf = ({ stdout }: Ended): VerdictCheck => JSON.parse(stdout) as VerdictCheck;

describe('perfloop verdict', () => {
  it('computes every trial of a run again, and agrees with what was said', async () => {
    await withRun(sampleRun, async ({ status, verdict }) => {
      const ended = await verdict('r-k3v', '--json');
      expect(ended.code).toBe(0);
      const checked = jsonOf(ended);
      expect(checked).toMatchObject({ run: status.run, agrees: true, final: { agreement: 'agrees' } });
      expect(checked.trials.map(({ trial, agreement }) => [trial, agreement])).toEqual(status.trials.map(({ id, samples }) => [id, samples === null ? 'unmeasured' : 'agrees']));
      expect(checked.trials[0]).toMatchObject({ again: status.trials[0]?.verdict, rule, ruleFrom: 'samples' });
    });
  });

  it('shows of one trial how it was decided, look by look', async () => {
    await withRun(sampleRun, async ({ status, verdict }) => {
      const { stdout, code } = await verdict(`${status.run}/r1-1`);
      expect(code).toBe(0);
      const [title, said, by, head, ...looks] = stdout.split('\n');
      expect(title).toBe(`${status.run}/r1-1  a Set beside the list of neighbours in place of indexOf`);
      expect(said).toMatch(/^ {2}accepted, and so say its samples: 1\.\d{3}x \(1\.\d{3} \.\. 1\.\d{3}, \d+ pairs\)$/);
      expect(by).toBe('  rule 1: more than 2% faster by wall, sequential looks, confirmed on one fresh build of each side');
      expect(head).toMatch(/^ {2}look +pairs +builds +ratio +95% interval +p\(no gain\) +passes at +p\(gain\) +futile at +came to$/);
      expect(looks[0]).toMatch(/^ {2}screening +\d+ +\d+ +1\.\d{3}x +.* \.\. .* (passed|went on)$/);
      expect(stdout).toMatch(/^ {2}confirmation .* passed$/m);
      expect(stdout).toMatch(/^ {2}guard peak memory kept: peak memory is .* over \d+ pairs; 5\.0% worse is allowed$/m);
      expect(stdout).toMatch(/^ {2}faster: confirmed: /m);
    });
  });

  it('takes a judgement by its id, and samples of a version that stored no rule with them', async () => {
    await withRun(judgement, async ({ verdict }) => {
      const ended = await verdict('j-7x2m', '--json');
      expect(ended.code).toBe(0);
      expect(jsonOf(ended)).toMatchObject({ agrees: true, final: null, trials: [{ trial: 'candidate', agreement: 'agrees', ruleFrom: 'run' }] });
    });
  });

  it('says what overruled the samples, as when a person turned it down', async () => {
    const turnedDown = async (artifacts: ArtifactStore): Promise<RunStatus> => withTrial(await sampleRun(artifacts), 'r1-1', ({ verdict }) => ({ verdict: { kind: 'rejected', measured: verdict?.measured ?? null, reasons: [...(verdict?.reasons ?? []), { code: 'not-approved', text: 'Rejected by ada.' }] } }));
    await withRun(turnedDown, async ({ status, verdict }) => {
      const { stdout, code } = await verdict(`${status.run}/r1-1`);
      expect(stdout).toContain('rejected, with the numbers of its samples, which alone would mean accepted; decided otherwise by faster, not-approved');
      expect(code).toBe(0);
    });
  });
});

describe('a record that its samples do not bear out', () => {
  const forge = (change: (trial: TrialSummary, artifacts: ArtifactStore) => Promise<Partial<TrialSummary>>) => async (artifacts: ArtifactStore): Promise<RunStatus> => {
    const status = await sampleRun(artifacts);
    const trial = status.trials.find(({ id }) => id === 'r1-2') as TrialSummary;
    const changed = await change(trial, artifacts);
    return withTrial(status, 'r1-2', () => changed);
  };
  const accepted = ({ verdict }: TrialSummary): Verdict => ({ kind: 'accepted', measured: { ...verdict!.measured!, ratio: 1.4, ci95: [1.3, 1.5] }, reasons: [{ code: 'faster', text: 'so much' }] });

  it.each([
    ['another verdict', forge(async (trial) => ({ verdict: { ...accepted(trial), measured: trial.verdict!.measured! } as Verdict }))],
    ['other numbers', forge(async (trial) => ({ verdict: accepted(trial) }))],
    ['other samples', forge(async (trial, artifacts) => {
      const { pairs } = await artifacts.getJson(trial.samples!, samplesSchema);
      return { samples: await artifacts.put('samples', encodeSamples({ rule, pairs: pairs.map((pair) => ({ ...pair, b: { ...pair.b, wallMs: pair.b.wallMs / 2 } })) })) };
    })],
    ['another rule', forge(async (trial, artifacts) => {
      const { pairs } = await artifacts.getJson(trial.samples!, samplesSchema);
      return { samples: await artifacts.put('samples', encodeSamples({ rule: { ...rule, delta: -0.5 }, pairs })) };
    })],
  ])('because it has %s is told, with an exit code of its own', async (_what, make) => {
    await withRun(make, async ({ status, verdict }) => {
      const one = await verdict(`${status.run}/r1-2`);
      expect(one.stdout).toMatch(/r1-2 .*\n {2}\w+, but its samples say /);
      expect(one.code).toBe(6);
      const all = await verdict(status.run, '--json');
      expect(all.code).toBe(6);
      expect(jsonOf(all).trials.filter(({ agreement }) => agreement === 'differs').map(({ trial }) => trial)).toEqual(['r1-2']);
    });
  });

  it('cannot be told where the samples are gone, and hides nothing of the others', async () => {
    await withRun(sampleRun, async ({ status, artifacts, verdict }) => {
      rmSync(artifacts.placeOf(status.trials[0]!.samples!));
      const { stdout, code } = await verdict(status.run);
      expect(code).toBe(2);
      expect(stdout).toMatch(/r1-1 .*\n {2}accepted, cannot be computed again: /);
      expect(stdout).toMatch(/r1-2 .*\n {2}\w+, and so say its samples/);
    });
  });

  it('nor where the file was changed', async () => {
    await withRun(sampleRun, async ({ status, artifacts, home, verdict }) => {
      const file = artifacts.placeOf(status.trials[0]!.samples!);
      const { chmodSync, readFileSync, writeFileSync } = await import('node:fs');
      chmodSync(file, 0o644);
      writeFileSync(file, readFileSync(file, 'utf8').replace('"wallMs":1', '"wallMs":2'));
      expect(readdirSync(home.root)).toContain('perfloop.db');
      const ended = await verdict(`${status.run}/r1-1`, '--json');
      expect(ended.code).toBe(2);
      expect(jsonOf(ended).trials[0]).toMatchObject({ agreement: 'unknown', why: expect.stringContaining(status.trials[0]!.samples!.sha.slice(0, 12)) as string });
    });
  });
});

describe('what cannot be named', () => {
  it.each([['r-aaaaaaaa', 'PL_NO_SUCH_RUN'], ['nothing at all', 'PL_NO_SUCH_RUN'], ['r-k3v/r9-9', 'PL_NO_SUCH_TRIAL'], ['/', 'PL_NO_SUCH_RUN']])('%s is refused with %s', async (text, code) => {
    await withRun(sampleRun, async ({ verdict }) => {
      const ended = await verdict(text);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain(`error ${code}: `);
    });
  });
});
