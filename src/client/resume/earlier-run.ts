import { resolve } from 'node:path';
import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { Progress } from '../../core/run/progress.js';
import type { RunStatus } from '../../core/status.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import { keptProgress } from '../../store/progress.js';
import { openStoreReader, type StoreReader } from '../../store/reader.js';
import { openCheckout } from '../../workspace/checkout.js';
import { resolveRevision } from '../../workspace/revision.js';
import { targetId } from '../../workspace/target-id.js';
import type { CliContext } from '../context.js';
import { isOver } from '../events.js';
import { leftOnServer } from './left-on-server.js';
import { resolveRun } from '../resolve-run.js';
import { keptConfig } from '../../store/run-config.js';

/** A run that ended before its time, with all that another one needs to go on. */
export interface EarlierRun {
  status: RunStatus;
  progress: Progress;
  /** What it was started with. */
  config: Config;
}

/**
 * The run that is named, or the last one of the target that `dir` is. Asks the store, and the server of a run that the store
 * does not know to be over. Throws `PL_NO_SUCH_RUN`,
 * `PL_RUN_NOT_OVER`, `PL_RUN_FINISHED`, `PL_OTHER_TARGET` and `PL_NO_PROGRESS`, each with what to do instead.
 */
export async function earlierRun(context: CliContext, request: { dir: string; run: string | true; base: string }): Promise<EarlierRun> {
  const checkout = await openCheckout(resolve(context.cwd, request.dir));
  const target = await targetId(checkout, await resolveRevision(checkout, request.base));
  const store = openStoreReader(context.home);
  try {
    const status = await named(context, store, request.run, target);
    if (status.target.id !== target) throw new PerfloopError('PL_OTHER_TARGET', `run ${status.run} is of ${status.target.name}, which is another repository`, { where: status.target.origin, fix: `Name its folder: \`perfloop run DIR --resume ${status.run}\`.` });
    const artifacts = artifactsOf(context.home);
    const config = await keptConfig(artifacts, status.run);
    const { status: last, progress } = isOver(status) ? { status, progress: await keptProgress(artifacts, status.run) } : await leftOnServer(context, status);
    if (progress !== null && config !== null) return { status: last, progress, config };
    if (last.state === 'done') throw new PerfloopError('PL_RUN_FINISHED', `run ${status.run} has finished: there is nothing to go on with`, { where: status.run, fix: 'Start a new run without --resume; --rounds says how many rounds it has.' });
    throw new PerfloopError('PL_NO_PROGRESS', `nothing is kept of how far run ${status.run} came`, { where: status.run, fix: 'Start a new run without --resume. Runs of earlier versions keep nothing.' });
  } finally {
    store?.close();
  }
}

async function named({ home }: CliContext, store: StoreReader | null, run: string | true, target: string): Promise<RunStatus> {
  const last = run === true ? store?.listRuns({ limit: 100, target }).find(({ kind }) => kind === 'run')?.run : await resolveRun(run, { home: home.root, store });
  const status = last === undefined ? null : (store?.runStatus(last) ?? null);
  if (status === null) throw new PerfloopError('PL_NO_SUCH_RUN', run === true ? 'no run of this repository is there to go on with' : `the store has no run ${run}`, { where: home.root, fix: 'Start one with `perfloop run DIR`; `perfloop runs` lists those there are.' });
  if (status.kind !== 'run') throw new PerfloopError('PL_USAGE', `${status.run} is a judgement, and those are not resumed`, { where: '--resume', fix: 'Judge again with `perfloop judge`.' });
  return status;
}
