import { lstat, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { holdsSecret } from '../measure/redactor.js';
import { gitBytes } from './git.js';
import { inWorktree, type Worktree } from './worktree.js';

/** Paths of files in a worktree that differ from its commit or are new, and not ignored. */
export async function editedFiles(worktree: Worktree): Promise<string[]> {
  const listed = await Promise.all([['diff', '--name-only', '--no-renames', '-z', worktree.commit, '--'], ['ls-files', '--others', '--exclude-standard', '-z']].map((args) => gitBytes(args, inWorktree(worktree))));
  return [...new Set(listed.flatMap((bytes) => bytes.toString('utf8').split('\0')))].filter((path) => path !== '').sort();
}

/** Those whose name or content holds a secret. What cannot be read, nobody can commit either. */
export async function filesWithSecrets(worktree: Worktree, paths: readonly string[], secrets: readonly string[]): Promise<string[]> {
  if (secrets.length === 0) return [];
  const found = await Promise.all(paths.map(async (path) => holdsSecret(Buffer.concat([Buffer.from(path), Buffer.from('\n'), await contentOf(join(worktree.path, path))]), secrets)));
  return paths.filter((_, index) => found[index] === true);
}

async function contentOf(path: string): Promise<Buffer> {
  const stats = await lstat(path).catch(() => null);
  if (stats?.isSymbolicLink() === true) return Buffer.from(await readlink(path));
  return stats?.isFile() === true ? readFile(path) : Buffer.alloc(0);
}
