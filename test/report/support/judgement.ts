import type { RunStatus } from '../../../src/core/status.js';
import { metricRules } from '../../../src/core/verdict/metrics.js';
import type { Rule } from '../../../src/core/verdict/rule.js';
import type { ArtifactStore } from '../../../src/store/artifacts.js';
import { metricConfig } from '../../core/verdict/pairs.js';
import { simulateTrial } from './sample-pairs.js';
import { sampleRun, sampleTrial } from './sample-run.js';

/** A judgement of one branch by a rate that the benchmark prints. */
export async function judgement(artifacts: ArtifactStore, gain = 0.16): Promise<RunStatus> {
  const metrics = metricRules([metricConfig({ name: 'ops', pattern: '([0-9.]+) ops/s', unit: 'ops/s', goal: 'max' })]);
  const rule: Rule = { v: 1, metrics, delta: Math.log(1.02), protocol: { kind: 'sequential' } };
  const { pairs, verdict } = simulateTrial({ seed: `judge ${gain}`, gain, prints: (wallMs) => ({ ops: 5e6 / wallMs }) }, rule);
  const trial = await sampleTrial(artifacts, { id: 'candidate', title: 'faster-parse', verdict, rationale: '', file: '', line: 0 });
  const { evidence, target, ...status } = await sampleRun(artifacts);
  return {
    ...status, run: 'j-7x2m4k5p', kind: 'judge', round: 0, rounds: 0, findings: 0, decisions: [], warnings: [], final: null,
    target: { ...target, name: 'lib', origin: '/home/me/lib' },
    champion: target.base,
    accepted: verdict.kind === 'accepted' ? 1 : 0,
    speedup: verdict.kind === 'accepted' ? { ratio: verdict.measured.ratio, ci95: verdict.measured.ci95, final: false } : null,
    trials: [{ ...trial, candidate: { ...trial.candidate, proposer: 'judge', recipe: null, findingId: null, share: null }, samples: await artifacts.put('samples', JSON.stringify(pairs)) }],
    samplesSpent: pairs.length * 2 + 16,
    ...(evidence && { evidence: { ...evidence, metrics, benchmark: 'node bench.js', findings: [] } }),
  };
}
