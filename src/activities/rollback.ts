import { log } from '@temporalio/activity';
import { acceptedSince, asked } from '../core/rollback/choose.js';
import type { AcceptedPatch, RollbackRecord, RollbackRequest, RollbackResult } from '../core/rollback/rollback.js';
import type { ArtifactStore } from '../store/artifacts.js';
import type { Home } from '../store/home.js';
import { openStoreReader } from '../store/reader.js';
import type { StoreWriter } from '../store/writer.js';
import { pointHere } from '../workspace/last-good-branch.js';
import { branchOf } from '../workspace/result-branch.js';

export interface RollbackPlace {
  home: Home;
  artifacts: ArtifactStore;
  store: StoreWriter;
  /** Gets what did not work; without it the log of the worker does. */
  say?: (line: string) => void;
}

/** Marks what a person asked for, and says what that was. A second try finds what the first one marked, and marks what it did not come to. */
export async function rollBackByHand(place: RollbackPlace, request: RollbackRequest): Promise<RollbackResult> {
  const { id, run, undo, who, why } = request;
  // By the clock that times the runs of a fleet: that of the person may be another one.
  const at = Date.now();
  const idOf = ({ first }: AcceptedPatch): string => `${id}/${first.run}/${first.trial}`;
  const accepted = place.store.rollbacks.acceptedIn(run);
  const done = accepted.filter((patch) => patch.said?.id === idOf(patch));
  const patches = [...done, ...asked(accepted, request)];
  await mark(place, patches, (patch) => ({ id: idOf(patch), run: patch.first.run, trial: patch.first.trial, back: !undo, who, why, alert: null, at }));
  return { run, patches: patches.map(({ trial, title }) => ({ trial, title })) };
}

/** Marks what was accepted for a target of a fleet since its last good time. Gives the patches, where each was accepted first. */
export async function rollBackSince(place: RollbackPlace, { fleet, target, good, ...by }: { fleet: string; target: string; good: number; id: string; who: string; why: string; alert: string; at: number }): Promise<AcceptedPatch[]> {
  const idOf = ({ first }: AcceptedPatch): string => `${by.id}/${first.run}/${first.trial}`;
  const patches = acceptedSince(place.store.rollbacks.acceptedOf(fleet, target), good, idOf);
  await mark(place, patches, (patch) => ({ ...by, id: idOf(patch), run: patch.first.run, trial: patch.first.trial, back: true }));
  return patches;
}

/** Once the records are written it is rolled back: a branch that cannot be moved changes nothing of that. */
async function mark(place: RollbackPlace, patches: readonly AcceptedPatch[], recordOf: (patch: AcceptedPatch) => RollbackRecord): Promise<void> {
  for (const patch of patches) place.store.recordRollback(recordOf(patch));
  const { say = (line: string) => log.warn(line) } = place;
  const reader = openStoreReader(place.home);
  try {
    for (const run of place.store.rollbacks.runsWith(patches.map(({ first }) => first))) {
      const status = reader?.runStatus(run) ?? null;
      if (status !== null) await pointHere(place, status).catch((error: unknown) => say(`the branch ${branchOf(run)} stays where it is, although what it holds was rolled back or given back: ${error instanceof Error ? error.message : String(error)}`));
    }
  } finally {
    reader?.close();
  }
}
