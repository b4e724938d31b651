import { sha256 } from './hash.js';

/** What a unified diff comes to without white space, line numbers and hashes of text files. */
export interface DiffIdentity {
  /** First 12 hex digits of the hash of the lines that it removes and adds, by file. */
  id: string;
  /** Hash of the lines that were there before: those removed, and as many around as the diff has. */
  around: string;
}

/** The same change made again on a shifted or reformatted file has the same identity. */
export function identityOfDiff(diff: string): DiffIdentity {
  const changed: string[] = [];
  const before: string[] = [];
  let inHunk = false;
  let blobs = '';
  for (const line of diff.split('\n')) {
    const text = line.slice(1).replace(/\s+/gu, '');
    if (line.startsWith('diff --git ')) {
      inHunk = false;
      changed.push(line);
      before.push(line);
    } else if (line.startsWith('@@')) inHunk = true;
    else if (inHunk) {
      if (/^[-+]/.test(line)) changed.push(line.slice(0, 1) + text);
      if (/^[- ]/.test(line)) before.push(text);
    } else if (line.startsWith('index ')) blobs = line;
    else if (line.startsWith('Binary files ')) changed.push(blobs);
    else if (!/^(?:---|\+\+\+) /.test(line)) changed.push(line);
  }
  return { id: sha256(changed.join('\n')).slice(0, 12), around: sha256(before.join('\n')) };
}
