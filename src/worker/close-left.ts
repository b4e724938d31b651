import type { Client } from '@temporalio/client';
import type { RunsInHand } from '../activities/leasing.js';
import { groupBy } from '../core/group-by.js';
import type { Home } from '../store/home.js';
import { closeWorktree } from '../workspace/open-worktree.js';
import { worktreeKeys } from '../workspace/worktree.js';
import { isOver } from './leasing.js';

const lookEveryMs = 30_000;

export interface LeftWorktrees {
  home: Home;
  client: Client;
  inHand: RunsInHand;
}

/**
 * A host that was cut off or hung comes back with worktrees of runs that have gone on elsewhere, which nobody closes any
 * more: closes those of runs that are over, from time to time. Gives what ends that.
 */
export function closeLeft(left: LeftWorktrees, say: (text: string) => void): () => void {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void closeOnce(left)
      .catch((error: unknown) => say(`worktrees of runs that are over stay: ${String(error)}`))
      .finally(() => (looking = false));
  }, lookEveryMs);
  return () => clearInterval(timer);
}

async function closeOnce({ home, client, inHand }: LeftWorktrees): Promise<void> {
  const byRun = groupBy(await worktreeKeys(home), (key) => key.split('/')[0] ?? '');
  for (const [run, keys] of byRun) {
    if (inHand.has(run) || !(await isOver(client, run))) continue;
    for (const key of keys) await closeWorktree(home, key);
  }
}
