import type { Entry } from './measure.js';
import { movedFiles } from './moved-files.js';

/** One thing in both profiles, or in one of them. */
export interface Pair {
  before: Entry | null;
  after: Entry | null;
}

/**
 * Puts together what is one and the same: by name, and functions by name and file, whatever the line. Where a file has several of
 * one name (anonymous functions), they are taken in their order when there are as many, else by their line; what is left over is
 * new or gone.
 */
export function matched(before: readonly Entry[], after: readonly Entry[]): Pair[] {
  const moved = movedFiles(before, after);
  const keyOf = ({ name, file }: Entry): string => `${file ?? ''}\0${name}`;
  const groups = new Map<string, { before: Entry[]; after: Entry[] }>();
  const group = (key: string): { before: Entry[]; after: Entry[] } => {
    const known = groups.get(key) ?? { before: [], after: [] };
    groups.set(key, known);
    return known;
  };
  for (const entry of before) {
    const there = { ...entry, file: entry.file === null ? null : moved(entry.file) };
    group(keyOf(there)).before.push(there);
  }
  for (const entry of after) group(keyOf(entry)).after.push(entry);
  return [...groups.values()].flatMap((both) => pairs(both.before, both.after));
}

function pairs(before: Entry[], after: Entry[]): Pair[] {
  const byLine = (a: Entry, b: Entry): number => (a.line ?? 0) - (b.line ?? 0);
  if (before.length === after.length) {
    const sorted = after.toSorted(byLine);
    return before.toSorted(byLine).map((entry, i) => ({ before: entry, after: sorted[i] ?? null }));
  }
  const open = [...after];
  const found = before.map((entry): Pair => {
    const at = open.findIndex(({ line }) => line === entry.line);
    return { before: entry, after: at < 0 ? null : (open.splice(at, 1)[0] ?? null) };
  });
  return [...found, ...open.map((entry): Pair => ({ before: null, after: entry }))];
}
