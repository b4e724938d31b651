import { branchOf } from '../../workspace/result-branch.js';
import type { CliContext } from '../context.js';
import { endedRun, withRun } from '../known-run.js';
import { watch, type Watched } from '../watch.js';

/** Follows a run that was started before; of one that is over it gives the end. */
export async function attach(context: CliContext, run: string): Promise<Watched> {
  const ended = endedRun(context, run);
  if (ended !== null) return { run: ended.run, detached: false, status: ended, branch: branchOf(ended.run) };
  return await withRun(context, run, async (known) => watch(context, known.session, known.run));
}
