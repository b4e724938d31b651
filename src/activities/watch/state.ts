import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';
import type { FleetTarget } from '../../core/fleet/parse.js';
import type { WatchState } from '../../core/watch/contracts.js';
import { sha256 } from '../../propose/hash.js';
import { writeFileAtomic } from '../../store/atomic-file.js';
import type { Home } from '../../store/home.js';

/** Names what is watched, whoever watches it: a schedule and a person ask about one and the same. */
export function watchKey({ repository, branch, config, tag, overrides }: FleetTarget): string {
  return sha256(JSON.stringify([repository, branch, config, tag, overrides])).slice(0, 16);
}

const commit = z.looseObject({ commit: z.string().regex(/^[0-9a-f]{40}$/) });
/** As far as a look depends on it. */
const stateSchema = z.looseObject({ v: z.literal(1), last: commit, anchor: commit, head: z.string(), openHead: z.enum(['undecided', 'broken']).nullable(), looks: z.int(), regressions: z.array(z.looseObject({})) });

/** What is remembered of it; null where it was never looked at. Throws PL_WATCH_STATE where that cannot be read. */
export async function readWatch(home: Home, key: string): Promise<WatchState | null> {
  const file = fileOf(home, key);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return stateSchema.parse(JSON.parse(text)) as unknown as WatchState;
  } catch (error) {
    throw new PerfloopError('PL_WATCH_STATE', 'what is remembered of the branch cannot be read', { where: file, fix: 'It was written by a later version, or damaged: use that version, or move the file away, and the watch begins anew.', cause: error });
  }
}

/** A reader sees the old or the new content, also after a loss of power. */
export async function writeWatch(home: Home, key: string, state: WatchState): Promise<void> {
  await writeFileAtomic(fileOf(home, key), `${JSON.stringify(state, null, 1)}\n`);
}

function fileOf(home: Home, key: string): string {
  return join(home.root, 'watch', `${key}.json`);
}
