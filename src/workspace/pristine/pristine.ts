import { chmod, mkdir, readFile, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import picomatch from 'picomatch';
import { z } from 'zod';
import { writeFileAtomic } from '../../store/atomic-file.js';
import type { Home } from '../../store/home.js';
import { gitBytes } from '../git.js';
import { builtFolder, homeOfWorktree } from '../open-worktree.js';
import { contentOf, restoreEntry } from '../protected-overlay.js';
import { removeTree } from '../remove-tree.js';
import { listTree, type TreeEntry } from '../tree.js';
import { inWorktree, type Worktree } from '../worktree.js';
import { copyOriginals, putBack } from './originals.js';
import { differenceOf, fileTime, folderMode, linkTarget, stampAt, stampsBelow, type Difference, type Stamps } from './stamps.js';

const recordSchema = z.object({ v: z.literal(1), stamps: z.array(z.tuple([z.string(), z.string()])), tracked: z.array(z.string()), copied: z.array(z.string()) });

/** What was undone. Paths are relative to the worktree; those in its home begin with `~/`. */
export interface Undone {
  /** Files of the build that had another content, or were gone. */
  changed: string[];
  /** Kept files that had changed: they are kept no longer. */
  touched: string[];
}

/** Stands before the paths of the home that commands have in a sandbox. */
const inHome = '~/';

/**
 * A worktree as it was built, with the home that its commands have in a sandbox: so that what one execution leaves there is
 * not found by the next one. New files are removed. Changed ones are put back from the commit or from a copy; what is in
 * neither, being large, stays as it is then.
 */
export class Pristine {
  readonly #kept = new Set<string>();
  #entries: Promise<Map<string, TreeEntry>> | null = null;

  private constructor(
    private readonly home: Home,
    private readonly worktree: Worktree,
    private readonly stamps: Stamps,
    private readonly tracked: ReadonlySet<string>,
    private readonly copied: ReadonlySet<string>,
    private readonly mayStay: (path: string) => boolean,
  ) {}

  /** As it was when this was first asked for. `mayStay`: globs of new files that are left alone, such as caches of compilers. */
  static async of(home: Home, worktree: Worktree, mayStay: readonly string[]): Promise<Pristine> {
    const known = await readRecord(home, worktree);
    const { stamps, tracked, copied } = known ?? (await record(home, worktree));
    return new Pristine(home, worktree, new Map(stamps), new Set(tracked), new Set(copied), picomatch([...mayStay], { dot: true }));
  }

  /** Whether it was built with this file, or keeps it. */
  has(path: string): boolean {
    return this.stamps.has(path);
  }

  /** New files and folders. */
  async added(): Promise<string[]> {
    return (await this.#difference()).added;
  }

  /** From now on these belong to it, as they are, until they change. */
  keep(paths: readonly string[]): void {
    for (const path of paths) {
      const stamp = stampAt(this.#pathOf(path));
      if (stamp === undefined) continue;
      this.stamps.set(path, stamp);
      this.#kept.add(path);
    }
  }

  /** Throws when the worktree is gone as a whole: then there is nothing to put files back into, and that is no fault of theirs. */
  async restore(): Promise<Undone> {
    if (stampAt(this.worktree.path) === undefined) throw new Error(`the worktree ${this.worktree.path} is gone`);
    let difference = await this.#difference();
    const undone: Undone = { changed: [], touched: [] };
    const folders = difference.changed.filter((path) => folderMode(this.stamps.get(path) ?? '') !== null);
    for (const path of folders.sort((a, b) => depth(a) - depth(b))) await this.#mend(path, undone);
    // One that could not be read may hold more.
    if (folders.length > 0) difference = await this.#difference();
    // What is in a folder goes with it.
    for (const path of difference.added.sort((a, b) => depth(a) - depth(b))) await removeTree(this.#pathOf(path));
    for (const path of difference.changed) await this.#mend(path, undone);
    return undone;
  }

  async #mend(path: string, undone: Undone): Promise<void> {
    const wanted = this.stamps.get(path) ?? '';
    const place = this.#pathOf(path);
    if (stampAt(place) === wanted) return;
    if (this.#kept.delete(path)) {
      await removeTree(place);
      this.stamps.delete(path);
      undone.touched.push(path);
      return;
    }
    if (await this.#putBack(path, wanted, place)) undone.changed.push(path);
    const now = stampAt(place);
    if (now === undefined) this.stamps.delete(path);
    else this.stamps.set(path, now);
  }

  /** False: it had the content that it should have. */
  async #putBack(path: string, wanted: string, place: string): Promise<boolean> {
    const mode = folderMode(wanted);
    if (mode !== null) {
      if (folderMode(stampAt(place) ?? '') === null) await removeTree(place);
      await mkdir(place, { recursive: true });
      await chmod(place, mode & 0o7777);
      return true;
    }
    const target = linkTarget(wanted);
    if (target !== null) {
      await removeTree(place);
      await mkdir(dirname(place), { recursive: true });
      await symlink(target, place);
      return true;
    }
    if (this.tracked.has(path)) {
      const entry = (await this.#commit()).get(path);
      if (entry === undefined) return true;
      const same = (await contentOf(this.worktree, path)) === `${entry.mode} ${entry.object}`;
      // A new file all the same: attributes can hold something, too.
      await restoreEntry(this.worktree, entry);
      await utimes(place, new Date(), fileTime(wanted));
      return !same;
    }
    return this.copied.has(path) ? putBack({ key: path, path: place }, originalsFolder(this.home, this.worktree)) : true;
  }

  async #commit(): Promise<Map<string, TreeEntry>> {
    this.#entries ??= listTree(this.worktree.commit, inWorktree(this.worktree)).then((entries) => new Map(entries.map((entry) => [entry.path, entry])));
    return this.#entries;
  }

  async #difference(): Promise<Difference> {
    const { added, changed } = differenceOf(this.stamps, await stampsOf(this.home, this.worktree));
    return { added: added.filter((path) => !this.mayStay(path)), changed };
  }

  #pathOf(path: string): string {
    return pathIn(this.home, this.worktree, path);
  }
}

const depth = (path: string): number => path.split('/').length;

function pathIn(home: Home, worktree: Worktree, path: string): string {
  return path.startsWith(inHome) ? join(homeOfWorktree(home, worktree.id), path.slice(inHome.length)) : join(worktree.path, path);
}

async function stampsOf(home: Home, worktree: Worktree): Promise<Stamps> {
  const [ofWorktree, ofHome] = [await stampsBelow(worktree.path), await stampsBelow(homeOfWorktree(home, worktree.id))];
  for (const [path, stamp] of ofHome) ofWorktree.set(`${inHome}${path}`, stamp);
  return ofWorktree;
}

type BuiltRecord = z.infer<typeof recordSchema>;

async function record(home: Home, worktree: Worktree): Promise<BuiltRecord> {
  const list = async (...args: string[]): Promise<string[]> => (await gitBytes([...args, '-z'], inWorktree(worktree))).toString('utf8').split('\0').filter((path) => path !== '');
  const dirty = new Set(await list('diff-files', '--name-only'));
  const tracked = (await list('ls-files')).filter((path) => !dirty.has(path));
  const known = new Set(tracked);
  const stamps = await stampsOf(home, worktree);
  const others = [...stamps.keys()].filter((path) => !known.has(path)).map((key) => ({ key, path: pathIn(home, worktree, key) }));
  await removeTree(builtFolder(home, worktree.id));
  const copied = await copyOriginals(others, originalsFolder(home, worktree));
  const found: BuiltRecord = { v: 1, stamps: [...stamps], tracked, copied };
  await mkdir(builtFolder(home, worktree.id), { recursive: true });
  await writeFileAtomic(recordFile(home, worktree), JSON.stringify(found));
  return found;
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

function originalsFolder(home: Home, worktree: Worktree): string {
  return join(builtFolder(home, worktree.id), 'originals');
}
