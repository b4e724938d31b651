import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SpanEdit } from '../../src/core/candidate.js';
import { applyEdits } from '../../src/core/candidates/apply-edits.js';
import { PerfloopError } from '../../src/core/errors.js';
import { sha256 } from '../../src/propose/hash.js';
import { toSpanEdits } from '../../src/propose/span-edits.js';

function edit(start: number, end: number, before: string, text: string): SpanEdit {
  return { file: 'a.js', start, end, before: sha256(before), text };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof PerfloopError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('applyEdits', () => {
  test('replaces spans counted in UTF-16 code units, in any order', () => {
    const text = 'é😀 = old; old2';
    expect(applyEdits(text, [edit(11, 15, 'old2', 'b'), edit(6, 9, 'old', 'new')], sha256)).toBe('é😀 = new; b');
  });

  test('refuses a span that holds another text than it was made for', () => {
    expect(codeOf(() => applyEdits('abc', [edit(0, 1, 'b', 'x')], sha256))).toBe('PL_EDIT_STALE');
  });

  test('refuses spans that overlap, and two insertions at one place', () => {
    expect(codeOf(() => applyEdits('abc', [edit(0, 2, 'ab', 'x'), edit(1, 3, 'bc', 'y')], sha256))).toBe('PL_EDIT_OVERLAP');
    expect(codeOf(() => applyEdits('abc', [edit(1, 1, '', 'x'), edit(1, 1, '', 'y')], sha256))).toBe('PL_EDIT_OVERLAP');
  });

  test('refuses a span outside of the text', () => {
    for (const [start, end] of [[-1, 1], [2, 1], [0, 4], [0.5, 1]] as const) expect(codeOf(() => applyEdits('abc', [edit(start, end, 'a', 'x')], sha256))).toBe('PL_EDIT_RANGE');
  });

  test('spans made from any list of replacements give the text that the replacements give', () => {
    const pieces = fc.array(fc.tuple(fc.string({ unit: fc.constantFrom('a', '\n', '😀', ';') }), fc.option(fc.string({ maxLength: 3 }))), { maxLength: 8 });
    fc.assert(
      fc.property(pieces, (list) => {
        // Pieces with a second part are replaced by it; an empty first part makes an insertion.
        let at = 0;
        const edits = list.flatMap(([old, text]) => {
          const start = at;
          at += old.length;
          return text === null ? [] : [{ start, end: at, text: text.replaceAll('\r', '') }];
        });
        const source = list.map(([old]) => old).join('');
        const wanted = list.map(([old, text]) => text?.replaceAll('\r', '') ?? old).join('');
        expect(applyEdits(source, toSpanEdits('a.js', source, edits), sha256)).toBe(wanted);
      }),
    );
  });

  test('an insertion is verified too: it carries the rest of its line', () => {
    const [span] = toSpanEdits('a.js', 'one\ntwo\n', [{ start: 4, end: 4, text: 'new\n' }]);
    expect(span).toEqual(edit(4, 7, 'two', 'new\ntwo'));
  });

  test('new lines of an edit follow those of the file', () => {
    expect(toSpanEdits('a.js', 'one\r\ntwo\r\n', [{ start: 5, end: 8, text: 'a\nb' }])[0]?.text).toBe('a\r\nb');
  });
});
