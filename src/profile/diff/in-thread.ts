import { inThread } from '../../threads/in-thread.js';
import { differenceOf, type DifferenceRequest } from './difference.js';
import type { ProfileDiff } from './schema.js';

/** Does what differenceOf does in a thread of its own. The signal ends the thread and rejects. */
export async function differenceInThread(request: DifferenceRequest, { signal }: { signal: AbortSignal }): Promise<ProfileDiff> {
  return inThread({ thread: new URL('./thread.js', import.meta.url), request, here: differenceOf, signal });
}
