import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EditedText } from '../../src/propose/edited-text.js';

/** Cuts of a text as fractions of its length, and what is put between each pair of them. */
const edits = fc.array(fc.record({ cuts: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })), text: fc.constantFrom('', 'x', 'one\ntwo', '\n') }), { maxLength: 4 });

/** Those that do not overlap those before them. */
function placed(text: string, wanted: { cuts: [number, number]; text: string }[]): { start: number; end: number; text: string }[] {
  let at = 0;
  return wanted
    .map(({ cuts, text: put }) => ({ start: Math.round(Math.min(...cuts) * text.length), end: Math.round(Math.max(...cuts) * text.length), text: put }))
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
    .filter(({ start, end }) => {
      const free = start > at || (start === 0 && at === 0);
      if (free) at = Math.max(end, start + 1);
      return free;
    });
}

function directly(text: string, list: { start: number; end: number; text: string }[]): string {
  return list.toSorted((a, b) => b.start - a.start).reduce((now, { start, end, text: put }) => now.slice(0, start) + put + now.slice(end), text);
}

test('after any number of edits its changes make of the original what it is now', () => {
  fc.assert(fc.property(fc.stringMatching(/^[ab\n]{0,40}$/), fc.array(edits, { maxLength: 5 }), (original, rounds) => {
    const edited = new EditedText(original);
    let now = original;
    for (const wanted of rounds) {
      const list = placed(now, wanted);
      now = directly(now, list);
      edited.apply(list);
      expect(edited.text()).toBe(now);
    }
    expect(directly(original, edited.changes())).toBe(now);
  }));
});

test('a line is found again below lines that were added, and where it was', () => {
  const edited = new EditedText('a\nb\nc\n');
  edited.apply([{ start: 2, end: 2, text: 'new\nnew\n' }, { start: 4, end: 5, text: 'C' }]);
  expect(edited.text()).toBe('a\nnew\nnew\nb\nC\n');
  expect([1, 2, 3].map((line) => edited.lineNow(line))).toEqual([1, 4, 5]);
});
