import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, readlink, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../store/atomic-file.js';
import { gitBytes } from './git.js';
import { protectionOf, type ProtectedRules } from './protected-globs.js';
import { removeTree } from './remove-tree.js';
import { unsafeParent } from './safe-path.js';
import { listTree, modes, type TreeEntry } from './tree.js';
import { inWorktree, type Worktree } from './worktree.js';

/**
 * Puts the base's protected files back into a worktree, byte for byte with their modes, and removes protected ones that
 * the base does not have. What git ignores and what set-up, build or `link` made stays. Gives the paths it had to mend.
 */
export async function overlayProtected(worktree: Worktree, base: string, rules: ProtectedRules): Promise<string[]> {
  const { files, added } = await protectedFiles(worktree, base, rules);
  const mended: string[] = [];
  for (const entry of files) {
    if ((await contentOf(worktree, entry.path)) === `${entry.mode} ${entry.object}`) continue;
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

/** SHA-256 over the protected files as they are on disk (paths, modes, content), added ones included. */
export async function hashProtected(worktree: Worktree, base: string, rules: ProtectedRules): Promise<string> {
  const { files, added } = await protectedFiles(worktree, base, rules);
  const hash = createHash('sha256');
  for (const path of [...files.map((entry) => entry.path), ...added].sort()) hash.update(`${path}\0${await contentOf(worktree, path)}\0`);
  return hash.digest('hex');
}

async function protectedFiles(worktree: Worktree, base: string, rules: ProtectedRules): Promise<{ files: TreeEntry[]; added: string[] }> {
  const options = inWorktree(worktree);
  const protection = protectionOf(rules);
  const files = (await listTree(base, options)).filter((entry) => entry.mode !== modes.submodule && protection(entry.path) !== undefined);
  const known = new Set(files.map((entry) => entry.path));
  // From the commit, not the index: whoever worked in the worktree could have changed that.
  const committed = (await listTree(worktree.commit, options)).map((entry) => entry.path);
  const untracked = (await gitBytes(['ls-files', '--others', '--exclude-standard', '-z'], options)).toString('utf8').split('\0');
  const added: string[] = [];
  // A repository nested in the worktree is listed as a folder, with a slash at its end.
  for (const path of new Set([...committed, ...untracked.map((name) => name.replace(/\/$/, ''))])) {
    if (path === '' || known.has(path) || protection(path) === undefined) continue;
    if ((await contentOf(worktree, path)) !== 'missing') added.push(path);
  }
  return { files, added };
}

/** Mode and git's hash of what is on disk, in the form of a tree entry; `missing`, or `other` for what is no file. */
export async function contentOf(worktree: Worktree, path: string): Promise<string> {
  const onDisk = join(worktree.path, path);
  const found = await lstat(onDisk).catch(() => undefined);
  if (found === undefined) return 'missing';
  if ((await unsafeParent(worktree.path, path)) !== undefined) return 'other';
  if (found.isSymbolicLink()) return `${modes.symlink} ${blobHash(Buffer.from(await readlink(onDisk)))}`;
  if (!found.isFile()) return 'other';
  return `${(found.mode & 0o100) === 0 ? modes.file : modes.executable} ${blobHash(await readFile(onDisk))}`;
}

function blobHash(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.byteLength}\0`).update(content).digest('hex');
}

/** Puts a file of a commit back. */
export async function restoreEntry(worktree: Worktree, entry: TreeEntry): Promise<void> {
  const path = join(worktree.path, entry.path);
  await clearWay(worktree, entry.path);
  await mkdir(dirname(path), { recursive: true });
  const content = await gitBytes(['cat-file', 'blob', entry.object], inWorktree(worktree));
  if (entry.mode === modes.symlink) return symlink(content.toString('utf8'), path);
  const mode = entry.mode === modes.executable ? 0o755 : 0o644;
  await writeFileAtomic(path, content, mode);
  await chmod(path, mode);
}

/** Removes what stands where a protected file or one of its folders belongs: a symlink, a file, a folder. */
async function clearWay(worktree: Worktree, path: string): Promise<void> {
  const parts = path.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const place = join(worktree.path, ...parts.slice(0, depth));
    const found = await lstat(place).catch(() => undefined);
    if (found !== undefined && (depth === parts.length || !found.isDirectory())) await removeTree(place);
  }
}
