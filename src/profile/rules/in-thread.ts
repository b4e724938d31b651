import { inThread } from '../../threads/in-thread.js';
import type { DatabaseRequest } from './analyze-database.js';
import type { Analysis } from './analyze.js';

/** Asks all rules in a thread of its own. The signal ends the thread and rejects. */
export async function analyzeInThread(request: DatabaseRequest, { signal }: { signal?: AbortSignal } = {}): Promise<Analysis> {
  return inThread({ thread: new URL('./thread.js', import.meta.url), request, here: analyzeHere, signal });
}

/** The same in the caller's thread, for a process with nothing else to do. Loaded when it is called: who starts the thread does not load the rules and tools a second time. */
export const analyzeHere = async (request: DatabaseRequest): Promise<Analysis> => (await import('./analyze-database.js')).analyzeDatabase(request);
