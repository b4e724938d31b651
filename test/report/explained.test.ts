import { expect, it } from 'vitest';
import { printShow } from '../../src/client/print/show.js';
import { plain } from '../../src/client/style.js';
import { overruledVerdict, type Explained } from '../../src/core/run/explained.js';
import { reportHtml } from '../../src/report/html/page.js';
import { reportJson } from '../../src/report/json.js';
import { loadReport } from '../../src/report/load.js';
import { reportMarkdown } from '../../src/report/markdown.js';
import { sampleRun, sampleTrial } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

it('show and every report tell an explanation, and call what was overruled neither accepted nor rejected', async () => {
  await withStore(async (artifacts) => {
    const explained: Explained = { by: 'critic', kind: 'agent', decision: 'accepted', explanation: 'The cache is <b>never</b> emptied.', would: 'drop', overruled: true };
    const { overruled: _overruled, ...disagrees } = explained;
    const trial = await sampleTrial(artifacts, { id: 'r1-1', title: 'Keep a cache', behaviour: { seed: 'x', gain: 0.3 } });
    const status = await sampleRun(artifacts, { trials: [{ ...trial, state: 'decided', verdict: overruledVerdict(trial.verdict, explained), explained }, { ...trial, id: 'r1-2', state: 'passed', explained: disagrees }], speedup: null, accepted: 0, final: null });
    const shown = printShow({ status, branch: 'b' }, plain);
    expect(shown).toMatch(/^ {2}overruled \d.*: critic overruled the acceptance: The cache is <b>never<\/b> emptied\.; /m);
    expect(shown).toContain('\n  critic explains, and would drop it: The cache is <b>never</b> emptied.');
    expect(shown).not.toMatch(/rejected|accepted \d/);
    const data = await loadReport({ status, artifacts });
    const markdown = reportMarkdown(data);
    expect(markdown).toMatch(/\| r1-1 \|.*\| overruled \|.*critic overruled the acceptance: The cache/);
    expect(markdown).toMatch(/\| r1-2 \|.*critic explains, and would drop it: The cache/);
    expect(markdown).toContain('1 passed and overruled');
    expect(reportHtml(data)).toMatch(/<code>overruled<\/code> critic overruled the acceptance[^]*<p class="why">critic explains, and would drop it: The cache is &lt;b&gt;never&lt;\/b&gt; emptied\.<\/p>/);
    expect(reportJson(data, 'r').trials[0]).toMatchObject({ explained: { overruled: true }, reasons: [{ code: 'overruled' }, {}] });
  });
});
