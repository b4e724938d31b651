import type { RunStatus, TrialSummary } from '../../src/core/status.js';

/** A run in the middle of its first round, for tests of what is shown; every field can be replaced. */
export function sampleStatus(changes: Partial<RunStatus> = {}): RunStatus {
  return {
    v: 1,
    run: 'r-k3v7q2xa',
    kind: 'run',
    target: { id: 't1', name: 'density-clustering', origin: '/home/me/density-clustering', base: '8f3a2c1'.padEnd(40, '0') },
    state: 'running',
    round: 1,
    rounds: 3,
    phase: 'execute',
    doing: 'screening r1-3 of 4',
    champion: '3fa2c11'.padEnd(40, '0'),
    accepted: 1,
    speedup: { ratio: 1.42, ci95: [1.391, 1.447], final: false },
    plan: { spread: 0.031, delta: Math.log(1.02), secondsPerSample: 0.12, samplesPerTrial: { expected: 46, most: 160 }, detectableGain: 0.043, expectedSeconds: 64, mostSeconds: 480, trials: 8 },
    findings: 4,
    trials: [sampleTrial(), refusedTrial(), sampleTrial({ id: 'r1-3', state: 'screening', verdict: null, candidate: { ...candidate, recipe: 'array-includes-to-set', file: 'lib/KMEANS.js', line: 57 } })],
    decisions: [],
    final: null,
    warnings: [],
    error: null,
    budget: { trials: 3, maxTrials: 100, wallMs: 134_000, maxWallMs: 8 * 3_600_000 },
    samplesSpent: 214,
    startedAt: 1_700_000_000_000,
    endedAt: null,
    ...changes,
  };
}

const patch = { sha: 'a'.repeat(64), bytes: 900, kind: 'json' as const };
const candidate: TrialSummary['candidate'] = { id: 'a1b2c3d4e5f6', proposer: 'recipes', recipe: 'spread-in-reduce', title: 'append in place of copying the neighbours in every step', findingId: 'f1', file: 'lib/DBSCAN.js', line: 134, language: 'javascript', share: 0.61, patch, expected: 0.3 };

export function sampleTrial(changes: Partial<TrialSummary> = {}): TrialSummary {
  return {
    id: 'r1-1',
    round: 1,
    candidate,
    state: 'decided',
    champion: '8f3a2c1'.padEnd(40, '0'),
    commit: '3fa2c11'.padEnd(40, '0'),
    verdict: { kind: 'accepted', measured: { ratio: 1.42, ci95: [1.391, 1.447], pairs: 28, samples: 76, delta: Math.log(1.02) }, reasons: [{ code: 'faster', text: 'faster than asked, confirmed on rebuilt worktrees' }] },
    samples: null,
    diff: null,
    startedAt: 1_700_000_020_000,
    endedAt: 1_700_000_060_000,
    ...changes,
  };
}

export function refusedTrial(changes: Partial<TrialSummary> = {}): TrialSummary {
  return sampleTrial({
    id: 'r1-2',
    candidate: { ...candidate, id: 'b1b2c3d4e5f6', recipe: 'math-hypot', title: 'square root of the sum in place of Math.hypot', file: 'lib/OPTICS.js', line: 22 },
    verdict: { kind: 'rejected', measured: { ratio: 1.003, ci95: [0.991, 1.012], pairs: 10, samples: 20, delta: Math.log(1.02) }, reasons: [{ code: 'futile', text: 'no sign of the gain that is asked for' }] },
    ...changes,
  });
}
