import { inThread } from '../../threads/in-thread.js';
import { analyzeDatabase, type DatabaseRequest } from './analyze-database.js';
import type { Analysis } from './analyze.js';

/** Asks all rules in a thread of its own. The signal ends the thread and rejects. */
export async function analyzeInThread(request: DatabaseRequest, { signal }: { signal?: AbortSignal } = {}): Promise<Analysis> {
  return inThread({ thread: new URL('./thread.js', import.meta.url), request, here: analyzeDatabase, signal });
}
