import { openCheckout } from './checkout.js';
import { gitResult } from './git.js';
import { resolveRevision } from './revision.js';

/** The text of a file at the top of the user's repository as a revision has it; null when that has no such file. */
export async function readAtRevision(dir: string, revision: string, file: string): Promise<string | null> {
  const checkout = await openCheckout(dir);
  const commit = await resolveRevision(checkout, revision);
  const shown = await gitResult(['cat-file', 'blob', `${commit}:${file}`], checkout.git);
  return shown.exitCode === 0 ? shown.stdout.toString('utf8') : null;
}
