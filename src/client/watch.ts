import { detachOnSignals, follow, type Followed } from './follow.js';
import { RunObserver } from './observe.js';
import { storedStatus } from './known-run.js';
import type { CliContext } from './context.js';
import type { Session } from './session.js';
import { sinkFor } from './sink-for.js';
import { graphOfRun } from '../core/pipeline/drawing/of-config.js';
import { artifactsOf } from '../store/artifacts-of.js';
import { keptConfig } from '../store/run-config.js';
import { branchOf } from '../workspace/result-branch.js';
import type { RunStatus } from '../core/status.js';

/** How the following of a run ended; the run itself may go on. */
export interface Watched {
  run: string;
  /** True when a person left; the run goes on. */
  detached: boolean;
  /** The last known one; null when the run was left before it said anything. */
  status: RunStatus | null;
  /** Where accepted candidates are, in perfloop's own repository. */
  branch: string;
}

/** Follows a run until it ends or the person leaves. */
export async function watch(context: CliContext, session: Session, run: string): Promise<Watched> {
  const { signal, release } = detachOnSignals();
  const letGo = session.hold();
  try {
    const followed: Followed = await follow(new RunObserver(session.client, run, () => storedStatus(context, run)), sinkFor(context, await graphOf(context, run)), signal);
    return { run, detached: followed.kind === 'detached', status: followed.status, branch: branchOf(run) };
  } finally {
    await letGo();
    release();
  }
}

/** Null where its steps form no graph, and where what it was started with is not kept here or cannot be read: nobody has to see it. */
async function graphOf(context: CliContext, run: string): Promise<ReturnType<typeof graphOfRun>> {
  try {
    const config = await keptConfig(artifactsOf(context.home), run);
    return config === null || run.startsWith('j-') ? null : graphOfRun(config);
  } catch {
    return null;
  }
}
