import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { commitAll } from '../../workspace/commit-worktree.js';
import { gitResult } from '../../workspace/git.js';
import { withFreshWorktree } from '../../workspace/open-worktree.js';
import type { Repository } from '../../workspace/repository.js';
import { inWorktree } from '../../workspace/worktree.js';

/** Where a patch applies: the commit of it alone, and what that is on. */
export interface Placed<T> {
  made: string;
  onto: string;
  /** Earlier patches without which it does not apply, in their order. */
  needs: T[];
}

type Picked = { kind: 'picked'; commit: string } | { kind: 'conflict' } | { kind: 'nothing-left' };

/** Puts patches onto a head that has moved on, each alone where it applies so, else on those before it that it rests on. */
export class PatchPile {
  private count = 0;
  /** By what was picked, and onto what: each takes a worktree. */
  private readonly picked = new Map<string, Promise<Picked>>();
  private readonly files = new Map<string, Promise<string[]>>();

  constructor(
    private readonly home: Home,
    private readonly repository: Repository,
    private readonly key: string,
  ) {}

  async place<T extends { commit: string; ref: { id: string; restsOn?: string[] } }>(head: string, patch: string, earlier: readonly T[]): Promise<({ kind: 'placed' } & Placed<T>) | { kind: 'conflict' } | { kind: 'nothing-left' }> {
    const alone = await this.pick(head, patch);
    if (alone.kind === 'picked') return { kind: 'placed', made: alone.commit, onto: head, needs: [] };
    if (alone.kind === 'nothing-left') return alone;
    const touching = await this.touching(patch, earlier);
    let found = await this.on(head, touching, patch);
    if (found === null) return { kind: 'conflict' };
    // The latest first: what rests on it itself is gone by then.
    for (const other of found.needs.toReversed()) {
      const fewer: T[] = found.needs.filter((need) => need !== other);
      if (fewer.some(({ ref }) => ref.restsOn?.includes(other.ref.id) === true)) continue;
      found = (await this.on(head, fewer, patch)) ?? found;
    }
    return { kind: 'placed', ...found };
  }

  /** Whether the patch changes nothing but blanks of what is there: it was taken in by a person whose editor set them anew. */
  async isThereButForSpace(head: string, patch: string): Promise<boolean> {
    return (await this.pick(head, patch, ['-X', 'ignore-all-space'])).kind === 'nothing-left';
  }

  private async on<T extends { commit: string }>(head: string, needs: readonly T[], patch: string): Promise<Placed<T> | null> {
    let onto = head;
    const used: T[] = [];
    for (const need of needs) {
      const picked = await this.pick(onto, need.commit);
      // Of another run, and at odds with one before it: this patch can do without.
      if (picked.kind !== 'picked') continue;
      onto = picked.commit;
      used.push(need);
    }
    const last = await this.pick(onto, patch);
    return last.kind === 'picked' ? { made: last.commit, onto, needs: used } : null;
  }

  /** Those that change a file of the patch, with those that they rest on. */
  private async touching<T extends { commit: string; ref: { id: string; restsOn?: string[] } }>(patch: string, earlier: readonly T[]): Promise<T[]> {
    const own = await this.filesOf(patch);
    const wanted = new Set<string>();
    for (const { commit, ref } of earlier.toReversed()) {
      if (!wanted.has(ref.id) && !(await this.filesOf(commit)).some((file) => own.includes(file))) continue;
      for (const id of [ref.id, ...(ref.restsOn ?? [])]) wanted.add(id);
    }
    return earlier.filter(({ ref }) => wanted.has(ref.id));
  }

  private async filesOf(commit: string): Promise<string[]> {
    const known = this.files.get(commit) ?? this.repository.changedPaths(`${commit}^`, commit).then((changed) => changed.map(({ path }) => path));
    this.files.set(commit, known);
    return known;
  }

  private async pick(onto: string, patch: string, how: readonly string[] = []): Promise<Picked> {
    const key = `${onto} ${patch} ${how.join(' ')}`;
    const known = this.picked.get(key) ?? this.pickAnew(onto, patch, how);
    this.picked.set(key, known);
    return known;
  }

  private async pickAnew(onto: string, patch: string, how: readonly string[]): Promise<Picked> {
    this.count += 1;
    return withFreshWorktree({ home: this.home, repository: this.repository, key: `${this.key}/${this.count}`, commit: onto }, async (worktree) => {
      const { exitCode } = await gitResult(['cherry-pick', '--no-commit', ...how, patch], inWorktree(worktree));
      if (exitCode !== 0) return { kind: 'conflict' };
      try {
        return { kind: 'picked', commit: await commitAll(worktree, 'a patch that is judged again', 0) };
      } catch (error) {
        if (error instanceof PerfloopError && error.code === 'PL_NOTHING_CHANGED') return { kind: 'nothing-left' };
        throw error;
      }
    });
  }
}
