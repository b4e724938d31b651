import type { Plain } from '../../core/check/cases/plain.js';

/** A function of the target: its file, relative to the root of the worktree, and its name in it, dotted for a method. */
export interface FunctionRef {
  path: string;
  names: string[];
}

/** What the program in the target's process is told. It runs at the root of the worktree. */
export interface CasePlan {
  /** Signs what it says. */
  secret: string;
  entry: FunctionRef;
  /** Gives the object that the method is called on. */
  factory: FunctionRef | null;
  /** The target's own generator: from a seed and a count to argument lists. Null: `values`. */
  inputs: FunctionRef | null;
  values: Plain[][];
  seed: string;
  count: number;
  /** Numbers of cases in the order in which they are made; the same on both sides. */
  order: number[];
}
