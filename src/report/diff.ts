/** A line of a unified diff. `old` and `new` are 1-based numbers in the two versions, null where it has none. */
export interface DiffLine {
  kind: 'file' | 'meta' | 'hunk' | 'added' | 'removed' | 'context';
  /** Without the leading sign; for `file` the path. */
  text: string;
  old: number | null;
  new: number | null;
}

export interface ParsedDiff {
  lines: DiffLine[];
  added: number;
  removed: number;
  files: number;
}

/**
 * Reads a unified diff as git writes it. The counts in a hunk's head say which lines belong to it, so that a removed line
 * that begins with `--` is not taken for a file's name.
 */
export function parseDiff(diff: string): ParsedDiff {
  const parsed: ParsedDiff = { lines: [], added: 0, removed: 0, files: 0 };
  let [old, now, oldLeft, nowLeft] = [0, 0, 0, 0];
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    const push = (kind: DiffLine['kind'], text: string, at: { old?: number; new?: number } = {}) => parsed.lines.push({ kind, text, old: at.old ?? null, new: at.new ?? null });
    const [sign, text] = [line[0], line.slice(1)];
    if (oldLeft > 0 || nowLeft > 0) {
      if (sign === '+') {
        push('added', text, { new: now++ });
        nowLeft--;
        parsed.added++;
      } else if (sign === '-') {
        push('removed', text, { old: old++ });
        oldLeft--;
        parsed.removed++;
      } else if (sign === '\\') push('meta', line);
      else {
        push('context', text, { old: old++, new: now++ });
        oldLeft--;
        nowLeft--;
      }
      continue;
    }
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk) {
      [old, oldLeft, now, nowLeft] = [Number(hunk[1]), Number(hunk[2] ?? 1), Number(hunk[3]), Number(hunk[4] ?? 1)];
      push('hunk', line);
    } else if (line.startsWith('diff --git ')) {
      parsed.files++;
      push('file', / b\/(.*)$/.exec(line)?.[1] ?? line.slice(11));
    } else if (!/^(index |--- |\+\+\+ |$)/.test(line)) push('meta', line);
  }
  return parsed;
}
