import type { Pair, Sample, Stage } from '../../src/core/sample.js';
import { walkStage } from '../../src/core/verdict/assess.js';
import { verdictOf } from '../../src/core/verdict/judge.js';
import type { MetricRule } from '../../src/core/verdict/metrics.js';
import { deltaOf, noiseBuilds, noiseOf, noisePairsDue } from '../../src/core/verdict/noise.js';
import type { Rule } from '../../src/core/verdict/rule.js';
import { allowanceOf, type Schedules } from '../../src/core/verdict/schedules.js';
import type { Verdict } from '../../src/core/verdict/verdict.js';
import type { Machine } from './noises/noise.js';

/** A benchmark on a simulated host. */
export interface Bench {
  machine: Machine;
  /** Of the guard, which the program prints; null where there is none. */
  guard: Machine | null;
  random: () => number;
}

/** A fresh build of both sides: what it adds to ln of the time, and of the guard. */
interface Build {
  a: number;
  b: number;
  guardA: number;
  guardB: number;
}

export interface Simulated {
  verdict: Verdict;
  /** Of each side, over both stages. */
  builds: number;
  /** Whether it reached confirmation, of which the verdict's numbers then are. */
  confirmed: boolean;
}

/** As a run takes its A/A pairs by default. */
const noisePairs = 8;

/** A whole trial, judged by the code that judges real ones: A/A pairs and the delta from them, screening, confirmation on fresh builds. `gain` is a natural log. */
export function simulateTrial(bench: Bench, gain: number, metrics: MetricRule[], schedules: Schedules, minGain: number): Simulated {
  const delta = deltaOf(minGain, noiseOf(noiseOfBase(bench, metrics, minGain), metrics));
  return simulateJudged(bench, gain, { v: 2, metrics, delta: delta + allowanceOf(schedules), protocol: { kind: 'sequential' }, ...schedules });
}

/** The same where the rule is given. */
export function simulateJudged(bench: Bench, gain: number, rule: Rule): Simulated {
  const pairs: Pair[] = [];
  let builds = 0;
  let confirmed = false;
  for (const stage of ['screen', 'confirm'] as const) {
    const taken: Pair[] = [];
    const made: Build[] = [];
    for (let looks = 0; ; looks++) {
      // The first call says what the first look wants; each later one takes one look.
      const walk = walkStage(stage, taken, rule, Math.max(0, looks - 1));
      if (walk.kind !== 'more') {
        pairs.push(...taken);
        if (walk.kind === 'passed') break;
        return { verdict: verdictOf(pairs, rule), builds, confirmed };
      }
      while (made.length < walk.builds) {
        made.push(makeBuild(bench));
        builds++;
      }
      while (taken.length < walk.pairs) taken.push(takePair(bench, stage, taken.length, made, gain));
      if (stage === 'confirm') confirmed = true;
    }
  }
  return { verdict: verdictOf(pairs, rule), builds, confirmed };
}

function noiseOfBase(bench: Bench, metrics: MetricRule[], minGain: number): Pair[] {
  const builds = Array.from({ length: noiseBuilds }, () => makeBuild(bench));
  const pairs: Pair[] = [];
  for (;;) {
    const due = noisePairsDue(pairs, metrics, { minGain, planned: noisePairs });
    if (due === 'stop') return pairs;
    while (pairs.length < due) pairs.push(takePair(bench, 'noise', pairs.length, builds, 0));
  }
}

function makeBuild({ machine, guard }: Bench): Build {
  return { a: machine.build(), b: machine.build(), guardA: guard?.build() ?? 0, guardB: guard?.build() ?? 0 };
}

function takePair({ machine, guard, random }: Bench, stage: Stage, index: number, builds: readonly Build[], gain: number): Pair {
  const build = index % builds.length;
  const { a, b, guardA, guardB } = builds[build] as Build;
  const sample = (log: number, guardLog: number): Sample => ({ ok: true, wallMs: 100 * Math.exp(machine.sample() + log), metrics: guard === null ? {} : { guard: 100 * Math.exp(guard.sample() + guardLog) } });
  const order = random() < 0.5 ? 'ab' : 'ba';
  const first = order === 'ab' ? sample(a, guardA) : sample(b - gain, guardB);
  const second = order === 'ab' ? sample(b - gain, guardB) : sample(a, guardA);
  return { stage, index, build, order, a: order === 'ab' ? first : second, b: order === 'ab' ? second : first, load: 0, at: 0 };
}
