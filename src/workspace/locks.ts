import { randomInt } from 'node:crypto';
import { readFile, readdir, readlink, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PerfloopError } from '../core/errors.js';

/** How long another git may hold a lock before the step fails. */
const patienceMs = 30_000;
/** A lock in a bare repository is held for milliseconds: one this old has no owner. */
const abandonedMs = 60_000;
/** The same where the process table was looked at and no git works on the repository. */
const ownerlessMs = 3_000;

/** Repeats `work` while another git holds a lock of the repository; removes locks that a killed git left. */
export async function withLockRetry<T>(repository: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PerfloopError) || error.code !== 'PL_GIT_LOCKED' || Date.now() > deadline) throw error;
      await wait(Math.min(1000, 20 * 2 ** Math.min(attempt, 6)) * (0.5 + randomInt(1000) / 1000));
      await removeStaleLocks(repository);
    }
  }
}

/** Removes `*.lock` files of a bare repository whose owner is gone, and worktrees that are half made, as a killed git leaves them. Gives their paths. */
export async function removeStaleLocks(repository: string): Promise<string[]> {
  const removed: string[] = [];
  for (const path of [...(await lockFiles(repository)), ...(await halfMade(repository))]) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    const age = Date.now() - found.mtimeMs;
    if (age < ownerlessMs || (age < abandonedMs && (await gitWorksOn(repository)))) continue;
    await rm(path, { force: true, recursive: true });
    removed.push(path);
  }
  return removed;
}

/** Locks lie at the top, beside refs, and in the folder of each worktree; not among the objects. */
async function lockFiles(repository: string): Promise<string[]> {
  const inFolder = async (folder: string, deep: boolean): Promise<string[]> => {
    const entries = await readdir(folder, { withFileTypes: true, recursive: deep }).catch(() => []);
    return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.lock')).map((entry) => join(entry.parentPath, entry.name));
  };
  const groups = await Promise.all([inFolder(repository, false), inFolder(join(repository, 'refs'), true), inFolder(join(repository, 'worktrees'), true)]);
  return groups.flat();
}

/** Folders of worktrees without a word in `commondir`, which git writes a moment after it makes the file: until then every other `git worktree add` fails. */
async function halfMade(repository: string): Promise<string[]> {
  const folder = join(repository, 'worktrees');
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name, 'commondir')).then(({ size }) => size, () => null)));
  return names.filter((_, index) => sizes[index] === 0).map((name) => join(folder, name));
}

/** Whether a git process works on the repository: in its folder, or told of it by GIT_DIR. True where that cannot be known. */
async function gitWorksOn(repository: string): Promise<boolean> {
  const processes = await readdir('/proc').catch(() => undefined);
  if (processes === undefined) return true;
  for (const pid of processes) {
    if (!/^\d+$/.test(pid)) continue;
    const name = await readFile(join('/proc', pid, 'comm'), 'utf8').catch(() => '');
    if (!name.startsWith('git')) continue;
    const cwd = await readlink(join('/proc', pid, 'cwd')).catch(() => '');
    const environment = await readFile(join('/proc', pid, 'environ'), 'utf8').catch(() => '');
    if (cwd === repository || dirname(cwd) === repository || environment.includes(`GIT_DIR=${repository}`)) return true;
  }
  return false;
}
