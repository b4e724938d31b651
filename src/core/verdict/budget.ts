import { costPlan, type PlanInput } from './plan.js';
import type { TrialStage } from './assess.js';
import { buildsFor, type Schedule } from './schedule.js';
import type { Schedules } from './schedules.js';
import type { CostPlan } from '../status.js';
import { percentText } from './words.js';

const bothStages = ['screen', 'confirm'] as const;

/** The wall time that a judgement may take. It never bends the rule: what cannot be reached in time is inconclusive. */
export interface Budget {
  totalMs: number;
  /** Workflow time at which it is used up, milliseconds since the epoch. */
  deadline: number;
}

/** What a judgement still has before it, as far as its warm-up shows. */
export interface Ahead {
  schedules: Schedules;
  /** Of the slower side's commit so far: the base. */
  secondsPerSample: number;
  /** Building and testing, in seconds. */
  otherSeconds: number;
  /** A/A pairs that are yet to be taken. */
  noisePairs: number;
}

/** Pairs of the shortest way to an acceptance: the first look of each stage, and the pair that each of its builds throws away. */
export function fewestPairs(schedules: Schedules, stages: readonly TrialStage[] = bothStages): number {
  return taken(schedules, stages).reduce((sum, schedule) => sum + fewestBuilds(schedule) + firstLook(schedule), 0);
}

/** Fresh builds of each side on the shortest way. */
export function fewestBuildsOf(schedules: Schedules, stages: readonly TrialStage[] = bothStages): number {
  return taken(schedules, stages).reduce((sum, schedule) => sum + fewestBuilds(schedule), 0);
}

function firstLook({ warmups, looks }: Schedule): number {
  return warmups + (looks[0]?.pairs ?? 0);
}

function fewestBuilds(schedule: Schedule): number {
  return buildsFor(schedule, firstLook(schedule));
}

/**
 * Why a budget holds no way to an acceptance, and what it would hold; null when it holds the shortest. Then not a sample is
 * worth taking. `now` is workflow time in milliseconds.
 */
export function shortfall(budget: Budget, now: number, { schedules, secondsPerSample, otherSeconds, noisePairs }: Ahead): string | null {
  const left = (budget.deadline - now) / 1000;
  const samples = 2 * (fewestPairs(schedules) + (noisePairs === 0 ? 0 : noisePairs + 1));
  const needed = samples * secondsPerSample + otherSeconds;
  if (needed <= left) return null;
  const forSamples = left - otherSeconds;
  const total = roundUp(budget.totalMs / 1000 - left + 1.2 * needed);
  const shorter = forSamples > 0.01 * samples ? `a benchmark of at most ${timeText(forSamples / samples)} or ` : '';
  return `the budget of ${timeText(budget.totalMs / 1000)} does not hold the shortest way to an acceptance: ${samples} samples of ${timeText(secondsPerSample)} and about ${timeText(otherSeconds)} for building and testing, and ${timeText(Math.max(0, left))} of it are left. It takes ${shorter}--budget ${total}`;
}

/** The plan of one trial within a budget: at most the samples that it holds, what they can find, and what a person should know of that. */
export function planWithin(budget: Budget, now: number, input: PlanInput, otherSeconds: number): CostPlan {
  const whole = costPlan(input);
  const leftSeconds = (budget.deadline - now) / 1000;
  const builds = fewestBuildsOf(input.schedules);
  const forSamples = leftSeconds - otherSeconds - 2 * builds * (input.noise.buildSeconds ?? 0);
  const held = Math.max(0, Math.floor(forSamples / (2 * input.noise.secondsPerSample)) - builds);
  const about = { totalSeconds: budget.totalMs / 1000, leftSeconds, gainWithout: whole.detectableGain };
  if (2 * held >= whole.samplesPerTrial.most) return { ...whole, budget: { ...about, samples: whole.samplesPerTrial.most, note: null } };
  const plan = costPlan({ ...input, mostPairs: held });
  return { ...plan, budget: { ...about, samples: 2 * held, note: note(plan, whole, 2 * held, budget, input) } };
}

function note(plan: CostPlan, whole: CostPlan, held: number, budget: Budget, input: PlanInput): string {
  const cut = `The budget of ${timeText(budget.totalMs / 1000)} holds about ${held} of at most ${whole.samplesPerTrial.most} samples: a true gain of ${percentText(plan.detectableGain)} is found 9 times in 10, ${percentText(whole.detectableGain)} without it.`;
  if (whole.samplesPerTrial.expected <= held) return cut;
  const fitting = gains.find((gain) => gain > Math.expm1(input.delta) && costPlan({ ...input, delta: Math.log1p(gain) }).samplesPerTrial.expected <= held);
  return `${cut} A change without any gain takes ${whole.samplesPerTrial.expected} in the mean, and will most often end undecided: ${fitting === undefined ? '' : `--min-gain ${fitting} would fit, or `}a larger budget or a shorter benchmark.`;
}

const gains = [0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.5];

/** What a stage says that a budget ended before its next look. */
export function endedByBudget(stage: TrialStage, pairs: number, wanted: number, { totalMs }: Budget): string {
  return `the budget of ${timeText(totalMs / 1000)} does not hold the next look: it ended after ${pairs} of ${wanted} pairs of ${stage === 'screen' ? 'screening' : 'confirmation'}, and what is undecided is never accepted`;
}

/** Why a budget does not hold the confirmation of what has passed screening; null when it holds its first look. */
export function confirmationShortfall(budget: Budget, now: number, schedules: Schedules, { secondsPerSample, aheadSeconds }: { secondsPerSample: number; aheadSeconds: number }): string | null {
  const samples = 2 * fewestPairs(schedules, ['confirm']);
  const left = (budget.deadline - now) / 1000;
  if (aheadSeconds + samples * secondsPerSample <= left) return null;
  return `it passed screening, but the budget of ${timeText(budget.totalMs / 1000)} does not hold the confirmation: about ${timeText(aheadSeconds)} for building both sides again and ${samples} samples of ${timeText(secondsPerSample)}, and ${timeText(Math.max(0, left))} are left`;
}

function taken(schedules: Schedules, stages: readonly TrialStage[] = bothStages) {
  return stages.map((stage) => schedules[stage]).filter((schedule) => schedule !== null);
}

/** "850 ms", "12 s", "4 min 30 s", "3 h 20 min". */
export function timeText(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${Number(seconds.toPrecision(2))} s`;
  const [large, small, big, little] = seconds < 3600 ? ([60, 1, 'min', 's'] as const) : ([3600, 60, 'h', 'min'] as const);
  const units = Math.round(seconds / small);
  const rest = units % (large / small);
  return `${Math.floor(units / (large / small))} ${big}${rest === 0 ? '' : ` ${rest} ${little}`}`;
}

/** A duration as the flag takes it, in whole minutes from a minute on. */
function roundUp(seconds: number): string {
  return seconds <= 60 ? `${Math.ceil(seconds)}s` : `${Math.ceil(seconds / 60)}m`;
}
