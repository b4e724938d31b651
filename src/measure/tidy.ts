import type { Pair, Sample } from '../core/sample.js';
import { bothLeft, leftOf } from './left.js';

/** Keeps what executions leave in a worktree from the next ones; see `Pristine`. */
export interface Tidy {
  /** Whether this file was built, or is kept. */
  has(path: string): boolean;
  /** New files since it was built, that are not kept. */
  added(): Promise<string[]>;
  /** From now on these new files stay, until they change. */
  keep(paths: readonly string[]): void;
  /** Removes new files and puts changed ones back. `touched`: kept ones that had changed, and are gone. */
  restore(): Promise<{ changed: string[]; touched: string[] }>;
}

export type Tidies = Record<'a' | 'b', Tidy | undefined>;

/** What the warm-up changed of each side's build. */
export type Carried = Record<'a' | 'b', string[]>;

/**
 * After the warm-up: what both sides have left stays, as long as no execution changes it. So caches of interpreters and
 * compilers are warm in every sample, results that are written each time are in none, and neither is a cache that only one
 * side has.
 */
export async function settleWarmUp({ a, b }: Tidies): Promise<Carried> {
  if (a === undefined || b === undefined) return { a: [], b: [] };
  const added = { a: new Set(await a.added()), b: new Set(await b.added()) };
  a.keep([...added.a].filter((path) => added.b.has(path) || b.has(path)));
  if (a !== b) b.keep([...added.b].filter((path) => added.a.has(path) || a.has(path)));
  const undone = { a: await a.restore(), b: a === b ? { changed: [] } : await b.restore() };
  return { a: undone.a.changed, b: undone.b.changed };
}

/** What the warm-up changed is told of the first pair: the warm-up itself is thrown away. */
export function withCarried(pair: Pair, carried: Carried): Pair {
  return { ...pair, a: withChanged(pair.a, carried.a), b: withChanged(pair.b, carried.b) };
}

export function withChanged<S extends Sample>(sample: S, changed: readonly string[]): S {
  const { left } = leftOf({ ms: 0, processes: [], changed });
  if (left === undefined) return sample;
  return { ...sample, left: sample.left === undefined ? left : bothLeft(sample.left, left) };
}
