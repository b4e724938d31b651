import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { PerfloopError } from '../../core/errors.js';
import { importProfile, type ImportRequest, type ImportSummary } from './import.js';
import type { ThreadAnswer } from './thread.js';

/**
 * Does what importProfile does in a thread of its own, so that timers of the caller (heartbeats) go on. Run from TypeScript
 * sources, where no compiled thread exists, it works in the caller's thread. The signal ends the thread and rejects.
 */
export async function importProfileInThread(request: ImportRequest, { signal }: { signal?: AbortSignal } = {}): Promise<ImportSummary> {
  signal?.throwIfAborted();
  const thread = fileURLToPath(new URL('./thread.js', import.meta.url));
  if (!existsSync(thread)) return await importProfile(request);

  const worker = new Worker(thread, { workerData: request });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const answer = await new Promise<ThreadAnswer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(signal?.aborted ? signal.reason : new Error(`The import thread ended with ${code} and no answer.`)));
    });
    if (answer.ok) return answer.summary;
    const { code, message, where, fix } = answer.error;
    throw new PerfloopError(code, message, { where, fix });
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
