import { describe, expect, it } from 'vitest';
import { loadReport } from '../../src/report/load.js';
import { reportMarkdown } from '../../src/report/markdown.js';
import { inline } from '../../src/report/markdown-text.js';
import { hostileRun } from './support/hostile.js';
import { sampleRun } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

describe('the Markdown summary', () => {
  it('has the gain, the metrics, a row for each trial, and the command', async () => {
    await withStore(async (artifacts) => {
      const status = await sampleRun(artifacts);
      const text = reportMarkdown(await loadReport({ status, artifacts, extra: { repository: '/home/me/.perfloop/repos/t1.git' } }));
      expect(text).toMatch(/^### perfloop: density-clustering: \d+\.\d% faster\n/);
      expect(text).toMatch(/final measurement of 30 pairs, champion against base/);
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

  it('breaks mentions, references and links of a text', () => {
    expect(inline('@org/team #12 https://evil.example [x](y) `c` **b** | a', 200)).toBe('@&#8203;org/team #&#8203;12 https:&#8203;//evil.example \\[x\\](y) \\`c\\` \\*\\*b\\*\\* \\| a');
  });
});
