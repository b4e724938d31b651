import type { SpanEdit } from '../core/candidate.js';
import { sha256 } from './hash.js';
import type { TextEdit } from './recipes/recipe.js';

/** Whether two edits of a list touch the same text. Insertions at one place do not count: they are put after each other. */
export function overlaps(edits: readonly TextEdit[]): boolean {
  const sorted = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  return sorted.some((edit, i) => {
    const next = sorted[i + 1];
    return next !== undefined && next.start < edit.end;
  });
}

/**
 * The edits of one file with the hashes of what they replace. An insertion would replace nothing and so could not be
 * verified: it is widened by the rest of its line, or joined with the edit that begins there.
 */
export function toSpanEdits(file: string, source: string, edits: readonly TextEdit[]): SpanEdit[] {
  const newline = source.includes('\r\n') ? '\r\n' : '\n';
  const joined: TextEdit[] = [];
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = joined.at(-1);
    const text = edit.text.replaceAll(/\r?\n/g, newline);
    if (last !== undefined && last.end === edit.start && (last.start === last.end || edit.start === edit.end)) {
      last.text += text;
      last.end = edit.end;
    } else joined.push({ ...edit, text });
  }
  return joined.map((edit, i) => {
    const end = edit.start === edit.end ? widened(source, edit.start, joined[i + 1]?.start ?? source.length) : edit.end;
    const kept = edit.start === edit.end ? source.slice(edit.start, end) : '';
    return { file, start: edit.start, end, before: sha256(source.slice(edit.start, end)), text: edit.text + kept };
  });
}

function widened(source: string, at: number, limit: number): number {
  const rest = /^\r?\n?[^\r\n]*/.exec(source.slice(at, limit))?.[0] ?? '';
  return at + rest.length;
}
