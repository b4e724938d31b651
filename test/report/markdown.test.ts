import { describe, expect, it } from 'vitest';
import { loadReport } from '../../src/report/load.js';
import { reportMarkdown } from '../../src/report/markdown.js';
import { inline } from '../../src/report/markdown-text.js';
import { hostileRun } from './support/hostile.js';
import { hostname, sampleRun } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

describe('the Markdown summary', () => {
  it('has the gain, the metrics, a row for each trial, and the command', async () => {
    await withStore(async (artifacts) => {
      const status = await sampleRun(artifacts);
      const text = reportMarkdown(await loadReport({ status, artifacts, extra: { repository: '/home/me/.perfloop/repos/t1.git' } }));
      expect(text).toMatch(/^### perfloop: density-clustering: \d+\.\d% faster\n/);
      expect(text).toMatch(/final measurement of 30 pairs, champion against base/);
      expect(text).toContain('\nMeasured on AMD EPYC 7B13 (kind cpu), 3f2a1b4c5d6e/cpu.\n');
      expect(text).not.toContain(hostname);
      for (const trial of status.trials) expect(text).toContain(`| ${trial.id} | ${trial.candidate.title}`);
      expect(text).toMatch(/\| wall \(ms\) \| [\d.]+ \| [\d.]+ \| −\d+\.\d% \|/);
      expect(text).toContain("perfloop judge --repo '/home/me/density clustering' --base 8f3a2c10b7");
      expect(text).toContain('fetch /home/me/.perfloop/repos/t1.git perfloop/r-k3v7q2xa:perfloop/r-k3v7q2xa');
      expect(text.length).toBeLessThan(6000);
    });
  });

  it('lets no text of others break the table, make markup or call anybody', async () => {
    await withStore(async (artifacts) => {
      const text = reportMarkdown(await loadReport({ status: await hostileRun(artifacts), artifacts }));
      const outsideFences = text.replaceAll(/```[\s\S]*?\n```/g, '').replaceAll(/`[^`\n]*`/g, '');
      expect(outsideFences).not.toMatch(/<(?!\/?(details|summary)>|br>)/);
      const rows = text.split('\n').filter((line) => line.startsWith('| r1-'));
      expect(rows).toHaveLength(2);
      for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(6);
    });
  });

  it('says who steered the run, when and why, and nothing where nobody did', async () => {
    await withStore(async (artifacts) => {
      const status = await sampleRun(artifacts);
      expect(reportMarkdown(await loadReport({ status, artifacts }))).not.toContain('The run was');
      const at = Date.UTC(2026, 10, 22, 20, 30);
      const steered = [{ what: 'pause' as const, who: 'ada', comment: 'the host is needed', at }, { what: 'setBudget' as const, who: 'bob', comment: '', at, budget: { maxTrials: 20 } }];
      const text = reportMarkdown(await loadReport({ status: { ...status, steered }, artifacts }));
      expect(text).toContain('\n- The run was paused by ada at 2026-11-22 20:30 UTC: the host is needed\n- The run was given another budget (maxTrials = 20) by bob at 2026-11-22 20:30 UTC\n');
      const many = reportMarkdown(await loadReport({ status: { ...status, steered: Array.from({ length: 200 }, () => steered[0] as (typeof steered)[0]) }, artifacts }));
      expect(many).toContain('\n- and 180 more\n');
    });
  });

  it('breaks mentions, references and links of a text', () => {
    expect(inline('@org/team #12 https://evil.example [x](y) `c` **b** | a', 200)).toBe('@&#8203;org/team #&#8203;12 https:&#8203;//evil.example \\[x\\](y) \\`c\\` \\*\\*b\\*\\* \\| a');
  });
});
