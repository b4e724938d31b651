import { entry } from '../../entry.js';

/** Of rows, in columns. */
type Places = Uint32Array | Int32Array;

/**
 * Sorts places of rows in place; equal ones keep their order. Rows of profiles mostly come in a few runs that are in order already: what is in
 * order costs one comparison a row, and each merge of runs one more. `isAfter`: whether row `a` belongs behind row `b`.
 */
export function sortPlaces(places: Places, isAfter: (a: number, b: number) => boolean): void {
  let runs = runsOf(places, isAfter);
  if (runs.length <= 2) return;
  let from: Places = places;
  let to: Places = places.slice();
  while (runs.length > 2) {
    const merged: number[] = [];
    for (let run = 0; run < runs.length - 1; run += 2) {
      merged.push(runs[run]!);
      merge(from, to, [runs[run]!, runs[run + 1]!, runs[run + 2] ?? runs[run + 1]!], isAfter);
    }
    merged.push(places.length);
    runs = merged;
    [from, to] = [to, from];
  }
  if (from !== places) places.set(from);
}

/** Where runs in order begin, and the end of all. */
function runsOf(places: Places, isAfter: (a: number, b: number) => boolean): number[] {
  const runs = [0];
  for (let i = 1; i < places.length; i++) if (isAfter(places[i - 1]!, places[i]!)) runs.push(i);
  return [...runs, places.length];
}

function merge(from: Places, to: Places, [begin, middle, end]: readonly [number, number, number], isAfter: (a: number, b: number) => boolean): void {
  let left = begin;
  let right = middle;
  for (let at = begin; at < end; at++) {
    if (left < middle && (right >= end || !isAfter(from[left]!, from[right]!))) to[at] = from[left++]!;
    else to[at] = from[right++]!;
  }
}

export type Column = Float64Array | Int32Array | Uint32Array | Uint8Array;

/** The rows at those places, one after the other. */
export function picked<Of extends Column>(column: Of, places: Uint32Array): Of {
  const result = column.slice(0, places.length) as Of;
  for (let i = 0; i < places.length; i++) result[i] = column[places[i]!]!;
  return result;
}

/** The places of all rows, those of one group together, the groups in the order of their numbers, and each group's in their order. */
export function grouped(groups: Int32Array): Uint32Array {
  const counts = new Map<number, { rows: number; next: number }>();
  for (const group of groups) entry(counts, group, () => ({ rows: 0, next: 0 })).rows += 1;
  let from = 0;
  for (const [, count] of [...counts].sort(([a], [b]) => a - b)) {
    count.next = from;
    from += count.rows;
  }
  const places = new Uint32Array(groups.length);
  for (let i = 0; i < groups.length; i++) {
    const count = counts.get(groups[i]!)!;
    places[count.next++] = i;
  }
  return places;
}
