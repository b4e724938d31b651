import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvidence } from '../../src/core/status.js';
import { metricRules, type MetricRule } from '../../src/core/verdict/metrics.js';
import type { ReportData } from '../../src/report/data.js';
import { loadReport } from '../../src/report/load.js';
import { reproduceCommands, shellWord } from '../../src/report/reproduce.js';
import { metricConfig } from '../core/verdict/pairs.js';
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

  it('give it all of several benchmarks, where flags can say it', async () => {
    await withStore(async (artifacts) => {
      const status = await judgement(artifacts);
      const data = await loadReport({ status, artifacts });
      const benchmarks = [{ name: 'parse', run: 'node p.js' }, { name: 'print', run: 'node q.js' }];
      const several = (metrics: MetricRule[]): ReportData => ({ ...data, status: { ...status, evidence: { ...(status.evidence as RunEvidence), benchmarks } }, metrics });
      expect(commandsOf(several(metricRules([], benchmarks)))[0]).toMatch(/ --candidate faster-parse --benchmark 'parse=node p\.js' --benchmark 'print=node q\.js'$/);
      const printed = metricConfig({ name: 'print', benchmark: 'print', pattern: '(o)', goal: 'max' });
      expect(commandsOf(several(metricRules([printed], benchmarks)))[0]).toMatch(/q\.js' --metric 'print=\(o\)' --goal max$/);
      const named = metricConfig({ name: 'ops', benchmark: 'print', pattern: '(o)' });
      expect(commandsOf(several(metricRules([named], benchmarks)))[0]).toMatch(/--candidate faster-parse$/);
    });
  });
});
