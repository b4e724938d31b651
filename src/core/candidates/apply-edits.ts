import type { SpanEdit } from '../candidate.js';
import { PerfloopError } from '../errors.js';

/**
 * Applies edits of one file to its text. Every span must still hold the text it was made for, and none may overlap.
 *
 * @param hashOf lower-case hex SHA-256 of the UTF-8 bytes of a text
 * @throws PL_EDIT_RANGE, PL_EDIT_OVERLAP, PL_EDIT_STALE
 */
export function applyEdits(text: string, edits: readonly SpanEdit[], hashOf: (text: string) => string): string {
  const sorted = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let at = 0;
  let previousEnd = -1;
  for (const edit of sorted) {
    const where = `${edit.file}, characters ${edit.start} to ${edit.end}`;
    if (!Number.isInteger(edit.start) || !Number.isInteger(edit.end) || edit.start < 0 || edit.end < edit.start || edit.end > text.length) {
      throw new PerfloopError('PL_EDIT_RANGE', `The edit lies outside the file of ${text.length} characters.`, { where });
    }
    // Two insertions at one place have no order of their own, so they count as an overlap too.
    if (edit.start < at || edit.start === previousEnd && edit.start === edit.end) {
      throw new PerfloopError('PL_EDIT_OVERLAP', 'Two edits of the candidate overlap.', { where });
    }
    if (hashOf(text.slice(edit.start, edit.end)) !== edit.before) {
      throw new PerfloopError('PL_EDIT_STALE', 'The text at the place of the edit is no longer the one it was made for.', { where, fix: 'Propose the candidate again on this version.' });
    }
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
    previousEnd = edit.end;
  }
  return result + text.slice(at);
}
