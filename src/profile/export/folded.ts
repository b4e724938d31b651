import { foldedStacks } from '../tools/host/folded.js';
import type { ProfileDatabase } from '../tools/open.js';

/** Busy stacks in folded form with their time in microseconds, in pieces: what flame graphs are made of. */
export function* folded(db: ProfileDatabase): Generator<string> {
  for (const [stack, { ns }] of foldedStacks(db)) {
    const microseconds = Math.round(ns / 1000);
    if (microseconds > 0) yield `${stack} ${microseconds}\n`;
  }
}
