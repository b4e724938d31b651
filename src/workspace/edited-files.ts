import { lstat, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { holdsSecret } from '../measure/redactor.js';
import { gitBytes } from './git.js';
import { inWorktree, type Worktree } from './worktree.js';

/** What a change may hold, in bytes: a profile or a core dump that was left behind is none. */
const mostOfFile = 20_000_000;
const mostInAll = 100_000_000;

/** Paths of files in a worktree that differ from its commit or are new, and not ignored. Submodules are not looked into. */
export async function editedFiles(worktree: Worktree): Promise<string[]> {
  const listed = await Promise.all([['diff', '--name-only', '--no-renames', '--ignore-submodules=all', '-z', worktree.commit, '--'], ['ls-files', '--others', '--exclude-standard', '-z']].map((args) => gitBytes(args, inWorktree(worktree))));
  return [...new Set(listed.flatMap((bytes) => bytes.toString('utf8').split('\0')))].filter((path) => path !== '').sort();
}

/** Why so much is not read, as a sentence; null where it can be. */
export async function tooLarge(worktree: Worktree, paths: readonly string[]): Promise<string | null> {
  let total = 0;
  for (const path of paths) {
    const size = await lstat(join(worktree.path, path)).then((stats) => (stats.isFile() ? stats.size : 0), () => 0);
    if (size > mostOfFile) return `${path} has ${megabytes(size)}; a file of a change may have ${megabytes(mostOfFile)}.`;
    total += size;
  }
  return total > mostInAll ? `The files that it leaves have ${megabytes(total)}; those of a change may have ${megabytes(mostInAll)}.` : null;
}

/** Those whose name or content holds a secret. What cannot be read, nobody can commit either. */
export async function filesWithSecrets(worktree: Worktree, paths: readonly string[], secrets: readonly string[]): Promise<string[]> {
  if (secrets.length === 0) return [];
  const found: string[] = [];
  // One after the other: they can be thousands.
  for (const path of paths) if (holdsSecret(Buffer.concat([Buffer.from(`${path}\n`), await contentOf(join(worktree.path, path))]), secrets)) found.push(path);
  return found;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`;
}

async function contentOf(path: string): Promise<Buffer> {
  const stats = await lstat(path).catch(() => null);
  if (stats?.isSymbolicLink() === true) return Buffer.from(await readlink(path));
  return stats?.isFile() === true ? readFile(path) : Buffer.alloc(0);
}
