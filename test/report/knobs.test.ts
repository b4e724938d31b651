import { expect, it } from 'vitest';
import { printEnd } from '../../src/client/print/end.js';
import { printShow } from '../../src/client/print/show.js';
import { plain } from '../../src/client/style.js';
import type { KnobStatus } from '../../src/core/knobs/search.js';
import { reportHtml } from '../../src/report/html/page.js';
import { reportJson } from '../../src/report/json.js';
import { loadReport } from '../../src/report/load.js';
import { reportMarkdown } from '../../src/report/markdown.js';
import { sampleRun } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

const ref = { sha: 'b'.repeat(64), bytes: 10, kind: 'json' as const };
const knobs: KnobStatus = {
  searches: [{ round: 1, knobs: 2, settings: 6, searched: 5, rungs: 2, samples: 96, last: [{ id: 'makefile-optimisation=-O3', ratio: 2.5, pairs: 8, better: true }, { id: 'node-semi-space=64', ratio: 0.99, pairs: 8, better: false }], record: ref }],
  advice: [{ round: 1, knob: 'node-semi-space', value: '64', title: 'Young <b>generation</b> of V8: 64 MiB', rationale: 'Fewer collections.', set: { NODE_OPTIONS: '--max-semi-space-size=64 --x' }, champion: 'c'.repeat(40), measured: { ratio: 1.1, ci95: [1.05, 1.15], pairs: 16, samples: 32, delta: 0.02 }, doubt: 'a gain above 10 times', samples: ref }],
  sampled: ['makefile-optimisation=-O3'],
};

it('show, the end of a run and all reports tell what was searched, and advice with its evidence and how to set it', async () => {
  await withStore(async (artifacts) => {
    const sample = await sampleRun(artifacts);
    const [first, ...others] = sample.trials;
    if (first === undefined) throw new Error('no trial');
    const status = { ...sample, knobs, trials: [{ ...first, candidate: { ...first.candidate, proposer: 'knobs', recipe: 'a+b', knob: { id: 'a+b', kind: 'build-flags' as const, value: '-O3, 64' } } }, ...others] };
    const shown = printShow({ status, branch: 'b' }, plain);
    expect(shown).toContain('knobs a and b, ');
    expect(shown).toContain('round 1: 5 of 6 settings of 2 knobs sampled; 2 rungs, 96 samples\n    makefile-optimisation=-O3   2.500x in 8 pairs, looked faster\n    node-semi-space=64          0.990x in 8 pairs\n');
    for (const text of [shown, printEnd({ status, branch: 'b' }, plain)]) {
      expect(text).toContain("    set       NODE_OPTIONS='--max-semi-space-size=64 --x'\n    measured  1.100x (95% interval 1.050 to 1.150, 16 pairs, 32 samples) on cccccccccc\n    why       Fewer collections.\n    look first: a gain above 10 times");
    }
    const data = await loadReport({ status, artifacts });
    expect(reportMarkdown(data)).toContain('1.100x (95% interval 1.050 to 1.150, 16 pairs, 32 samples)');
    const html = reportHtml(data);
    expect(html).toContain('Young &lt;b&gt;generation&lt;/b&gt; of V8: 64 MiB');
    expect(html).toContain('knobs a and b, set to -O3, 64');
    expect(reportJson(data, 'r')).toMatchObject({ knobs, trials: [{ knob: { id: 'a+b' } }, ...others.map(() => ({}))] });
  });
});

it('a run without a search says nothing of knobs', async () => {
  await withStore(async (artifacts) => {
    const status = await sampleRun(artifacts);
    const data = await loadReport({ status, artifacts });
    expect([printShow({ status, branch: 'b' }, plain), reportMarkdown(data), reportHtml(data)].filter((text) => /\bknobs?\b/i.test(text))).toEqual([]);
  });
});
