import { inThread } from '../../threads/in-thread.js';
import { importProfile, type ImportRequest, type ImportSummary } from './import.js';

/** Does what importProfile does in a thread of its own. The signal ends the thread and rejects. */
export async function importProfileInThread(request: ImportRequest, { signal }: { signal?: AbortSignal } = {}): Promise<ImportSummary> {
  return inThread({ thread: new URL('./thread.js', import.meta.url), request, here: importProfile, signal });
}
