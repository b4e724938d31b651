import { chmod, lstat, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { writeFileAtomic } from '../store/atomic-file.js';
import { blobHash, Contents } from './contents.js';
import { gitBytes } from './git.js';
import { protectionOf, type ProtectedRules } from './protected-globs.js';
import { rawPath } from './raw-path.js';
import { removeTree } from './remove-tree.js';
import { unsafeParent } from './safe-path.js';
import { listTree, modes, readFileAt, type TreeEntry } from './tree.js';
import { turnedEntries } from './turned.js';
import { inWorktree, type Worktree } from './worktree.js';

/** Other work of this process, its heartbeats, waits no longer. */
const longestTurnMs = 20;

/**
 * Puts the base's protected files back into a worktree, byte for byte with their modes, and removes protected ones that
 * the base does not have. What git ignores and what set-up, build or `link` made stays. Gives the paths it had to mend.
 */
export async function overlayProtected(worktree: Worktree, base: string, rules: ProtectedRules): Promise<string[]> {
  const { files, added } = await protectedFiles(worktree, base, rules);
  const mended: string[] = [];
  for (const entry of await differentFrom(worktree, files)) {
    await restoreEntry(worktree, entry);
    mended.push(entry.path);
  }
  for (const path of added) {
    // A folder above it may have been a symlink, which is gone by now; never remove through one that is left.
    if ((await unsafeParent(worktree.path, path)) !== undefined || (await contentOf(worktree, path)) === 'missing') continue;
    // What was a symlink or a file in the place of a folder is that folder again.
    if (files.some((entry) => entry.path.startsWith(`${path}/`))) continue;
    await removeTree(join(worktree.path, path));
    mended.push(path);
  }
  return mended;
}

async function differentFrom(worktree: Worktree, files: readonly TreeEntry[]): Promise<TreeEntry[]> {
  const contents = new Contents(worktree.path);
  const different: TreeEntry[] = [];
  let turnBegan = performance.now();
  for (const entry of files) {
    if ((await contents.of(entry.path)) !== `${entry.mode} ${entry.object}`) different.push(entry);
    if (performance.now() - turnBegan < longestTurnMs) continue;
    await nextTurn();
    turnBegan = performance.now();
  }
  return different;
}

async function protectedFiles(worktree: Worktree, base: string, rules: ProtectedRules): Promise<{ files: TreeEntry[]; added: string[] }> {
  const options = inWorktree(worktree);
  const { all, files, protection } = await protectedOf(worktree, base, rules);
  // From the commit, not the index: whoever worked in the worktree could have changed that.
  const committed = worktree.commit === base ? [] : (await listTree(worktree.commit, options)).map((entry) => entry.path);
  const untracked = (await gitBytes(['ls-files', '--others', '--exclude-standard', '-z'], options)).toString('utf8').split('\0');
  // A repository nested in the worktree is listed as a folder, with a slash at its end.
  const found = new Set([...committed, ...untracked.map((name) => name.replace(/\/$/, ''))]);
  const contents = new Contents(worktree.path);
  const added: string[] = [];
  for (const path of found) {
    if (path === '' || all.has(path) || protection(path) === undefined) continue;
    if ((await contents.of(path)) !== 'missing') added.push(path);
  }
  return { files, added };
}

interface ProtectedOfCommit {
  /** The paths of all its files. */
  all: ReadonlySet<string>;
  /** Its protected files, submodules left out. */
  files: TreeEntry[];
  protection: (path: string) => string | undefined;
}

/** Of the commits that were asked for last: the worktrees of a run all have one base. */
const known = new Map<string, ProtectedOfCommit>();
const mostKnown = 4;

/**
 * The protected files of a commit, as they belong into a worktree: with the settings of knobs that the worktree's own commit has
 * in them, where nothing else is different.
 */
export async function protectedOf(worktree: Worktree, commit: string, rules: ProtectedRules): Promise<ProtectedOfCommit> {
  const found = await protectedAt(worktree, commit, rules);
  if (rules.turnable === undefined || worktree.commit === commit) return found;
  const turned = await turnedEntries({ repository: { listTree: (of) => listTree(of, inWorktree(worktree)), readFileAt: (of, path) => readFileAt(of, path, inWorktree(worktree)) }, base: commit, commit: worktree.commit, rules });
  return turned.size === 0 ? found : { ...found, files: found.files.map((entry) => turned.get(entry.path) ?? entry) };
}

async function protectedAt(worktree: Worktree, commit: string, rules: ProtectedRules): Promise<ProtectedOfCommit> {
  const key = `${commit} ${JSON.stringify(rules)}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const entries = await listTree(commit, inWorktree(worktree));
  const protection = protectionOf(rules);
  // A name that is not UTF-8 cannot be written as it was; no change of it is let in.
  const files = entries.filter((entry) => entry.mode !== modes.submodule && !entry.path.includes('\uFFFD') && protection(entry.path) !== undefined);
  const found = { all: new Set(entries.map((entry) => entry.path)), files, protection };
  known.set(key, found);
  for (const oldest of [...known.keys()].slice(0, -mostKnown)) known.delete(oldest);
  return found;
}

/** Mode and git's hash of what is on disk, see `Contents`. */
export function contentOf(worktree: Pick<Worktree, 'path'>, path: string): Promise<string> {
  return new Contents(worktree.path).of(path);
}

/** Puts a file of a commit back. */
export async function restoreEntry(worktree: Worktree, entry: TreeEntry): Promise<void> {
  const path = join(worktree.path, entry.path);
  const content = await gitBytes(['cat-file', 'blob', entry.object], inWorktree(worktree));
  if (blobHash(content) !== entry.object) throw new Error(`the object ${entry.object} in ${worktree.repository} is not what it was`);
  await clearWay(worktree.path, entry.path);
  await mkdir(dirname(path), { recursive: true });
  if (entry.mode === modes.symlink) return symlink(content.toString('utf8'), path);
  const mode = entry.mode === modes.executable ? 0o755 : 0o644;
  await writeFileAtomic(path, content, mode);
  await chmod(path, mode);
}

/** Removes what stands in a folder where a path or one of the folders above it belongs: a symlink, a file, at its end also a folder. */
export async function clearWay(root: string, path: string): Promise<void> {
  await clearParents(root, path);
  await removeTree(join(root, path));
}

/** The same of the folders above it alone: afterwards it leads through none but plain folders. */
export async function clearParents(root: string, path: string): Promise<void> {
  const parts = path.split('/');
  for (let depth = 1; depth < parts.length; depth += 1) {
    const place = join(root, ...parts.slice(0, depth));
    const found = await lstat(rawPath(place)).catch(() => undefined);
    if (found === undefined) return;
    if (!found.isDirectory()) return removeTree(place);
  }
}
