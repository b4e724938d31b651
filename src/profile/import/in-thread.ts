import { inThread } from '../../threads/in-thread.js';
import type { ImportRequest, ImportSummary } from './import.js';
import type { ImportProgress, OnImportProgress } from './progress.js';

/** Does what importProfile does in a thread of its own. The signal ends the thread and rejects. */
export async function importProfileInThread(request: ImportRequest, { signal, onProgress }: { signal?: AbortSignal; onProgress?: OnImportProgress } = {}): Promise<ImportSummary> {
  return inThread<ImportRequest, ImportSummary, ImportProgress>({ thread: new URL('./thread.js', import.meta.url), request, here: importHere, signal, ...(onProgress === undefined ? {} : { onProgress }) });
}

/** Loaded when it is called: who asks a profile that was imported before does not wait for the readers of all kinds. */
const importHere = async (request: ImportRequest, report: OnImportProgress): Promise<ImportSummary> => (await import('./import.js')).importProfile(request, report);
