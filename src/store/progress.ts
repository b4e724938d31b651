import type { Progress } from '../core/run/progress.js';
import type { ArtifactStore } from './artifacts.js';

/** Keeps how far a run came that ended before its time, for as long as its artifacts are there. */
export async function keepProgress(artifacts: ArtifactStore, run: string, progress: Progress): Promise<void> {
  await artifacts.remember(nameOf(run), await artifacts.put('json', JSON.stringify(progress)));
}

/** Null where the run came to its end, or ended as no run of perfloop does. */
export async function keptProgress(artifacts: ArtifactStore, run: string): Promise<Progress | null> {
  const kept = await artifacts.recall(nameOf(run));
  return kept === undefined ? null : artifacts.getJson<Progress>(kept);
}

const nameOf = (run: string): string => `run-progress/${run}`;
