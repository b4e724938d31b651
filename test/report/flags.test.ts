import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadReport } from '../../src/report/load.js';
import { reportMarkdown } from '../../src/report/markdown.js';
import { writeReport } from '../../src/report/write-report.js';
import { sampleRun } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

it('a report shows what a person has to look at, and the second measurement with its samples', async () => {
  await withStore(async (artifacts, folder) => {
    const status = await sampleRun(artifacts);
    const [first, second] = status.trials;
    if (first === undefined || second === undefined || first.verdict === null) throw new Error('the sample run has trials');
    first.flags = [{ code: 'cache', file: 'lib/<a>.js', line: 7, text: 'const kept = new Map(); // |', why: 'it keeps results' }];
    second.again = { verdict: first.verdict, samples: first.samples };

    const { html, json } = await writeReport({ status, artifacts, folder: join(folder, 'report') });
    const page = await readFile(html, 'utf8');
    expect(page).toContain('<code>lib/&lt;a&gt;.js:7</code> it keeps results');
    expect(page).toContain('const kept = new Map(); // |');
    expect(page).toContain('Again, in a fresh clone');
    // Each measured trial is computed again from its samples, and so is the second measurement.
    expect(page.match(/the same verdict and numbers/g)).toHaveLength(7);

    const { trials } = JSON.parse(await readFile(json, 'utf8')) as { trials: { flags: unknown[]; again: unknown }[] };
    expect(trials[0]?.flags).toEqual(first.flags);
    expect(trials[1]?.again).toMatchObject({ verdict: first.verdict.kind, ratio: first.verdict.measured?.ratio });
    expect(trials[2]).toMatchObject({ flags: [], again: null });

    const text = reportMarkdown(await loadReport({ status, artifacts }));
    expect(text).toContain(`- ${first.id}: cache at \`lib/<a>.js:7\`: it keeps results`);
    expect(text).toMatch(new RegExp(`\\| ${second.id} \\|.*; again in a fresh clone `));
  });
});
