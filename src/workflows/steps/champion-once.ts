import type { WorktreeRef } from '../../core/run/contracts.js';
import type { HostHandle } from '../host-session.js';
import { championWorktree, type Phases } from '../phases.js';
import { OneAtATime } from './one-at-a-time.js';

/** The worktree of the best commit, set up and built once for all commands of an execution: not once more for each of hundreds. */
export class ChampionOnce {
  private prepared: { host: string; worktree: WorktreeRef } | null = null;
  private readonly turns = new OneAtATime();

  /** Steps that ask at once wait for the first. `afresh`: what was prepared is gone. */
  worktree(on: HostHandle, phases: Phases, afresh: boolean): Promise<WorktreeRef> {
    return this.turns.run(async () => {
      const { host } = on.lease;
      const { champion, opened } = phases.model;
      const known = this.prepared;
      if (!afresh && known?.host === host && known.worktree.commit === champion.commit && opened.includes(known.worktree.key)) return known.worktree;
      const worktree = await championWorktree(on, phases);
      this.prepared = { host, worktree };
      return worktree;
    });
  }
}
