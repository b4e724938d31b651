import { chmod, mkdir, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { clearParents, clearWay, contentOf, restoreEntry } from '../protected-overlay.js';
import { isRaw, shownPath } from '../raw-path.js';
import { removeTree } from '../remove-tree.js';
import { unsafeParent } from '../safe-path.js';
import { listTree, type TreeEntry } from '../tree.js';
import { inWorktree, type Worktree } from '../worktree.js';
import { putBack } from './originals.js';
import { originalsFolder, placeOf, protectedEntries, recordOf, stampsNow, type BuiltRecord, type Protection } from './record.js';
import { differenceOf, fileTime, folderMode, linkTarget, stampAt, type Difference, type Stamps } from './stamps.js';

/** What was undone. Paths are relative to the worktree; those in its home begin with `~/`. */
export interface Undone {
  /** Files of the build that had another content, or were gone. */
  changed: string[];
  /** Kept files that had changed: they are kept no longer. */
  touched: string[];
  /** Protected files that were written, whatever is in them now: those that had another content are in `changed`, too. */
  written: string[];
}

/**
 * A worktree as it was built, with the base's protected files and with the home that its commands have in a sandbox: so that
 * what one execution leaves there is not found by the next one. New files are removed. Changed ones are put back from the
 * base, the commit or a copy; what is in none of them, being large, stays as it is then. Nothing is written or removed
 * through a link. Throws PL_WORKTREE_GONE where another folder, or a link, stands in the place of the worktree.
 */
export class Pristine {
  readonly #kept = new Set<string>();
  readonly #stamps: Stamps;
  readonly #tracked: ReadonlySet<string>;
  readonly #copied: ReadonlySet<string>;
  #entries: Promise<Map<string, TreeEntry>> | null = null;

  private constructor(
    private readonly home: Home,
    private readonly worktree: Worktree,
    private readonly record: BuiltRecord,
    private readonly protectedFiles: ReadonlyMap<string, TreeEntry>,
    private readonly mayStay: (path: string) => boolean,
  ) {
    this.#stamps = new Map(record.stamps);
    this.#tracked = new Set(record.tracked);
    this.#copied = new Set(record.copied);
  }

  /** As it was when this was first asked for. `mayStay`: globs of new files that are left alone, such as caches of compilers. */
  static async of(home: Home, worktree: Worktree, mayStay: readonly string[], protection: Protection | null = null): Promise<Pristine> {
    const record = await recordOf(home, worktree, protection);
    return new Pristine(home, worktree, record, await protectedEntries(worktree, protection), picomatch([...mayStay], { dot: true }));
  }

  /** Whether it was built with this file, or keeps it. */
  has(path: string): boolean {
    return this.#stamps.has(path);
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
      this.#stamps.set(path, stamp);
      this.#kept.add(path);
    }
  }

  /** Removes these where they are kept, and keeps them no longer. */
  async drop(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      if (!this.#kept.delete(path)) continue;
      this.#stamps.delete(path);
      await this.#remove(path);
    }
  }

  async restore(): Promise<Undone> {
    let difference = await this.#difference();
    const undone = nothingUndone();
    const folders = difference.changed.filter((path) => folderMode(this.#stamps.get(path) ?? '') !== null);
    for (const path of folders.sort((a, b) => depth(a) - depth(b))) await this.#mend(path, undone);
    // One that could not be read may hold more.
    if (folders.length > 0) difference = await this.#difference();
    // What is in a folder goes with it.
    for (const path of difference.added.sort((a, b) => depth(a) - depth(b))) await this.#remove(path);
    for (const path of difference.changed) await this.#mend(path, undone);
    return undone;
  }

  /** Of the protected files alone, in less time: what else an execution leaves stays. */
  async restoreProtected(): Promise<Undone> {
    const undone = nothingUndone();
    for (const path of this.protectedFiles.keys()) if (this.#stamps.has(path) && stampAt(this.#pathOf(path)) !== this.#stamps.get(path)) await this.#mend(path, undone);
    return undone;
  }

  async #mend(path: string, undone: Undone): Promise<void> {
    const wanted = this.#stamps.get(path) ?? '';
    const { root, below } = placeOf(this.home, this.worktree, path);
    const place = join(root, below);
    if ((await unsafeParent(root, below)) === undefined && stampAt(place) === wanted) return;
    // It is in no commit that git could be asked for by its name, and was not copied: that it changed is all that is known.
    if (isRaw(path) && !this.#kept.has(path)) {
      undone.changed.push(shownPath(path));
      this.#stampAgain(path, place);
      return;
    }
    if (this.protectedFiles.has(path)) undone.written.push(path);
    await clearParents(root, below);
    if (this.#kept.delete(path)) {
      await removeTree(place);
      this.#stamps.delete(path);
      undone.touched.push(path);
      return;
    }
    if (await this.#putBack(path, wanted)) undone.changed.push(path);
    this.#stampAgain(path, place);
  }

  /** What is there now is what should be there. */
  #stampAgain(path: string, place: string): void {
    const now = stampAt(place);
    if (now === undefined) this.#stamps.delete(path);
    else this.#stamps.set(path, now);
  }

  /** False: it had the content that it should have. Links in its way are gone. */
  async #putBack(path: string, wanted: string): Promise<boolean> {
    const { root, below } = placeOf(this.home, this.worktree, path);
    const place = join(root, below);
    const mode = folderMode(wanted);
    if (mode !== null) {
      if (folderMode(stampAt(place) ?? '') === null) await removeTree(place);
      await mkdir(place, { recursive: true });
      await chmod(place, mode & 0o7777);
      return true;
    }
    const target = linkTarget(wanted);
    if (target !== null) {
      await clearWay(root, below);
      await mkdir(join(place, '..'), { recursive: true });
      await symlink(target, place);
      return true;
    }
    const entry = this.protectedFiles.get(path) ?? (this.#tracked.has(path) ? (await this.#commit()).get(path) : undefined);
    if (entry !== undefined) {
      const same = (await contentOf(this.worktree, path)) === `${entry.mode} ${entry.object}`;
      // A new file all the same: attributes can hold something, too.
      await restoreEntry(this.worktree, entry);
      await utimes(place, new Date(), fileTime(wanted));
      return !same;
    }
    return this.#copied.has(path) ? putBack({ key: path, path: place }, originalsFolder(this.home, this.worktree)) : true;
  }

  async #remove(path: string): Promise<void> {
    const { root, below } = placeOf(this.home, this.worktree, path);
    if ((await unsafeParent(root, below)) === undefined) await removeTree(join(root, below));
  }

  async #commit(): Promise<Map<string, TreeEntry>> {
    this.#entries ??= listTree(this.worktree.commit, inWorktree(this.worktree)).then((entries) => new Map(entries.map((entry) => [entry.path, entry])));
    return this.#entries;
  }

  async #difference(): Promise<Difference> {
    const now = await stampsNow(this.home, this.worktree, this.record.roots);
    if (now === null) throw new PerfloopError('PL_WORKTREE_GONE', 'another folder stands in the place of a worktree', { where: this.worktree.path, fix: 'Nothing to do: the trial begins again in a new one.' });
    const { added, changed } = differenceOf(this.#stamps, now);
    return { added: added.filter((path) => !this.mayStay(path)), changed };
  }

  #pathOf(path: string): string {
    const { root, below } = placeOf(this.home, this.worktree, path);
    return join(root, below);
  }
}

const nothingUndone = (): Undone => ({ changed: [], touched: [], written: [] });

const depth = (path: string): number => path.split('/').length;
