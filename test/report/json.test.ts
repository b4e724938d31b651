import { describe, expect, it } from 'vitest';
import { headlineOf } from '../../src/report/facts.js';
import { reportHtml } from '../../src/report/html/page.js';
import { reportJson } from '../../src/report/json.js';
import { loadReport } from '../../src/report/load.js';
import { reportMarkdown } from '../../src/report/markdown.js';
import { graphRun } from './support/graph-run.js';
import { machine, sampleRun, sampleTrial } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

describe('reportJson', () => {
  it('has exactly the promised fields', async () => {
    await withStore(async (artifacts) => {
      const status = await sampleRun(artifacts);
      const json = reportJson(await loadReport({ status, artifacts }), '/tmp/report.html');
      expect(Object.keys(json)).toEqual(['run', 'target', 'base', 'champion', 'speedup', 'rolledBack', 'trials', 'ablations', 'machines', 'environment', 'report']);
      expect(json).toMatchObject({ run: 'r-k3v7q2xa', target: 'density-clustering', base: status.target.base, champion: status.champion, report: '/tmp/report.html' });
      expect(json.machines).toEqual([machine]);
      expect(json.trials.map(({ device }) => device)).toEqual(status.trials.map(({ samples }) => (samples === null ? null : '3f2a1b4c5d6e/cpu')));
      expect(json.environment).toMatchObject({ cpu: { cores: expect.any(Number) as number } });
      expect(json.speedup).toEqual({ metric: 'wall', ratio: status.speedup?.ratio, ci95: status.speedup?.ci95 });
      expect(Object.keys(json.trials[0]!)).toEqual(['candidate', 'proposer', 'recipe', 'file', 'verdict', 'device', 'ratio', 'ci95', 'reasons', 'checked', 'facts', 'flags', 'again', 'profile']);
      expect(json.trials.map(({ verdict }) => verdict)).toEqual(status.trials.map(({ verdict }) => verdict?.kind));
      expect(json.trials[5]).toMatchObject({ verdict: 'rejected', ratio: null, ci95: null, reasons: [{ code: 'tests-failed' }] });
    });
  });

  it('says, as the other reports do, what of the result is rolled back', async () => {
    await withStore(async (artifacts) => {
      const rolledBack = [{ trial: 'r1-1', who: 'ann', why: 'the build takes an hour', alert: null, at: 1 }];
      const status = await sampleRun(artifacts, { rolledBack });
      const data = await loadReport({ status, artifacts });
      expect(reportJson(data, 'r').rolledBack).toEqual(rolledBack);
      expect(headlineOf(data.status)).toMatchObject({ tone: 'unsure', detail: expect.stringMatching(/champion against base.*; rolled back since: r1-1$/) as string });
      expect(reportMarkdown(data)).toMatch(/^\| r1-1 \|.*\| rolled back \|/m);
      expect(reportHtml(data)).toContain('<span class="chip plain">rolled back</span>');
    });
  });

  it('has the steps of a graph with their states', async () => {
    await withStore(async (artifacts) => {
      const { steps } = reportJson(await loadReport({ status: await graphRun(artifacts), artifacts }), 'r');
      expect(steps?.map(({ name, state, executions }) => `${name} ${state} ${executions}`)).toContain('agent done 2');
    });
  });

  it('calls nothing decided that is not', async () => {
    await withStore(async (artifacts) => {
      const passed = await sampleTrial(artifacts, { id: 'r1-1', title: 'waits', behaviour: { seed: 'x', gain: 0.3 }, changes: { state: 'awaiting-approval' } });
      const status = await sampleRun(artifacts, { trials: [passed], speedup: null, accepted: 0 });
      const json = reportJson(await loadReport({ status, artifacts }), 'r');
      expect(json.speedup).toBeNull();
      expect(json.trials[0]).toMatchObject({ verdict: null, reasons: [] });
      expect(json.trials[0]?.ratio).toBeGreaterThan(1);
    });
  });
});
