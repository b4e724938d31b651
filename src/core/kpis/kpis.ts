import { quantile } from '../stats/summary.js';
import { shareCovered, slotUse, type Interval } from './intervals.js';

/** A run or a judgement that began in the window, as the store has it. Times in ms. */
export interface RunRow {
  run: string;
  target: string;
  fleet: string | null;
  state: string;
  startedAt: number;
  endedAt: number | null;
  dollars: number;
  reused: { setup: boolean | null; build: boolean | null; noise: boolean | null; profile: boolean | null };
}

/** A decided trial of such a run; what a run brings along from the one that it goes on after is left out. */
export interface TrialRow {
  run: string;
  verdict: string;
  /** Natural log of the measured ratio. */
  logGain: number | null;
  /** It was left out again at the end, or rolled back since. */
  dropped: boolean;
  ms: number | null;
}

export interface TimeRow extends Interval {
  run: string;
  phase: string;
  /** Empty: a phase of a chain. */
  step: string;
}

export interface KpiRows {
  runs: readonly RunRow[];
  trials: readonly TrialRow[];
  times: readonly TimeRow[];
  /** When a hub was there. */
  presence: readonly Interval[];
  /** When it is asked, ms. */
  now: number;
}

export interface Percentiles {
  phase: string;
  times: number;
  /** Seconds. */
  p50: number;
  p95: number;
}

export interface Share {
  hits: number;
  lookups: number;
}

/** The key figures of some runs; docs/stats.md defines each. Null: nothing there to tell it by. */
export interface Kpis {
  runs: { total: number; done: number; failed: number; cancelled: number; open: number };
  trials: { decided: number; accepted: number; rejected: number; inconclusive: number; quarantined: number };
  acceptance: number | null;
  /** Sum over accepted trials that stayed, in percent. */
  confirmedPercent: number;
  meanGainPercent: number | null;
  dollars: number;
  dollarsPerPercent: number | null;
  hours: number;
  hoursPerPercent: number | null;
  /** Of trials, then of each phase, the longest in sum first. */
  phases: Percentiles[];
  concurrency: number | null;
  caches: { setup: Share; build: Share; noise: Share; profile: Share };
  errorRate: number | null;
  availability: number | null;
}

export function kpisOf({ runs, trials, times, presence, now }: KpiRows): Kpis {
  const state = (name: string): number => runs.filter((run) => run.state === name).length;
  const verdict = (name: string): number => trials.filter((trial) => trial.verdict === name).length;
  const [done, failed, cancelled] = [state('done'), state('failed'), state('cancelled')];
  const gains = trials.filter(({ verdict, dropped, logGain }) => verdict === 'accepted' && !dropped && logGain !== null).map(({ logGain }) => 100 * Math.expm1(logGain ?? 0));
  const confirmed = sum(gains);
  const dollars = sum(runs.map((run) => run.dollars));
  const hours = sum(runs.map(({ startedAt, endedAt }) => (endedAt ?? now) - startedAt)) / 3_600_000;
  return {
    runs: { total: runs.length, done, failed, cancelled, open: runs.filter(({ endedAt }) => endedAt === null).length },
    trials: { decided: trials.length, accepted: verdict('accepted'), rejected: verdict('rejected'), inconclusive: verdict('inconclusive'), quarantined: verdict('quarantined') },
    acceptance: ratio(verdict('accepted'), trials.length),
    confirmedPercent: confirmed,
    meanGainPercent: ratio(confirmed, gains.length),
    dollars,
    dollarsPerPercent: confirmed > 0 ? dollars / confirmed : null,
    hours,
    hoursPerPercent: confirmed > 0 ? hours / confirmed : null,
    phases: percentiles(trials, times),
    concurrency: concurrencyOf(times),
    caches: { setup: share(runs.map(({ reused }) => reused.setup)), build: share(runs.map(({ reused }) => reused.build)), noise: share(runs.map(({ reused }) => reused.noise)), profile: share(runs.map(({ reused }) => reused.profile)) },
    errorRate: ratio(failed, done + failed),
    availability: shareCovered(runs.map(({ startedAt, endedAt }) => ({ began: startedAt, ended: endedAt ?? now })), presence),
  };
}

function percentiles(trials: readonly TrialRow[], times: readonly TimeRow[]): Percentiles[] {
  const phases = new Map<string, number[]>();
  for (const { phase, began, ended } of times) {
    const known = phases.get(phase);
    if (known === undefined) phases.set(phase, [ended - began]);
    else known.push(ended - began);
  }
  const rows = [...phases].sort(([one, a], [other, b]) => sum(b) - sum(a) || (one < other ? -1 : 1));
  const ofTrials = trials.map(({ ms }) => ms).filter((ms) => ms !== null);
  return [...(ofTrials.length === 0 ? [] : [['trial', ofTrials] as const]), ...rows].map(([phase, ms]) => ({ phase, times: ms.length, p50: quantile(ms, 0.5) / 1000, p95: quantile(ms, 0.95) / 1000 }));
}

/** Over all runs whose steps form a graph. */
function concurrencyOf(times: readonly TimeRow[]): number | null {
  const byRun = new Map<string, TimeRow[]>();
  for (const time of times) {
    if (time.step === '') continue;
    const known = byRun.get(time.run);
    if (known === undefined) byRun.set(time.run, [time]);
    else known.push(time);
  }
  const uses = [...byRun.values()].map(slotUse);
  return ratio(sum(uses.map(({ used }) => used)), sum(uses.map(({ available }) => available)));
}

function share(looked: readonly (boolean | null)[]): Share {
  return { hits: looked.filter((hit) => hit === true).length, lookups: looked.filter((hit) => hit !== null).length };
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
