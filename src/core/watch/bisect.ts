/**
 * The search for the commit that made a program slower. Commits are numbered along first parents: 0 is the last good one,
 * `count` the head that was shown to be slower. Plain JSON, so that a workflow can carry it.
 */
export interface Bisection {
  count: number;
  /** The latest that was shown, or is known, not to be slower. */
  good: number;
  /** The earliest that was shown to be slower. */
  bad: number;
  /** Those that cannot be judged: they do not build, their tests fail, or noise left them open twice. */
  skipped: number[];
  /** What was left open once, and is asked again before it is skipped. */
  open: number | null;
  /** Judgements so far. */
  asked: number;
  /** It ends with a range after so many. */
  most: number;
}

export type BisectStep =
  | { kind: 'judge'; at: number }
  /** One of `first` to `last` did it; where they are one, it is that. `outOf`: judgements, where more of them would have told more. */
  | { kind: 'end'; first: number; last: number; outOf: boolean };

export type BisectAnswer = 'slower' | 'not-slower' | 'open' | 'skip';

/** Judgements that it takes where none of them has to be skipped or repeated. */
export function judgementsFor(count: number): number {
  return Math.ceil(Math.log2(Math.max(1, count)));
}

/** `most`: judgements at most; without it, twice as many as it takes and two more, for those that are skipped or asked again. */
export function newBisection(count: number, most = Infinity): Bisection {
  return { count, good: 0, bad: count, skipped: [], open: null, asked: 0, most: Math.min(most, mostJudgements(count)) };
}

/** Said before the first one. None where there is one commit. */
export function mostJudgements(count: number): number {
  return count <= 1 ? 0 : 2 * judgementsFor(count) + 2;
}

export function nextStep({ good, bad, skipped, open, asked, most }: Bisection): BisectStep {
  const skips = new Set(skipped);
  const left = range(good + 1, bad - 1).filter((at) => !skips.has(at));
  if (left.length === 0) return { kind: 'end', first: good + 1, last: bad, outOf: false };
  if (asked >= most) return { kind: 'end', first: good + 1, last: bad, outOf: true };
  if (open !== null) return { kind: 'judge', at: open };
  const between = skipped.filter((at) => at > good && at < bad).length;
  // The middle; beside a skipped one, elsewhere: neighbours of what does not build often do not build either.
  const wanted = between === 0 ? (good + bad) / 2 : good + (bad - good) * spreadPoint(between + 1);
  return { kind: 'judge', at: left.reduce((best, at) => (Math.abs(at - wanted) < Math.abs(best - wanted) ? at : best)) };
}

/** What was asked by `nextStep` has its answer. */
export function answered(state: Bisection, at: number, answer: BisectAnswer): Bisection {
  const next = { ...state, asked: state.asked + 1, open: null };
  if (answer === 'slower') return { ...next, bad: at };
  if (answer === 'not-slower') return { ...next, good: at };
  if (answer === 'open' && state.open !== at) return { ...next, open: at };
  return { ...next, skipped: [...state.skipped, at].toSorted((one, other) => one - other) };
}

/** 1/2, 1/4, 3/4, 1/8, 5/8, …: each far from those before it (van der Corput 1935). */
function spreadPoint(index: number): number {
  let value = 0;
  for (let rest = index, digit = 0.5; rest > 0; rest = Math.floor(rest / 2), digit /= 2) value += (rest % 2) * digit;
  return value;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
