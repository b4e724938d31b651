import { rounded } from './summary.js';

/** Medians of one execution of a step of type `benchmark`, by metric. */
export interface Reading {
  /** Absent: the baseline of the config, which is of no commit. */
  round?: number;
  step?: string;
  commit?: string;
  /** Of a draft: the id of the candidate. Absent: it was the best commit. */
  candidate?: string;
  metrics: Record<string, number>;
}

/** Readings of the same commands and metrics on the same machine. */
export interface Series {
  baseline: Reading;
  /** Of what was the best commit, or was accepted since. */
  best: Reading | null;
  last: Reading | null;
  /** The latest of drafts that are not accepted yet. */
  drafts: Reading[];
}

/** What a metric is to be, for comparing readings. */
export interface Wanted {
  name: string;
  goal: 'min' | 'max';
  primary: boolean;
  weight: number;
}

/** Fractions by which a reading is better than another, by metric; below 0 it is worse. Null where that has no number. */
export type Gains = Record<string, number | null>;

/** A reading beside the baseline, the best and the last one before it. */
export interface Compared {
  baseline: Reading;
  best: Reading | null;
  last: Reading | null;
  gain: { baseline: Gains | null; best: Gains | null; last: Gains | null };
}

/** A draft that nobody decided on after so many others never counts. */
const mostDrafts = 20;

/** Compares a reading with those before it. `accepted`: of a candidate, by its id. Changes nothing. */
export function compareReading(before: Series | undefined, reading: Reading, wanted: readonly Wanted[], configured: Record<string, number> | undefined, accepted: (candidate: string) => boolean): { compared: Compared; after: Series } {
  const given = Object.fromEntries(Object.entries(configured ?? {}).filter(([name]) => Object.hasOwn(reading.metrics, name)));
  const baseline = Object.keys(given).length > 0 ? { metrics: given } : (before?.baseline ?? reading);
  const drafts = before?.drafts ?? [];
  const known = [before?.best ?? null, ...drafts.filter(({ candidate }) => candidate !== undefined && accepted(candidate))];
  const best = known.reduce((one, other) => better(one, other, wanted), null);
  const last = before?.last ?? null;
  const gain = (than: Reading | null): Gains | null => (than === null || than === reading ? null : gainsOver(reading, than, wanted));
  const open = drafts.filter(({ candidate }) => candidate === undefined || !accepted(candidate));
  const counts = reading.candidate === undefined || accepted(reading.candidate);
  return {
    compared: { baseline, best, last, gain: { baseline: gain(baseline), best: gain(best), last: gain(last) } },
    after: { baseline, best: counts ? better(best, reading, wanted) : best, last: reading, drafts: counts ? open : [...open, reading].slice(-mostDrafts) },
  };
}

/** By the weighted mean of the logarithms of the primary metrics; of equals the first. */
function better(one: Reading | null, other: Reading | null, wanted: readonly Wanted[]): Reading | null {
  if (one === null || other === null) return one ?? other;
  let sum = 0;
  for (const { name, goal, weight } of wanted.filter(({ primary }) => primary)) {
    const ratio = ratioOf(other, one, name, goal);
    if (ratio === null) return one;
    sum += weight * Math.log(ratio);
  }
  return sum > 0 ? other : one;
}

function gainsOver(reading: Reading, than: Reading, wanted: readonly Wanted[]): Gains {
  return Object.fromEntries(wanted.filter(({ name }) => Object.hasOwn(than.metrics, name)).map(({ name, goal }) => {
    const ratio = ratioOf(reading, than, name, goal);
    return [name, ratio === null ? null : rounded(ratio - 1)];
  }));
}

/** How many times better a metric is. Null where one of them has no positive number. */
function ratioOf(reading: Reading, than: Reading, name: string, goal: 'min' | 'max'): number | null {
  const [now, then] = [reading.metrics[name], than.metrics[name]];
  if (now === undefined || then === undefined || !(now > 0) || !(then > 0)) return null;
  return goal === 'min' ? then / now : now / then;
}
