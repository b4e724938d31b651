import type { Pair, Sample } from '../core/sample.js';
import { bothLeft, leftOf } from './left.js';

/** What had to be undone after an execution. */
export interface Undone {
  /** Files of the build that had another content. */
  changed: string[];
  /** Kept files that had changed, and are gone. */
  touched: string[];
  /** Protected files that were written, whatever was in them. */
  written: string[];
}

export const nothingUndone: Undone = { changed: [], touched: [], written: [] };

/** Keeps what executions leave in a worktree from the next ones; see `Pristine`. */
export interface Tidy {
  /** Whether this file was built, or is kept. */
  has(path: string): boolean;
  /** New files since it was built, that are not kept. */
  added(): Promise<string[]>;
  /** From now on these new files stay, until they change. */
  keep(paths: readonly string[]): void;
  /** Removes these where they are kept, and keeps them no longer. */
  drop(paths: readonly string[]): Promise<void>;
  /** Removes new files and puts changed ones back. */
  restore(): Promise<Undone>;
  /** The same of protected files alone. */
  restoreProtected(): Promise<Undone>;
}

export type Tidies = Record<'a' | 'b', Tidy | undefined>;

/** Of an execution elsewhere: nothing that is here is for it to write. */
export function byOther({ changed, touched, written }: Undone): Pick<Undone, 'changed' | 'written'> {
  return { changed: [...changed, ...touched], written };
}

/** For an execution of which has to be known what it leaves: protected files are put back all the same. */
export function protectedOnly(tidy: Tidy | undefined): Tidy | undefined {
  if (tidy === undefined) return undefined;
  return { has: (path) => tidy.has(path), added: () => tidy.added(), keep: (paths) => tidy.keep(paths), drop: (paths) => tidy.drop(paths), restore: () => tidy.restoreProtected(), restoreProtected: () => tidy.restoreProtected() };
}

/** What executions of each side changed of which no pair tells, because they are thrown away. */
export type Carried = Record<'a' | 'b', Pick<Undone, 'changed' | 'written'>>;

/**
 * After the warm-up: what both sides have left stays, as long as no execution changes it. So caches of interpreters and
 * compilers are warm in every sample, results that are written each time are in none, and neither is a cache that only one
 * side has.
 */
export async function settleWarmUp({ a, b }: Tidies): Promise<Carried> {
  if (a === undefined || b === undefined) return { a: nothingUndone, b: nothingUndone };
  const added = { a: new Set(await a.added()), b: new Set(await b.added()) };
  a.keep([...added.a].filter((path) => added.b.has(path) || b.has(path)));
  if (a !== b) b.keep([...added.b].filter((path) => added.a.has(path) || a.has(path)));
  return { a: await a.restore(), b: a === b ? nothingUndone : await b.restore() };
}

/** What is told of a pair that is thrown away. */
export function carriedFrom(pair: Pair, earlier: Carried | null): Carried {
  return bothCarried(earlier, { a: undoneIn(pair.a), b: undoneIn(pair.b) });
}

export function bothCarried(one: Carried | null, other: Carried): Carried {
  const both = (side: 'a' | 'b', what: 'changed' | 'written'): string[] => [...new Set([...(one?.[side][what] ?? []), ...other[side][what]])];
  const of = (side: 'a' | 'b'): Carried['a'] => ({ changed: both(side, 'changed'), written: both(side, 'written') });
  return { a: of('a'), b: of('b') };
}

/** What a sample says of what was undone after it. */
export function undoneIn({ left }: Pick<Sample, 'left'>): Pick<Undone, 'changed' | 'written'> {
  return { changed: left?.changed ?? [], written: left?.written ?? [] };
}

/** What was thrown away is told of the next pair. */
export function withCarried(pair: Pair, carried: Carried): Pair {
  return { ...pair, a: withUndone(pair.a, carried.a), b: withUndone(pair.b, carried.b) };
}

export function withUndone<S extends Sample>(sample: S, { changed, written }: Pick<Undone, 'changed' | 'written'>): S {
  const { left } = leftOf({ changed, written });
  if (left === undefined) return sample;
  return { ...sample, left: sample.left === undefined ? left : bothLeft(sample.left, left) };
}
