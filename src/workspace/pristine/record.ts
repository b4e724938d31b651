import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../store/atomic-file.js';
import type { Home } from '../../store/home.js';
import { gitBytes } from '../git.js';
import { builtFolder, homeOfWorktree } from '../open-worktree.js';
import type { ProtectedRules } from '../protected-globs.js';
import { overlayProtected, protectedOf } from '../protected-overlay.js';
import { removeTree } from '../remove-tree.js';
import { SharedWork } from '../shared-work.js';
import type { TreeEntry } from '../tree.js';
import { inWorktree, type Worktree } from '../worktree.js';
import { copyOriginals } from './originals.js';
import { folderIdentity, stampsBelow, type Stamps } from './stamps.js';

/** Whose protected files are laid over a worktree. */
export interface Protection {
  base: string;
  rules: ProtectedRules;
}

const recordSchema = z.object({
  v: z.literal(2),
  /** Hash of the protection. */
  protection: z.string(),
  /** Which folders they are, see `folderIdentity`. */
  roots: z.object({ worktree: z.string(), home: z.string().nullable() }),
  stamps: z.array(z.tuple([z.string(), z.string()])),
  /** Files as in the worktree's commit. */
  tracked: z.array(z.string()),
  copied: z.array(z.string()),
});

/** A worktree as it was built. */
export type BuiltRecord = z.infer<typeof recordSchema>;

/** Stands before the paths of the home that commands have in a sandbox. */
const inHome = '~/';

/** A path of a record by its folder and its path there. */
export function placeOf(home: Home, worktree: Worktree, path: string): { root: string; below: string } {
  return path.startsWith(inHome) ? { root: homeOfWorktree(home, worktree.id), below: path.slice(inHome.length) } : { root: worktree.path, below: path };
}

/** Where the copies of files are that git cannot give back. */
export function originalsFolder(home: Home, worktree: Worktree): string {
  return join(builtFolder(home, worktree.id), 'originals');
}

/** Commands that begin at once have one record: made by each, it would hold what the first of them had written by then. */
const beingMade = new SharedWork<BuiltRecord>();

/** The record of a worktree, made now where there is none: before, the base's protected files are laid over it. */
export async function recordOf(home: Home, worktree: Worktree, protection: Protection | null): Promise<BuiltRecord> {
  const hash = createHash('sha256').update(JSON.stringify(protection)).digest('hex').slice(0, 16);
  return beingMade.of(`${worktree.path} ${hash}`, () => readOrMake(home, worktree, protection, hash));
}

async function readOrMake(home: Home, worktree: Worktree, protection: Protection | null, hash: string): Promise<BuiltRecord> {
  const known = await readRecord(home, worktree);
  if (known?.protection === hash) return known;
  if (protection !== null) await overlayProtected(worktree, protection.base, protection.rules);
  const made = await makeRecord(home, worktree, hash);
  await mkdir(builtFolder(home, worktree.id), { recursive: true });
  await writeFileAtomic(recordFile(home, worktree), JSON.stringify(made));
  return made;
}

/** The protected files by their path. */
export async function protectedEntries(worktree: Worktree, protection: Protection | null): Promise<Map<string, TreeEntry>> {
  const files = protection === null ? [] : (await protectedOf(worktree, protection.base, protection.rules)).files;
  return new Map(files.map((entry) => [entry.path, entry]));
}

/** What is there now. Null: the folder of the worktree, or its home, is another one. */
export async function stampsNow(home: Home, worktree: Worktree, roots: BuiltRecord['roots']): Promise<Stamps | null> {
  const folderOfHome = homeOfWorktree(home, worktree.id);
  if (folderIdentity(worktree.path) !== roots.worktree) return null;
  if (roots.home !== null && folderIdentity(folderOfHome) !== roots.home) return null;
  const stamps = await stampsBelow(worktree.path);
  // A home that was not there has been made by nobody but the target's commands, wherever it leads.
  if (roots.home !== null) for (const [path, stamp] of await stampsBelow(folderOfHome)) stamps.set(`${inHome}${path}`, stamp);
  return stamps;
}

async function makeRecord(home: Home, worktree: Worktree, protection: string): Promise<BuiltRecord> {
  const list = async (...args: string[]): Promise<string[]> => (await gitBytes([...args, '-z'], inWorktree(worktree))).toString('utf8').split('\0').filter((path) => path !== '');
  const dirty = new Set(await list('diff-files', '--name-only'));
  const tracked = (await list('ls-files')).filter((path) => !dirty.has(path));
  const known = new Set(tracked);
  const roots = { worktree: folderIdentity(worktree.path) ?? '', home: folderIdentity(homeOfWorktree(home, worktree.id)) };
  const stamps = (await stampsNow(home, worktree, roots)) ?? new Map<string, string>();
  const others = [...stamps.keys()].filter((path) => !known.has(path)).map((key) => {
    const { root, below } = placeOf(home, worktree, key);
    return { key, path: join(root, below) };
  });
  await removeTree(builtFolder(home, worktree.id));
  const copied = await copyOriginals(others, originalsFolder(home, worktree));
  return { v: 2, protection, roots, stamps: [...stamps], tracked, copied };
}

async function readRecord(home: Home, worktree: Worktree): Promise<BuiltRecord | null> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(recordFile(home, worktree), 'utf8')));
  } catch {
    return null;
  }
}

function recordFile(home: Home, worktree: Worktree): string {
  return join(builtFolder(home, worktree.id), 'record.json');
}
