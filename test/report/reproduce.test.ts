import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportData } from '../../src/report/data.js';
import { loadReport } from '../../src/report/load.js';
import { reproduceCommands, shellWord } from '../../src/report/reproduce.js';
import { judgement } from './support/judgement.js';
import { sampleRun } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

describe('shellWord', () => {
  it('gives a shell back the text that went in', () => {
    const texts = fc.sample(fc.string({ minLength: 1 }).filter((text) => !text.includes('\0') && !text.startsWith('-')), { numRuns: 50, seed: 7 });
    const printed = execFileSync('/bin/sh', ['-c', texts.map((text) => `printf '%s\\0' ${shellWord(text)}`).join('\n')], { encoding: 'utf8' });
    expect(printed.split('\0').slice(0, -1)).toEqual(texts);
  });

  it('lets no path pass for an option', () => {
    expect(shellWord('--upload-pack=x')).toBe("'./--upload-pack=x'");
  });
});

describe('the commands that reproduce a run', () => {
  const commandsOf = (data: ReportData) => reproduceCommands(data).map(({ command }) => command);

  it('only start it again where nothing was accepted', async () => {
    await withStore(async (artifacts) => {
      const status = await sampleRun(artifacts, { accepted: 0, speedup: null });
      expect(commandsOf(await loadReport({ status, artifacts }))).toEqual(["perfloop run '/home/me/density clustering'"]);
    });
  });

  it('give a judgement the benchmark and the metric that it had', async () => {
    await withStore(async (artifacts) => {
      const [command] = commandsOf(await loadReport({ status: await judgement(artifacts), artifacts }));
      expect(command).toBe(`perfloop judge --repo /home/me/lib --base ${'8f3a2c10b7'.repeat(4)} --candidate faster-parse --benchmark 'node bench.js' --metric 'ops=([0-9.]+) ops/s' --goal max`);
    });
  });
});
