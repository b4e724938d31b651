import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { gitBytes } from '../../workspace/git.js';

/** A manifest or a benchmark is never this large; a generated file may be. */
const maxBytes = 256 * 1024;

/** The tracked files of a checkout. What git does not hold is not in perfloop's worktrees either, so it does not count. */
export interface Repository {
  name: string;
  /** Relative paths with `/`, sorted. */
  files: readonly string[];
  has(path: string): boolean;
  matching(pattern: RegExp): string[];
  /** Null when there is no such tracked file, or it is not a text of reasonable size. */
  read(path: string): Promise<string | null>;
}

/** Throws PL_GIT_* when the folder is not in a git repository. */
export async function openRepository(dir: string): Promise<Repository> {
  const root = resolve(dir);
  const listing = await gitBytes(['ls-files', '-z'], { cwd: root });
  const files = listing.toString('utf8').split('\0').filter((path) => path !== '' && !vendored.test(path)).sort();
  const present = new Set(files);
  return {
    name: basename(root),
    files,
    has: (path) => present.has(path),
    matching: (pattern) => files.filter((path) => pattern.test(path)),
    async read(path) {
      if (!present.has(path)) return null;
      const bytes = await readFile(join(root, path)).catch(() => null);
      return bytes === null || bytes.length > maxBytes || bytes.includes(0) ? null : bytes.toString('utf8');
    },
  };
}

/** Other people's code, and output that someone committed. */
const vendored = /(?:^|\/)(?:node_modules|vendor|third_party|dist|\.venv|site-packages|fixtures)\//;
