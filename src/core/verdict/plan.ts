import { normalDeviate, seededRandom } from '../stats/random.js';
import { mean } from '../stats/summary.js';
import type { CostPlan } from '../status.js';
import type { Noise } from './noise.js';
import { look, mostPairs, scheduleOf, type Protocol, type Schedule } from './schedule.js';

export interface PlanInput {
  noise: Noise;
  /** Natural-log gain that must be exceeded. */
  delta: number;
  protocol: Protocol;
  /** Trials that are planned for. */
  trials: number;
  /** Pairs of the final measurement; 0 where there is none. */
  finalPairs: number;
  /** A trial ends undecided after this many, because a budget holds no more. */
  mostPairs?: number;
}

/**
 * What the samples will cost and what they can find, said before the first one: a seeded simulation of the real schedule
 * with normal log times of the spread that A/A showed. Guards, whose outcome nobody can foresee, may add samples, up to `most`.
 */
export function costPlan({ noise, delta, protocol, trials, finalPairs, mostPairs: cap = Infinity }: PlanInput): CostPlan {
  const stages = stagesOf(protocol);
  const deviation = noise.spread * Math.SQRT2;
  const simulated = simulatedPairs(stages);
  const pairsWithoutGain = mean(simulated.map((drawn) => walk(stages, drawn, deviation === 0 ? -farShift : -delta / deviation, cap).pairs));
  const samplesPerTrial = { expected: Math.ceil(2 * pairsWithoutGain), most: 2 * Math.min(cap, pairsOf(stages)) };
  const seconds = (perTrial: number): number => (trials * perTrial + 2 * finalPairs) * noise.secondsPerSample;
  return {
    spread: noise.spread,
    delta,
    secondsPerSample: noise.secondsPerSample,
    samplesPerTrial,
    detectableGain: Math.expm1(delta + deviation * detectableShift(stages, simulated, cap)),
    expectedSeconds: seconds(samplesPerTrial.expected),
    mostSeconds: seconds(samplesPerTrial.most),
    trials,
    ...(noise.steps === undefined ? {} : { steps: noise.steps }),
  };
}

/** In standard deviations of a pair: so far from delta that noise plays no part. */
const farShift = 50;

function stagesOf(protocol: Protocol): Schedule[] {
  return (['screen', 'confirm'] as const).map((stage) => scheduleOf(protocol, stage)).filter((schedule) => schedule !== null);
}

const pairsOf = (stages: readonly Schedule[]): number => stages.reduce((sum, schedule) => sum + mostPairs(schedule), 0);

/** Standard normal pair differences for some hundred trials, one array a stage. The same ones at every shift, so that power grows smoothly. */
function simulatedPairs(stages: readonly Schedule[]): number[][][] {
  const random = seededRandom('cost plan');
  const trials = Math.min(500, Math.max(60, Math.round(60_000 / pairsOf(stages))));
  return Array.from({ length: trials }, () => stages.map((schedule) => Array.from({ length: mostPairs(schedule) }, () => normalDeviate(random))));
}

/**
 * One trial with a true gain of delta + `shift` standard deviations. The signed-rank test sees only signs and ranks, so
 * that shift is all that the outcome depends on.
 */
function walk(stages: readonly Schedule[], drawn: readonly number[][], shift: number, cap: number): { accepted: boolean; pairs: number } {
  let pairs = 0;
  for (const [i, schedule] of stages.entries()) {
    const differences = (drawn[i] as number[]).map((value) => value + shift);
    let passed = false;
    for (const { pairs: due } of schedule.looks) {
      if (pairs + due + schedule.warmups > cap) return { accepted: false, pairs: cap };
      const result = look(schedule, differences.slice(0, due), 0);
      passed = result?.passes === true;
      if (!passed && result?.futile !== true && due + schedule.warmups < mostPairs(schedule)) continue;
      pairs += due + schedule.warmups;
      break;
    }
    if (!passed) return { accepted: false, pairs };
  }
  return { accepted: true, pairs };
}

/** Smallest shift that is accepted in at least 90% of the simulated trials. A shift of 4 passes the smallest looks there are. */
function detectableShift(stages: readonly Schedule[], simulated: readonly number[][][], cap: number): number {
  const found = (shift: number): boolean => simulated.filter((drawn) => walk(stages, drawn, shift, cap).accepted).length >= 0.9 * simulated.length;
  let low = 0;
  let high = 4;
  for (let i = 0; i < 8; i++) {
    const middle = (low + high) / 2;
    if (found(middle)) high = middle;
    else low = middle;
  }
  return high;
}
