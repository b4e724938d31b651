import type { Machine } from '../../../src/core/run/machine.js';
import type { Candidate, CandidateRef } from '../../../src/core/candidate.js';
import type { Finding } from '../../../src/core/finding.js';
import type { RunStatus, TrialSummary } from '../../../src/core/status.js';
import { finalMeasurement } from '../../../src/core/verdict/final.js';
import { metricRules } from '../../../src/core/verdict/metrics.js';
import { costPlan } from '../../../src/core/verdict/plan.js';
import { schedulesOfRule, type Rule } from '../../../src/core/verdict/rule.js';
import type { Verdict } from '../../../src/core/verdict/verdict.js';
import { encodeSamples } from '../../../src/measure/stored-samples.js';
import { compareProfiles } from '../../../src/profile/diff/compare.js';
import type { Measured } from '../../../src/profile/diff/measure.js';
import type { ArtifactStore } from '../../../src/store/artifacts.js';
import { metricConfig } from '../../core/verdict/pairs.js';
import { simulateFinal, simulateTrial, type Behaviour } from './sample-pairs.js';

export const rule: Rule = {
  v: 1,
  metrics: metricRules([metricConfig({ name: 'wall', source: 'wall', primary: true }), metricConfig({ name: 'peak memory', pattern: '^rss=([0-9.]+)$', unit: 'MB' })]),
  delta: Math.log(1.02),
  protocol: { kind: 'sequential' },
};

const prints = (wallMs: number, side: 'a' | 'b') => ({ 'peak memory': Number(((side === 'a' ? 81 : 82) + (wallMs % 1)).toFixed(2)) });
const commit = (digit: string) => digit.repeat(40).slice(0, 40);
const startedAt = 1_780_000_000_000;

export const diff = `diff --git a/lib/DBSCAN.js b/lib/DBSCAN.js
index 731b921..0bbcd04 100644
--- a/lib/DBSCAN.js
+++ b/lib/DBSCAN.js
@@ -144,11 +144,14 @@ DBSCAN.prototype._expandCluster = function(clusterId, neighbors) {
 
 DBSCAN.prototype._mergeArrays = function(a, b) {
   var len = b.length;
 
+  var known = new Set(a);
+
   for (var i = 0; i < len; i++) {
     var P = b[i];
-    if (a.indexOf(P) < 0) {
+    if (!known.has(P)) {
+      known.add(P);
       a.push(P);
     }
   }
 
`;

export interface TrialSpec {
  id: string;
  title: string;
  recipe?: string;
  file?: string;
  line?: number;
  behaviour?: Behaviour;
  verdict?: Verdict;
  diff?: string | null;
  rationale?: string;
  changes?: Partial<TrialSummary>;
}

/** A trial whose samples, diff and candidate are in the store. */
export async function sampleTrial(artifacts: ArtifactStore, spec: TrialSpec): Promise<TrialSummary> {
  const { id, title, recipe = 'set-for-membership', file = 'lib/DBSCAN.js', line = 137, behaviour } = spec;
  const simulated = behaviour === undefined ? null : simulateTrial({ prints, ...behaviour }, rule);
  const name = `${id}-${title}`;
  const candidate: Candidate = {
    id: Buffer.from(name).toString('hex').padEnd(12, '0').slice(0, 12), proposer: 'recipes', recipe, title,
    rationale: spec.rationale ?? 'Every merge scans the list of neighbours for each new point, which is quadratic in the size of a cluster. A Set beside the list answers the same question in constant time, and the order of the list stays what it was.',
    findingId: 'f1', file, line, language: 'javascript', share: 0.61, change: { kind: 'edits', edits: [] },
  };
  const { change: _change, rationale: _rationale, ...rest } = candidate;
  const ref: CandidateRef = { ...rest, patch: await artifacts.put('json', JSON.stringify(candidate)), expected: 0.2 };
  const text = spec.diff === undefined ? diff : spec.diff;
  return {
    id, round: 1, candidate: ref, state: 'decided', champion: commit('8f3a2c10b7'), commit: commit('3fa2c11d09'),
    verdict: spec.verdict ?? simulated?.verdict ?? null,
    samples: simulated === null ? null : await artifacts.put('samples', encodeSamples({ rule, pairs: simulated.pairs })),
    ...(simulated === null ? {} : { device: machine.device }),
    diff: text === null ? null : await artifacts.put('diff', text),
    startedAt: startedAt + 20_000, endedAt: startedAt + 52_000,
    ...spec.changes,
  };
}

/** A profile before and after, in which the first finding gave its time back. */
export async function sampleProfile(artifacts: ArtifactStore, names: { name?: string; file?: string; note?: string } = {}): Promise<NonNullable<TrialSummary['profile']>> {
  const { name = 'DBSCAN._mergeArrays', file = '/home/me/wt/1/lib/DBSCAN.js', note } = names;
  const side = (ms: number, own: number): Measured => ({ kind: 'v8', programs: [name], gpus: [], wallMs: ms, sampleMs: 1, sections: { functions: [{ name, file, line: 196, count: null, ms: own }, { name: 'DBSCAN._euclideanDistance', file, line: 170, count: null, ms: 210 }, ...(own < 100 ? [{ name: 'DBSCAN._toSet', file, line: 150, count: null, ms: 22 }] : [])] } });
  const diff = compareProfiles(side(1000, 520), side(560, 61));
  const profile = await artifacts.put('profile', 'a database');
  return { before: profile, after: profile, diff: await artifacts.put('json', JSON.stringify({ ...diff, notes: note === undefined ? diff.notes : [note] })) };
}

export const findings: Finding[] = [
  { id: 'f1', category: 'hot function', file: 'lib/DBSCAN.js', function: 'DBSCAN._mergeArrays', line: 196, language: 'javascript', selfShare: 0.52, totalShare: 0.61, hotLines: [{ line: 201, share: 0.44 }], snippet: 'for (var i = 0; i < len; i++) {\n  var P = b[i];\n  if (a.indexOf(P) < 0) {\n    a.push(P);\n  }\n}', callSites: [{ file: 'lib/DBSCAN.js', line: 137, text: 'neighbors = this._mergeArrays(neighbors, neighbors2);' }], evidence: [{ tool: 'hot-functions', text: '52.0% of the time is its own, 61.0% with what it calls; called from 1 place.' }] },
  { id: 'f2', category: 'hot function', file: 'lib/DBSCAN.js', function: 'DBSCAN._euclideanDistance', line: 170, language: 'javascript', selfShare: 0.21, totalShare: 0.21, hotLines: [], snippet: 'return Math.sqrt(sum);', callSites: [], evidence: [{ tool: 'hot-functions', text: '21.0% of the time is its own.' }] },
  { id: 'f3', category: 'hot function', file: 'lib/OPTICS.js', function: 'OPTICS._updateQueue', line: 88, language: 'javascript', selfShare: 0.03, totalShare: 0.09, hotLines: [], snippet: '', callSites: [], evidence: [{ tool: 'hot-functions', text: '3.0% of the time is its own, 9.0% with what it calls.' }] },
];

const environment = {
  v: 1, cpu: { model: 'AMD EPYC 7B13', cores: 8, usable: 2, governor: null, turbo: null }, memoryBytes: 8_331_000_000, os: { platform: 'linux', arch: 'x64', kernel: '6.8.0' },
  container: { cpus: 2, memoryBytes: 4_294_967_296 }, load: [0.42, 0.51, 0.4], versions: { node: 'v20.19.0', git: 'git version 2.39.5', python3: 'Python 3.11.2' }, gpus: [], host: '3f9a1c77d201',
};

/** Another word than anything else in a report. */
export const hostname = 'buildhost7';
export const machine: Machine = { device: '3f2a1b4c5d6e/cpu', tag: 'cpu', gpu: null, cpu: 'AMD EPYC 7B13', hostname };

/** A finished run of one round: two accepted, others refused for one reason each. */
export async function sampleRun(artifacts: ArtifactStore, changes: Partial<RunStatus> = {}): Promise<RunStatus> {
  const trial = (spec: TrialSpec) => sampleTrial(artifacts, spec);
  const final = simulateFinal({ seed: 'final', gain: Math.log(1.62), prints }, 30);
  const measured = finalMeasurement(final, rule.metrics);
  return {
    v: 1, run: 'r-k3v7q2xa', kind: 'run',
    target: { id: 't1', name: 'density-clustering', origin: '/home/me/density clustering', base: commit('8f3a2c10b7') },
    state: 'done', round: 2, rounds: 3, phase: 'finish', doing: '', champion: commit('91be0c44aa'), accepted: 2,
    speedup: { ratio: measured.measured.ratio, ci95: measured.measured.ci95, final: true },
    plan: costPlan({ noise: { pairs: 8, spread: 0.03, bias: 0.001, biasLower95: 0, secondsPerSample: 0.18 }, delta: rule.delta, schedules: schedulesOfRule(rule), trials: 8, finalPairs: 30 }),
    findings: findings.length,
    trials: [
      await trial({ id: 'r1-1', title: 'a Set beside the list of neighbours in place of indexOf', behaviour: { seed: 'one', gain: Math.log(1.46) }, changes: { profile: await sampleProfile(artifacts), checked: [{ text: 'the output of `node check.js`: the same bytes, 2 times with other seeds', seeds: ['1234567890', '1999999999'] }] } }),
      await trial({ id: 'r1-2', title: 'square root of the sum in place of Math.hypot', recipe: 'sqrt-for-hypot', file: 'lib/OPTICS.js', line: 22, behaviour: { seed: 'two', gain: 0.002 } }),
      await trial({ id: 'r1-3', title: 'append in place of copying the neighbours in every step', recipe: 'append-in-place', line: 98, behaviour: { seed: 'three', gain: Math.log(1.11) } }),
      await trial({ id: 'r1-4', title: 'compute keys once per loop', recipe: 'keys-once-per-loop', file: 'lib/KMEANS.js', line: 57, behaviour: { seed: 'four', gain: -0.08 } }),
      await trial({ id: 'r1-5', title: 'queue by index in place of shift', recipe: 'queue-by-index', file: 'lib/PriorityQueue.js', line: 31, behaviour: { seed: 'five', gain: Math.log(1.04), failsAt: 7 } }),
      await trial({ id: 'r1-6', title: 'regular expression built once', recipe: 'hoist-constructor', file: 'lib/KMEANS.js', line: 12, verdict: { kind: 'rejected', measured: null, reasons: [{ code: 'tests-failed', text: 'the tests failed: exit code 1\n\n  1) KMEANS should split evenly\n     AssertionError: expected [ 1, 2 ] to equal [ 2, 1 ]' }] } }),
      await trial({ id: 'r1-7', title: 'measure half of the data', recipe: null as never, file: 'bench/run.js', line: 3, verdict: { kind: 'rejected', measured: null, reasons: [{ code: 'protected', text: 'The candidate changes bench/run.js, which is protected.' }] } }),
      await trial({ id: 'r2-1', title: 'squared distances compared without the root', recipe: 'sqrt-for-hypot', line: 170, behaviour: { seed: 'eight', gain: Math.log(1.022) }, changes: { round: 2 } }),
    ],
    decisions: [
      { id: 'd1', trial: 'r1-1', approve: true, who: 'ada@buildhost', comment: 'Reads well; the order of the neighbours is kept.', at: startedAt + 90_000 },
      { id: 'd2', trial: 'r1-3', approve: true, who: 'perfloop', comment: 'nobody decided within 15 s', at: startedAt + 140_000 },
    ],
    ablations: [
      { trial: 'r1-3', state: 'undecided', measured: { ratio: 0.985, ci95: [0.961, 1.006], pairs: 60, samples: 144, delta: -rule.delta / 2 }, text: 'without it the result is 1.5% slower' },
      { trial: 'r1-1', state: 'kept', measured: { ratio: 0.702, ci95: [0.671, 0.731], pairs: 5, samples: 10, delta: -rule.delta / 2 }, text: 'without it the result is 29.8% slower' },
    ],
    final: { ...measured, samples: await artifacts.put('samples', encodeSamples({ rule, pairs: final })) },
    warnings: ['The working tree has changes that are not committed; they are not measured.'],
    error: null,
    budget: { trials: 8, maxTrials: 100, wallMs: 268_000, maxWallMs: 8 * 3_600_000 },
    samplesSpent: 498,
    machines: [machine],
    evidence: { metrics: rule.metrics, protocol: rule.protocol, benchmark: 'node bench/run.js --points 4000', findings: [await artifacts.put('findings', JSON.stringify(findings))], environment: await artifacts.put('json', JSON.stringify(environment)) },
    startedAt, endedAt: startedAt + 268_000,
    ...changes,
  };
}
