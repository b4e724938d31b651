import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { copyEntries } from './copy-entries.js';
import { findId, replaceId } from './moved-paths.js';
import { removeTree } from './remove-tree.js';
import { unsafeParent } from './safe-path.js';
import { excludeFromCommits, type Worktree } from './worktree.js';

const manifestSchema = z.object({
  v: z.literal(1),
  /** What stands in their paths for the worktree that the files were made in. */
  worktree: z.string(),
  /** Files and whole folders, relative to the worktree. */
  entries: z.array(z.string()),
  /** How long the command took, in milliseconds. Absent in what earlier versions kept. */
  wallMs: z.number().optional(),
  /** Protected files that the command wrote. Absent in what earlier versions kept. */
  written: z.array(z.string()).optional(),
  places: z.object({ files: z.array(z.object({ path: z.string(), offsets: z.array(z.number()) })), symlinks: z.array(z.string()) }),
});

/** A worktree, and where commands see it: see `OpenWorktree`. */
export type PlacedWorktree = Worktree & { place?: string | null };

/** What was seen of the command when it ran. */
export type KeptRun = Pick<z.infer<typeof manifestSchema>, 'wallMs' | 'written'>;

/** An unfinished save of a killed process is removed after this long. */
const leftoverMs = 3_600_000;

/**
 * Keeps a copy of files that a command made in a worktree under `folder/key`. It appears by a rename, whole or not at all.
 * When there is one already it stays. The oldest beyond `most` are removed.
 */
export async function saveKept(request: { folder: string; key: string; worktree: PlacedWorktree; entries: readonly string[]; most: number; run?: KeptRun }): Promise<void> {
  const { folder, key, worktree, entries, most, run = {} } = request;
  await excludeFromCommits(worktree, entries);
  if (await isThere(join(folder, key))) return;
  const temporary = join(folder, `.new-${randomBytes(8).toString('hex')}`);
  await mkdir(join(temporary, 'files'), { recursive: true });
  try {
    await copyEntries(worktree.path, join(temporary, 'files'), entries);
    const places = await findId(join(temporary, 'files'), nameInPaths(worktree));
    await writeFile(join(temporary, 'manifest.json'), JSON.stringify({ v: 1, worktree: nameInPaths(worktree), entries, places, ...run }));
    await flush(temporary);
    await rename(temporary, join(folder, key));
  } catch (error) {
    if (!(await isThere(join(folder, key)))) throw error;
  } finally {
    await removeTree(temporary);
  }
  await trim(folder, most);
}

/** Copies what was kept under a key into a worktree. False: nothing is kept, or it cannot be laid there; run the command. */
export async function restoreKept(request: { folder: string; key: string; worktree: PlacedWorktree }): Promise<boolean> {
  const { worktree } = request;
  const kept = join(request.folder, request.key);
  const text = await readFile(join(kept, 'manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const manifest = manifestSchema.parse(JSON.parse(text));
  for (const entry of manifest.entries) {
    const occupied = await lstat(join(worktree.path, entry)).catch(() => undefined);
    if (occupied?.isSymbolicLink() === true || (await unsafeParent(worktree.path, entry)) !== undefined) return false;
  }
  const now = new Date();
  await utimes(kept, now, now).catch(() => undefined);
  try {
    await copyEntries(join(kept, 'files'), worktree.path, manifest.entries);
  } catch (error) {
    // Trimmed by another process while it was being copied: as if it had not been there.
    if (!(await isThere(kept))) return false;
    throw error;
  }
  await replaceId(worktree.path, manifest.places, manifest.worktree, nameInPaths(worktree));
  await excludeFromCommits(worktree, manifest.entries);
  return true;
}

/** What was seen of the command that made what is kept, as far as that is known. */
export async function keptRun({ folder, key }: { folder: string; key: string }): Promise<KeptRun> {
  const text = await readFile(join(folder, key, 'manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  const { wallMs, written } = manifestSchema.parse(JSON.parse(text));
  return { ...(wallMs === undefined ? {} : { wallMs }), ...(written === undefined ? {} : { written }) };
}

/** Both have the same length, so that one can be written over the other. */
function nameInPaths({ id, place }: PlacedWorktree): string {
  return place ?? id;
}

async function trim(folder: string, most: number): Promise<void> {
  const found = await Promise.all((await readdir(folder)).map(async (name) => ({ name, usedMs: await stat(join(folder, name)).then((of) => of.mtimeMs, () => Date.now()) })));
  const kept = found.filter(({ name }) => !name.startsWith('.')).sort((a, b) => b.usedMs - a.usedMs);
  for (const { name } of kept.slice(most)) {
    const dying = join(folder, `.new-${randomBytes(8).toString('hex')}`);
    if (await rename(join(folder, name), dying).then(() => true, () => false)) await removeTree(dying);
  }
  for (const { name, usedMs } of found) if (name.startsWith('.new-') && Date.now() - usedMs > leftoverMs) await removeTree(join(folder, name));
}

/** So that a power loss after the rename leaves no empty files. Costs little where there is little to write. */
async function flush(folder: string): Promise<void> {
  if (process.platform === 'linux') await execa('sync', ['-f', folder], { reject: false, stdin: 'ignore' });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
