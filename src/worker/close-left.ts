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
  let said = '';
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void closeOnce(left)
      .then(() => (said = ''))
      .catch((error: unknown) => {
        const text = `worktrees of runs that are over stay: ${String(error)}`;
        // Once, not twice a minute.
        if (text !== said) say(text);
        said = text;
      })
      .finally(() => (looking = false));
  }, lookEveryMs);
  return () => clearInterval(timer);
}

/** Throws what could not be closed, when all else is. */
async function closeOnce({ home, client, inHand }: LeftWorktrees): Promise<void> {
  const byRun = groupBy(await worktreeKeys(home), (key) => key.split('/')[0] ?? '');
  const failed: string[] = [];
  for (const [run, keys] of byRun) {
    if (inHand.has(run) || !(await isOver(client, run))) continue;
    for (const key of keys) await closeWorktree(home, key).catch((error: unknown) => failed.push(`${key}: ${String(error)}`));
  }
  if (failed.length > 0) throw new Error(failed.join('; '));
}
