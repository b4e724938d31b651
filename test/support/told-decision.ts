import { summaryOf } from '../../src/core/benchmark/summary.js';
import type { StepReading } from '../../src/core/benchmark/step-reading.js';
import type { ToldDecision } from '../../src/core/run/explained.js';

const reading = (round: number, draft: boolean, values: number[]): StepReading => ({ round, step: 'bench', draft, metrics: [{ name: 'QPS', unit: '1/s', goal: 'max', ...summaryOf(values) }] });

/** An acceptance in a second round, as whoever explains it is told. */
export const told: ToldDecision = {
  trial: {
    id: 'r2-1', round: 2, champion: 'a'.repeat(40),
    candidate: { id: 'c', proposer: 'own', recipe: null, title: 'Ask `once`\n## Forged', findingId: null, file: 'src/a.js', line: 1, language: 'javascript', share: null, patch: { sha: 'b'.repeat(64), bytes: 1, kind: 'candidates' }, expected: 0 },
    verdict: { kind: 'accepted', measured: { ratio: 1.3, ci95: [1.2, 1.4], pairs: 20, samples: 40, delta: 0.01 }, reasons: [{ code: 'faster', text: 'it is faster than asked' }] },
  },
  decision: 'accepted', mayOverrule: false,
  readings: [reading(1, false, [9, 10, 11]), reading(2, true, [19, 20, 21])],
  best: { round: 1, step: 'bench', metrics: { QPS: 10 } }, baseline: { metrics: { QPS: 8 } },
  speedup: { ratio: 1.5, ci95: [1.4, 1.6] },
  others: [{ title: 'Ask never', file: 'src/a.js', verdict: 'rejected', ratio: 0.9, why: 'slower' }],
};
