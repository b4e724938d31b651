import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../store/atomic-file.js';
import type { Home } from '../store/home.js';
import { git, type GitOptions } from './git.js';
import { withLockRetry } from './locks.js';
import { removeTree } from './remove-tree.js';
import type { Repository } from './repository.js';

const worktreeSchema = z.object({ id: z.string().regex(/^[0-9a-f]{16}$/), path: z.string(), repository: z.string(), commit: z.string().regex(/^[0-9a-f]{40}$/) });

/** A folder with the files of a commit. Its name tells nothing of what is in it, and all names are of equal length. */
export type Worktree = z.infer<typeof worktreeSchema>;

const recordSchema = z.object({ v: z.literal(1), key: z.string(), worktree: worktreeSchema });

/** What git in a worktree leaves out of commits, besides what the repository ignores: files that tools leave behind. */
const alwaysExcluded = ['node_modules/', '__pycache__/', '*.py[cod]', '.pytest_cache/', '.DS_Store'];

/**
 * Checks a commit out, detached, under a random id. With a `key` a second call replaces what the first one left, whole or
 * not: a retry gets a fresh worktree at a new path, out of reach of processes of its predecessor.
 */
export async function addWorktree(request: { repository: Repository; commit: string; home: Home; key?: string }): Promise<Worktree> {
  const { repository, commit, home, key } = request;
  await mkdir(home.worktrees, { recursive: true });
  const id = randomBytes(8).toString('hex');
  const worktree: Worktree = { id, path: join(home.worktrees, id), repository: repository.path, commit };
  if (key !== undefined) {
    const previous = await findWorktree({ home, key });
    // Recorded before it exists, so that one that a killed process left half made can be found.
    await writeFileAtomic(recordFile(home, key), JSON.stringify({ v: 1, key, worktree }));
    if (previous !== undefined) await discard(home, previous.id);
  }
  await withLockRetry(repository.path, () => git(['worktree', 'add', '--quiet', '--detach', worktree.path, commit], { cwd: repository.path, env: { GIT_DIR: repository.path } }));
  await writeFile(excludeFile(worktree), `${alwaysExcluded.join('\n')}\n`);
  return worktree;
}

/** The worktree that was last added with a key. It may be half made, or deleted by hand. */
export async function findWorktree(request: { home: Home; key: string }): Promise<Worktree | undefined> {
  return (await readRecord(recordFile(request.home, request.key)))?.worktree;
}

/** Removes a worktree and every trace of it; what is gone already is no error. */
export async function removeWorktree(home: Home, worktree: Pick<Worktree, 'id'>): Promise<void> {
  await discard(home, worktree.id);
  for (const file of await recordFiles(home)) if ((await readRecord(file))?.worktree.id === worktree.id) await rm(file, { force: true });
}

/** What `reclaimWorktrees` asks about. */
export interface FoundWorktree {
  id: string;
  path: string;
  /** The key it was added with, if any. */
  key: string | null;
}

/**
 * Removes the worktrees that nothing uses any more, as a killed worker leaves them, and what is left of removed ones.
 * Call it before work begins, with `isInUse` true for those of runs that go on. Gives the ids removed.
 */
export async function reclaimWorktrees(home: Home, isInUse: (worktree: FoundWorktree) => boolean | Promise<boolean>): Promise<string[]> {
  const keys = new Map<string, string>();
  for (const file of await recordFiles(home)) {
    const record = await readRecord(file);
    if (record === undefined) await rm(file, { force: true });
    else keys.set(record.worktree.id, record.key);
  }
  const reclaimed: string[] = [];
  const folders = [home.worktrees, ...(await repositories(home)).map((repository) => join(repository, 'worktrees'))];
  const names = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
  const ids = new Set([...names.flat().filter((name) => /^[0-9a-f]{16}$/.test(name)), ...keys.keys()]);
  for (const id of ids) {
    if (await isInUse({ id, path: join(home.worktrees, id), key: keys.get(id) ?? null })) continue;
    await removeWorktree(home, { id });
    reclaimed.push(id);
  }
  await removeTree(join(home.worktrees, '.trash'));
  for (const repository of await repositories(home)) await git(['worktree', 'prune'], { cwd: repository, env: { GIT_DIR: repository } });
  return reclaimed;
}

/** The keys of the worktrees that were added with one and are not removed. */
export async function worktreeKeys(home: Home): Promise<string[]> {
  const records = await Promise.all((await recordFiles(home)).map(readRecord));
  return records.flatMap((record) => (record === undefined ? [] : [record.key]));
}

/** Options for git calls in a worktree. The repository is named outright: whoever works there could change its `.git` file. */
export function inWorktree(worktree: Worktree): GitOptions {
  return {
    cwd: worktree.path,
    env: { GIT_DIR: adminFolder(worktree), GIT_WORK_TREE: worktree.path },
    config: { 'core.excludesFile': excludeFile(worktree) },
  };
}

/** Leaves paths that set-up, build or `link` made out of commits and listings of the worktree. */
export async function excludeFromCommits(worktree: Worktree, paths: readonly string[]): Promise<void> {
  const present = (await readFile(excludeFile(worktree), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  const lines = new Set([...present, ...paths.map((path) => `/${path.replaceAll(/[\\*?[\]!# ]/g, String.raw`\$&`)}`)]);
  await writeFileAtomic(excludeFile(worktree), `${[...lines].join('\n')}\n`);
}

/** Git's own folder of a worktree, in the bare repository. It is named after the worktree. */
export function adminFolder(worktree: Worktree): string {
  return join(worktree.repository, 'worktrees', worktree.id);
}

function excludeFile(worktree: Worktree): string {
  return join(adminFolder(worktree), 'perfloop-exclude');
}

/** Out of the way by a rename first, so that no half-removed worktree is ever found. */
async function discard(home: Home, id: string): Promise<void> {
  const trash = join(home.worktrees, '.trash');
  await mkdir(trash, { recursive: true });
  const dying = join(trash, `${id}-${randomBytes(4).toString('hex')}`);
  const there = await rename(join(home.worktrees, id), dying).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  for (const repository of await repositories(home)) await removeTree(join(repository, 'worktrees', id));
  if (there) await removeTree(dying);
}

async function repositories(home: Home): Promise<string[]> {
  const names = await readdir(home.repos).catch(() => []);
  return names.filter((name) => name.endsWith('.git')).map((name) => join(home.repos, name));
}

function recordFile(home: Home, key: string): string {
  return join(home.worktrees, '.keys', `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
}

async function recordFiles(home: Home): Promise<string[]> {
  const folder = join(home.worktrees, '.keys');
  return (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json') && !basename(name).startsWith('.')).map((name) => join(folder, name));
}

async function readRecord(file: string): Promise<z.infer<typeof recordSchema> | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether the folder of a worktree is there. */
export async function worktreeExists(worktree: Worktree): Promise<boolean> {
  return stat(join(worktree.path, '.git')).then(
    () => true,
    () => false,
  );
}
