import { statSync } from 'node:fs';
import { inThread } from '../../threads/in-thread.js';
import type { ImportRequest, ImportSummary } from './import.js';
import type { ImportProgress, OnImportProgress } from './progress.js';
import { isSqlite, readHead } from './read-file.js';

/** Does what importProfile does in a thread of its own. The signal ends the thread and rejects. */
export async function importProfileInThread(request: ImportRequest, { signal, onProgress }: { signal?: AbortSignal; onProgress?: OnImportProgress } = {}): Promise<ImportSummary> {
  return inThread<ImportRequest, ImportSummary, ImportProgress>({ thread: new URL('./thread.js', import.meta.url), request, here: importHere, signal, ...(onProgress === undefined ? {} : { onProgress }) });
}

/** Loaded when it is called: who asks a profile that was imported before does not wait for the readers of all kinds. */
const importHere = async (request: ImportRequest, report: OnImportProgress): Promise<ImportSummary> => (await import('./import.js')).importProfile(request, report);

/** Bytes: an export of that size is imported in less time than it takes to start a thread, a few tenths of a second. */
const smallExport = 8 * 2 ** 20;

/** The same for a command, which has no heartbeats to keep: in the caller's thread where that is an export of nsys which is small. */
export async function importProfileForCommand(request: ImportRequest, watching: { signal?: AbortSignal; onProgress?: OnImportProgress }): Promise<ImportSummary> {
  const [file] = request.files;
  if (file === undefined || request.files.length > 1 || statSync(file).size > smallExport || !isSqlite(readHead(file, 16))) return importProfileInThread(request, watching);
  watching.signal?.throwIfAborted();
  return importHere(request, (progress) => watching.onProgress?.(progress));
}
