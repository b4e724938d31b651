import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { execa } from 'execa';
import picomatch from 'picomatch';
import type { CommandSpec } from '../core/config/schema.js';
import type { Home } from '../store/home.js';
import { gitBytes } from './git.js';
import { keptRun, restoreKept, saveKept, type KeptRun, type PlacedWorktree } from './kept-folders.js';
import type { Repository } from './repository.js';
import { linkedPaths } from './link.js';
import { inWorktree, type Worktree } from './worktree.js';

const most = { setup: 8, build: 12 };

/** A hash over all that the result of the setup command depends on: the command, the lock files, the platform and the interpreters. */
export async function setupKey(request: { repository: Repository; commit: string; command: CommandSpec; lockfiles: readonly string[]; sandboxed?: boolean }): Promise<string> {
  const { repository, commit, command, lockfiles } = request;
  const isLock = picomatch(lockfiles.flatMap((glob) => (glob.includes('/') ? [glob] : [glob, `**/${glob}`])), { dot: true });
  const locks = (await repository.listTree(commit)).filter((entry) => isLock(entry.path)).map(({ path, object }) => [path, object]);
  return hashOf(['setup', 1, command.run, posix.normalize(command.cwd), sortedEntries(command.env), locks, await platform(), ...placed(request)]);
}

/** A hash over what a build depends on: the files, the command and the result of the setup. */
export async function buildKey(request: { treeHash: string; command: CommandSpec; setupKey: string | null; sandboxed?: boolean }): Promise<string> {
  const { treeHash, command } = request;
  return hashOf(['build', 1, treeHash, command.run, posix.normalize(command.cwd), sortedEntries(command.env), request.setupKey, await platform(), ...placed(request)]);
}

/** In a sandbox the paths that a command writes into files are others. */
function placed({ sandboxed = false }: { sandboxed?: boolean }): string[] {
  return sandboxed ? ['sandbox'] : [];
}

/** Copies the result of an earlier setup into a worktree. False: run the command, then `saveSetup`. */
export async function restoreSetup(home: Home, key: string, worktree: PlacedWorktree): Promise<boolean> {
  return restoreKept({ folder: folderOf(home, 'setup'), key, worktree });
}

/** Keeps every untracked file of a worktree as the result of its setup command. Call it before anything else writes there. */
export async function saveSetup(home: Home, key: string, worktree: PlacedWorktree): Promise<void> {
  const output = (await gitBytes(['ls-files', '--others', '--directory', '-z'], inWorktree(worktree))).toString('utf8');
  const entries = output.split('\0').filter((path) => path !== '').map((path) => path.replace(/\/$/, ''));
  await saveKept({ folder: folderOf(home, 'setup'), key, worktree, entries: await withoutLinks(worktree, entries), most: most.setup });
}

/** Copies the result of an earlier build of the same files into a worktree. False: run the command, then `saveBuild`. */
export async function restoreBuild(home: Home, key: string, worktree: PlacedWorktree): Promise<boolean> {
  return restoreKept({ folder: folderOf(home, 'build'), key, worktree });
}

/** What was seen of the build whose result is kept, as far as that is known. */
export async function keptBuildRun(home: Home, key: string): Promise<KeptRun> {
  return keptRun({ folder: folderOf(home, 'build'), key });
}

/** Keeps every file of a worktree that was written since `sinceMs` (epoch, taken before the build) as the result of the build. */
export async function saveBuild(home: Home, key: string, worktree: PlacedWorktree, sinceMs: number, run: KeptRun = {}): Promise<void> {
  // The clock that stamps files may lag behind by a tick.
  const entries = await withoutLinks(worktree, await writtenSince(worktree.path, '', sinceMs - 50));
  await saveKept({ folder: folderOf(home, 'build'), key, worktree, entries, most: most.build, run });
}

function folderOf(home: Home, kind: 'setup' | 'build'): string {
  return join(home.cache, kind);
}

async function writtenSince(root: string, relative: string, sinceMs: number): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(root, relative), { withFileTypes: true })) {
    const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
    if (path === '.git') continue;
    if (entry.isDirectory()) found.push(...(await writtenSince(root, path, sinceMs)));
    else if ((entry.isFile() || entry.isSymbolicLink()) && (await lstat(join(root, path))).ctimeMs >= sinceMs) found.push(path);
  }
  return found;
}

async function withoutLinks(worktree: Worktree, entries: readonly string[]): Promise<string[]> {
  const links = new Set(await linkedPaths(worktree));
  return entries.filter((entry) => !links.has(entry));
}

function sortedEntries(record: Record<string, string>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

let versions: Promise<string[]> | undefined;

/** What compiled packages depend on; the interpreters are those that a command finds on the PATH. */
async function platform(): Promise<string[]> {
  versions ??= Promise.all(['node', 'python3', 'python'].map(async (program) => {
    const result = await execa(program, ['--version'], { reject: false, stdin: 'ignore' });
    return `${program} ${result.exitCode === 0 ? result.stdout.trim() : 'absent'}`;
  }));
  return [process.platform, process.arch, ...(await versions)];
}

function hashOf(parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
