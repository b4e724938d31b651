import type { CliContext } from '../context.js';
import { withRun } from '../known-run.js';
import { watch, type Watched } from '../watch.js';

/** Follows a run that was started before. */
export async function attach(context: CliContext, run: string): Promise<Watched> {
  return await withRun(context, run, async (known) => watch(context, known.session, known.run));
}
