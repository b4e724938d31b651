import { gitBytes, type GitOptions } from '../workspace/git.js';

/** A file of a commit that differs from the one before, with the lines that are new in it. */
export interface ChangedFile {
  path: string;
  /** Where it was before; null where it was not. */
  before: string | null;
  /** 1-based. */
  added: ReadonlySet<number>;
  /** Lines that were taken out: 1-based, of the version before, and after which line of the new one. */
  removed: readonly { from: number; to: number; after: number }[];
  binary: boolean;
}

/** The files that a change adds or changes. A file that only moved has no new lines. */
export async function changedFiles(from: string, to: string, options: GitOptions): Promise<ChangedFile[]> {
  const args = ['diff', '--no-color', '--no-ext-diff', '--no-textconv', '--unified=0', '--find-renames', '--diff-filter=ACMRT', '--src-prefix=a/', '--dst-prefix=b/', from, to, '--'];
  return parseChanges((await gitBytes(args, options)).toString('utf8'));
}

/** Reads a diff without context. The counts in a hunk's head say which lines belong to it. */
export function parseChanges(diff: string): ChangedFile[] {
  const files: { path: string; before: string | null; added: Set<number>; removed: ChangedFile['removed'][number][]; binary: boolean }[] = [];
  let [oldLeft, newLeft, at] = [0, 0, 0];
  for (const line of diff.split('\n')) {
    const file = files.at(-1);
    if (file !== undefined && (oldLeft > 0 || newLeft > 0)) {
      if (line.startsWith('-')) oldLeft -= 1;
      else if (line.startsWith('+')) {
        newLeft -= 1;
        file.added.add(at);
        at += 1;
      }
      continue;
    }
    if (line.startsWith('diff --git ')) files.push({ path: '', before: null, added: new Set(), removed: [], binary: false });
    if (file === undefined && files.length === 0) continue;
    const now = files.at(-1);
    if (now === undefined) continue;
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk !== null) {
      const from = Number(hunk[1]);
      [oldLeft, at, newLeft] = [Number(hunk[2] ?? 1), Number(hunk[3]), Number(hunk[4] ?? 1)];
      if (oldLeft > 0) now.removed.push({ from, to: from + oldLeft - 1, after: at });
    } else if (line.startsWith('--- ')) now.before = pathIn(line.slice(4));
    else if (line.startsWith('+++ ')) now.path = pathIn(line.slice(4)) ?? now.path;
    else if (line.startsWith('rename from ')) now.before = unquoted(line.slice(12));
    else if (line.startsWith('rename to ')) now.path = unquoted(line.slice(10));
    else if (line.startsWith('Binary files ')) now.binary = true;
  }
  return files.filter(({ path }) => path !== '');
}

/** `a/src/x.js`, in quotes where it holds special characters; `/dev/null` is no path. */
function pathIn(text: string): string | null {
  const path = unquoted(text.replace(/\t$/, ''));
  return path === '/dev/null' ? null : path.slice(2);
}

/** Git writes control characters, quotes and backslashes as in C, bytes in octal. */
function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  const named: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };
  const bytes: number[] = [];
  const inner = Buffer.from(text.slice(1, -1), 'utf8').toString('latin1');
  for (let index = 0; index < inner.length; index += 1) {
    if (inner[index] !== '\\') {
      bytes.push(inner.charCodeAt(index));
      continue;
    }
    const octal = /^[0-7]{3}/.exec(inner.slice(index + 1))?.[0];
    bytes.push(octal === undefined ? (named[inner[index + 1] ?? ''] ?? 63) : Number.parseInt(octal, 8));
    index += octal === undefined ? 1 : 3;
  }
  return Buffer.from(bytes).toString('utf8');
}
