import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { laneRows, laneText, type LaneRow } from '../../src/client/view/lanes.js';

const [up, down, left, right] = [1, 2, 4, 8];

/** Follows the lines down from a step as an eye does, and gives the steps that it comes to. */
function reached(rows: readonly LaneRow[], from: number): number[] {
  const start = rows.findIndex((row) => row.kind === 'step' && row.place === from);
  const row = rows[start];
  if (row?.kind !== 'step') throw new Error(`no row of step ${from}`);
  let columns = new Set((row.after.cells[row.column] ?? 0) === 0 ? [] : [row.column]);
  const next = rows[start + 1];
  // Only in the row right below it does its line turn; later on it goes straight until a step.
  if (next?.kind === 'turn') {
    columns = new Set([row.column]);
    for (const [way, towards] of [[1, left], [-1, right]] as const) {
      for (let at = row.column; next.across[way > 0 ? at : at - 1] === true; ) {
        at += way;
        // A lane that the line passes over has no mark on that side.
        if (((next.cells[at] ?? 0) & towards) !== 0 && ((next.cells[at] ?? 0) & down) !== 0) columns.add(at);
      }
    }
    if (((next.cells[row.column] ?? 0) & down) === 0) columns.delete(row.column);
  }
  const found: number[] = [];
  for (const later of rows.slice(start + (next?.kind === 'turn' ? 2 : 1))) {
    for (const column of columns) {
      const cell = later.cells[column] ?? 0;
      if ((cell & up) === 0) throw new Error(`the line from ${from} breaks off in column ${column}`);
      if (later.kind === 'step' && later.column === column) {
        found.push(later.place);
        columns.delete(column);
      }
    }
  }
  if (columns.size > 0) throw new Error(`a line from ${from} leads nowhere`);
  return found.toSorted((one, other) => one - other);
}

function rowsOf(needs: readonly (readonly number[])[]): LaneRow[] {
  return laneRows(needs, Infinity) ?? [];
}

const graphs = fc.integer({ min: 1, max: 14 }).chain((size) => fc.tuple(...Array.from({ length: size }, (_, place) => fc.subarray(Array.from({ length: place }, (_, before) => before), { maxLength: Math.min(4, place) }))));

describe('lanes', () => {
  it('lead from every step to what needs it, and to nothing else', () => {
    fc.assert(fc.property(graphs, (needs) => {
      const rows = rowsOf(needs);
      expect(rows.flatMap((row) => (row.kind === 'step' ? [row.place] : []))).toEqual(needs.map((_, place) => place));
      for (const place of needs.keys()) expect(reached(rows, place)).toEqual(needs.flatMap((before, other) => (before.includes(place) ? [other] : [])));
    }));
  });

  it('draw a diamond as two lanes that fork and join', () => {
    const rows = rowsOf([[], [0], [0], [1, 2]]);
    expect(rows.map((row) => laneText(row, true).trimEnd())).toEqual(['│', '├─╮', '│ │', '│ │', '│ │', '├─╯', '│']);
    expect(rows.map((row) => laneText(row, false)).join('')).toMatch(/^[ |+-]*$/);
  });

  it('keep steps apart that do not need each other', () => {
    const rows = rowsOf([[], []]);
    expect(rows.map(({ kind }) => kind)).toEqual(['step', 'gap', 'step']);
    expect(laneText(rows[1] as LaneRow, true).trim()).toBe('');
  });

  it('are none where they would be too many', () => {
    const fan = (size: number): number[][] => [[], ...Array.from({ length: size }, () => [0])];
    expect(laneRows(fan(20), 20)).not.toBeNull();
    expect(laneRows(fan(21), 20)).toBeNull();
  });

  it('of a thousand steps in a chain are one', () => {
    const rows = rowsOf(Array.from({ length: 1000 }, (_, place) => (place === 0 ? [] : [place - 1])));
    expect(Math.max(...rows.map(({ cells }) => cells.length))).toBe(1);
  });
});
