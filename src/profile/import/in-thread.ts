import { inThread } from '../../threads/in-thread.js';
import type { ImportRequest, ImportSummary } from './import.js';

/** Does what importProfile does in a thread of its own. The signal ends the thread and rejects. */
export async function importProfileInThread(request: ImportRequest, { signal }: { signal?: AbortSignal } = {}): Promise<ImportSummary> {
  return inThread({ thread: new URL('./thread.js', import.meta.url), request, here: importHere, signal });
}

/** Loaded when it is called: who asks a profile that was imported before does not wait for the readers of all kinds. */
const importHere = async (request: ImportRequest): Promise<ImportSummary> => (await import('./import.js')).importProfile(request);
