import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../store/atomic-file.js';
import type { Home } from '../store/home.js';
import type { Repository } from './repository.js';
import { reclaimFreshClones, removeFreshClone } from './fresh-clone.js';
import { removeTree } from './remove-tree.js';
import { addWorktree, findWorktree, reclaimWorktrees, removeWorktree, worktreeExists, type Worktree } from './worktree.js';

const seenSchema = z.object({ written: z.array(z.string()), tookMs: z.number() });

/** What was seen of a step when it was done: protected files that it wrote, and how long the next fresh worktree has to wait for it, in milliseconds. */
export type SeenOfStep = z.infer<typeof seenSchema>;

const stateSchema = z.object({ v: z.literal(1), id: z.string(), done: z.array(z.string()), seen: z.record(z.string(), seenSchema).default({}), layoutSeed: z.int(), place: z.string().regex(/^[0-9a-f]{16}$/).nullable().default(null) });
type State = z.infer<typeof stateSchema>;

/** A worktree that is whole, with what was done in it. */
export interface OpenWorktree extends Worktree {
  key: string;
  /** Steps whose result is in the worktree, such as `setup`. */
  done: readonly string[];
  /** By step; of one that an earlier version did nothing is known. */
  seen: Readonly<Record<string, SeenOfStep>>;
  /** Size of the environment's padding for every sample of this build. */
  layoutSeed: number;
  /** Where commands see it, as a name in `seenWorktrees`; null: at its own path, for they run without a sandbox. */
  place: string | null;
}

/** The worktree that was opened under a key, if it is whole and still there. */
export async function findOpenWorktree(home: Home, key: string): Promise<OpenWorktree | undefined> {
  const worktree = await findWorktree({ home, key });
  if (worktree === undefined || !(await worktreeExists(worktree))) return undefined;
  const state = await readState(home, worktree.id);
  return state === undefined ? undefined : { ...worktree, key, done: state.done, seen: state.seen, layoutSeed: state.layoutSeed, place: state.place };
}

/**
 * Finds the worktree of a key, or makes one of the commit. One that commands see elsewhere, in a sandbox or not, is made anew:
 * what they left there names the old place. `prepare` runs before it counts as open.
 */
export async function openWorktree(request: { home: Home; repository: Repository; key: string; commit: string; layoutSeed: number; place: string | null; prepare: (worktree: Worktree) => Promise<void> }): Promise<OpenWorktree> {
  const { home, repository, key, commit, layoutSeed, place, prepare } = request;
  const found = await findOpenWorktree(home, key);
  if (found !== undefined && found.commit === commit && (found.place === null) === (place === null)) return found;
  // What a predecessor left is gone before anything new is there, its state too.
  await closeWorktree(home, key);
  const worktree = await addWorktree({ repository, commit, home, key });
  await prepare(worktree);
  await writeState(home, { v: 1, id: worktree.id, done: [], seen: {}, layoutSeed, place });
  return { ...worktree, key, done: [], seen: {}, layoutSeed, place };
}

/** In one with what was seen of it: a retry finds both or neither. */
export async function markDone(home: Home, worktree: OpenWorktree, step: string, seen: SeenOfStep): Promise<void> {
  const state = await readState(home, worktree.id);
  if (state !== undefined && !state.done.includes(step)) await writeState(home, { ...state, done: [...state.done, step], seen: { ...state.seen, [step]: seen } });
}

export async function closeWorktree(home: Home, key: string): Promise<void> {
  const worktree = await findWorktree({ home, key });
  if (worktree === undefined) return;
  await rm(stateFile(home, worktree.id), { force: true });
  await removeTree(homeOfWorktree(home, worktree.id));
  await removeTree(builtFolder(home, worktree.id));
  await removeWorktree(home, worktree);
  await removeFreshClone(home, worktree.repository);
}

/** Runs work in a worktree of its own, new also for a retry: a killed predecessor may have left half of a change in the old one. */
export async function withFreshWorktree<T>(request: { home: Home; repository: Repository; key: string; commit: string }, work: (worktree: Worktree) => Promise<T>): Promise<T> {
  const { home, repository, key, commit } = request;
  await closeWorktree(home, key);
  try {
    return await work(await addWorktree({ repository, commit, home, key }));
  } finally {
    await closeWorktree(home, key);
  }
}

/** Removes the worktrees that nothing uses any more, with their states; see `reclaimWorktrees`. */
export async function reclaimOpenWorktrees(home: Home, isInUse: Parameters<typeof reclaimWorktrees>[1]): Promise<void> {
  await reclaimWorktrees(home, isInUse);
  await reclaimFreshClones(home);
  for (const folder of [stateFolder(home), join(home.worktrees, '.homes'), join(home.worktrees, '.built')]) {
    for (const name of await readdir(folder).catch(() => [])) {
      const there = await stat(join(home.worktrees, name.replace(/\.json$/, ''))).catch(() => null);
      if (there === null) await removeTree(join(folder, name));
    }
  }
}

/** The home of the commands that run in a worktree, where they run in a sandbox. */
export function homeOfWorktree(home: Home, id: string): string {
  return join(home.worktrees, '.homes', id);
}

/** What is known of a worktree as it was built. */
export function builtFolder(home: Home, id: string): string {
  return join(home.worktrees, '.built', id);
}

function stateFolder(home: Home): string {
  return join(home.worktrees, '.state');
}

function stateFile(home: Home, id: string): string {
  return join(stateFolder(home), `${id}.json`);
}

async function readState(home: Home, id: string): Promise<State | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(stateFile(home, id), 'utf8')));
  } catch {
    return undefined;
  }
}

async function writeState(home: Home, state: State): Promise<void> {
  await writeFileAtomic(stateFile(home, state.id), JSON.stringify(state));
}
