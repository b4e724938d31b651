import { normalDeviate, seededRandom } from '../stats/random.js';
import { mean, studentQuantile } from '../stats/summary.js';
import type { CostPlan } from '../status.js';
import { needsWarmUp, type Noise } from './noise.js';
import { buildsFor, look, mostPairs, type Schedule } from './schedule.js';
import type { Schedules } from './schedules.js';

export interface PlanInput {
  noise: Noise;
  /** Natural-log gain that must be exceeded. */
  delta: number;
  schedules: Schedules;
  /** What of delta is there because so few builds cannot tell the luck of one. Natural log; default 0. */
  allowance?: number;
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
export function costPlan({ noise, delta, schedules, trials, finalPairs, allowance = 0, mostPairs: cap = Infinity }: PlanInput): CostPlan {
  const stages = [schedules.screen, schedules.confirm].filter((schedule) => schedule !== null);
  const deviation = noise.spread * Math.SQRT2;
  const drawn = draw(stages);
  const withoutGain = drawn.map((trial) => walk(stages, trial, deviation === 0 ? -farShift : -delta / deviation, cap));
  const sum = (of: (schedule: Schedule) => number): number => stages.reduce((total, schedule) => total + of(schedule), 0);
  const samplesPerTrial = { expected: Math.ceil(2 * mean(withoutGain.map(({ pairs }) => pairs))), most: 2 * Math.min(cap, sum(mostPairs)) };
  const buildsPerTrial = { expected: Math.ceil(mean(withoutGain.map(({ builds }) => builds))), most: sum((schedule) => buildsFor(schedule, mostPairs(schedule))) };
  const finalBuilds = Math.min(schedules.confirm.builds, finalPairs);
  const seconds = (samples: number, builds: number): number => (trials * samples + 2 * finalPairs) * noise.secondsPerSample + 2 * (trials * builds + finalBuilds) * secondsPerBuild(noise);
  const shift = drawn.length === 1 ? shiftOfLong(schedules.confirm, cap) : detectableShift(stages, drawn, cap);
  return {
    spread: noise.spread,
    delta,
    secondsPerSample: noise.secondsPerSample,
    samplesPerTrial,
    buildsPerTrial,
    ...(allowance === 0 ? {} : { allowance }),
    detectableGain: Math.expm1(delta + deviation * shift),
    expectedSeconds: seconds(samplesPerTrial.expected, buildsPerTrial.expected),
    mostSeconds: seconds(samplesPerTrial.most, buildsPerTrial.most),
    trials,
    ...(noise.steps === undefined ? {} : { steps: noise.steps }),
  };
}

/** Of each fresh worktree: making it, and the execution that warms it up. */
function secondsPerBuild(noise: Noise): number {
  return noise.buildSeconds === undefined ? 0 : noise.buildSeconds + (needsWarmUp(noise) ? noise.secondsPerSample : 0);
}

/** In standard deviations of a pair: so far from delta that noise plays no part. */
const farShift = 50;
/** Passes the smallest looks there are. */
const largestShift = 4;
const simulatedTrials = 300;
/** A look at more pairs than this is not simulated. */
const longest = 100;
const power = 0.9;

/** Standard normal pair differences, one array a stage. The same ones at every shift, so that power grows smoothly. One empty trial where nothing is simulated. */
function draw(stages: readonly Schedule[]): number[][][] {
  if (stages.some((schedule) => mostPairs(schedule) > longest)) return [stages.map(() => [])];
  const random = seededRandom('cost plan');
  return Array.from({ length: simulatedTrials }, () => stages.map((schedule) => Array.from({ length: mostPairs(schedule) }, () => normalDeviate(random))));
}

interface Walked {
  accepted: boolean;
  pairs: number;
  /** Of each side. */
  builds: number;
}

/**
 * One trial with a true gain of delta + `shift` standard deviations. The signed-rank test sees only signs and ranks, so
 * that shift is all that the outcome depends on.
 */
function walk(stages: readonly Schedule[], drawn: readonly number[][], shift: number, cap: number): Walked {
  const walked: Walked = { accepted: false, pairs: 0, builds: 0 };
  for (const [i, schedule] of stages.entries()) {
    const { passed, pairs } = walkStage(schedule, drawn[i] as number[], shift, cap - walked.pairs);
    walked.pairs += pairs;
    walked.builds += buildsFor(schedule, pairs);
    if (!passed) return walked;
  }
  return { ...walked, accepted: true };
}

function walkStage(schedule: Schedule, drawn: readonly number[], shift: number, left: number): { passed: boolean; pairs: number } {
  const differences = drawn.map((value) => value + shift);
  const builds = drawn.map((_, at) => at % schedule.builds);
  for (const { pairs } of drawn.length === 0 ? [] : schedule.looks) {
    const taken = pairs + schedule.warmups;
    if (taken > left) return { passed: false, pairs: left };
    const result = look(schedule, differences.slice(0, pairs), 0, builds.slice(0, pairs));
    if (result?.passes === true || result?.futile === true) return { passed: result.passes, pairs: taken };
  }
  return { passed: false, pairs: Math.min(left, mostPairs(schedule)) };
}

/**
 * Smallest shift that is accepted in 90% of the simulated trials, by bisection. A trial that is accepted at one shift is at
 * every larger one, so that only those that change between the ends are walked again.
 */
function detectableShift(stages: readonly Schedule[], simulated: readonly number[][][], cap: number): number {
  let open = simulated;
  let accepted = 0;
  let low = 0;
  let high = largestShift;
  for (let i = 0; i < 8; i++) {
    const middle = (low + high) / 2;
    const found = new Set(open.filter((drawn) => walk(stages, drawn, middle, cap).accepted));
    const enough = accepted + found.size >= power * simulated.length;
    open = open.filter((drawn) => found.has(drawn) === enough);
    if (enough) {
      high = middle;
    } else {
      low = middle;
      accepted += found.size;
    }
  }
  return high;
}

/**
 * The same for one look at many pairs, by its limit: the signed-rank test needs pi / 3 times the pairs that Student's needs of normal
 * differences (Hodges and Lehmann 1956), here with the degrees of freedom of the builds.
 */
function shiftOfLong({ looks, builds, unit }: Schedule, cap: number): number {
  const { pairs = 1, alpha = 0.01 } = looks.at(-1) ?? {};
  if (pairs > cap) return largestShift;
  const degrees = (unit === 'build' ? builds : pairs) - 1;
  return (studentQuantile(1 - alpha, degrees) + studentQuantile(power, degrees)) * Math.sqrt(Math.PI / 3 / pairs);
}
