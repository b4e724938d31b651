import { sha256 } from './hash.js';
import { normalLines } from './normal-lines.js';

/** What a unified diff comes to without line numbers, the indentation of a place as a whole, and hashes of text files. */
export interface DiffIdentity {
  /** First 12 hex digits of the hash of the lines that it removes and adds, by file. */
  id: string;
  /** Hash of the lines that were there before: those removed, and as many around as the diff has. */
  around: string;
}

/** The same change made again where the code was shifted, or indented as a whole, has the same identity. */
export function identityOfDiff(diff: string): DiffIdentity {
  const changed: string[] = [];
  const before: string[] = [];
  let hunk: string[] | null = null;
  let blobs = '';
  const endHunk = (): void => {
    const lines = hunk ?? [];
    const normal = normalLines(lines.map((line) => line.slice(1)));
    for (const [index, line] of lines.entries()) {
      const text = normal[index] ?? '';
      if (/^[-+]/.test(line)) changed.push(line.slice(0, 1) + text);
      if (/^[- ]/.test(line)) before.push(text);
    }
    hunk = null;
  };
  for (const line of diff.split('\n')) {
    if (line.startsWith('diff --git ')) {
      endHunk();
      changed.push(line);
      before.push(line);
    } else if (line.startsWith('@@')) {
      endHunk();
      hunk = [];
    } else if (hunk !== null) hunk.push(line);
    else if (line.startsWith('index ')) blobs = line;
    else if (line.startsWith('Binary files ')) changed.push(blobs);
    else if (!/^(?:---|\+\+\+) /.test(line)) changed.push(line);
  }
  endHunk();
  return { id: sha256(changed.join('\n')).slice(0, 12), around: sha256(before.join('\n')) };
}
