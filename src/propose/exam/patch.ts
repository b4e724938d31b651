import type { Candidate, SpanEdit } from '../../core/candidate.js';
import { applyEdits } from '../../core/candidates/apply-edits.js';
import { sha256 } from '../hash.js';

/** What a candidate makes of a program. */
export interface Patch {
  /** Text by path, of the files that it changes. */
  files: ReadonlyMap<string, string>;
  /** Lines of the old text that are gone or changed, 1-based, by path. */
  touched: ReadonlyMap<string, ReadonlySet<number>>;
  /** Lines removed and added, together. */
  size: number;
}

/** Null when it is a commit, which no offline recipe makes. */
export function patchOf({ change }: Candidate, program: ReadonlyMap<string, string>): Patch | null {
  if (change.kind !== 'edits') return null;
  const byFile = new Map<string, SpanEdit[]>();
  for (const edit of change.edits) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit]);
  return patchFrom(new Map([...byFile].map(([file, edits]) => [file, applyEdits(program.get(file) ?? '', edits, sha256)])), program);
}

export function patchFrom(files: ReadonlyMap<string, string>, program: ReadonlyMap<string, string>): Patch {
  const touched = new Map<string, ReadonlySet<number>>();
  let size = 0;
  for (const [file, text] of files) {
    const { removed, added, lines } = lineDifference(program.get(file) ?? '', text);
    touched.set(file, lines);
    size += removed + added;
  }
  return { files, touched, size };
}

/** By a longest common subsequence of lines; blank lines are not counted. Quadratic, for files of some hundred lines. */
function lineDifference(before: string, after: string): { removed: number; added: number; lines: Set<number> } {
  const a = before.split('\n');
  const b = after.split('\n');
  const length = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => length[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = length[i];
    if (row === undefined) continue;
    for (let j = b.length - 1; j >= 0; j--) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const lines = new Set<number>();
  let removed = 0;
  let added = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i++;
      j++;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) {
      if (a[i]?.trim() !== '') removed++;
      lines.add(++i);
    } else {
      if (b[j]?.trim() !== '') added++;
      j++;
    }
  }
  return { removed, added, lines };
}
