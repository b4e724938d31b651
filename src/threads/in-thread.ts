import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { PerfloopError } from '../core/errors.js';
import type { ThreadMessage } from './answer.js';

export interface InThread<Request, Answer, Progress = never> {
  /** The compiled module that is the thread's body: it calls answerFromThread. */
  thread: URL;
  /** Copied to the thread. */
  request: Request;
  /** The same work in the caller's thread, for where no compiled thread exists: run from TypeScript sources. */
  here: (request: Request, report: (progress: Progress) => void) => Answer | Promise<Answer>;
  /** Ends the thread; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  onProgress?: (progress: Progress) => void;
  /** Of the thread's heap of long-lived objects. */
  mostHeapMb?: number;
}

/**
 * Does work in a thread of its own, so that timers of the caller (heartbeats) go on. Rejects with what the work threw; a
 * PerfloopError stays one.
 */
export async function inThread<Request, Answer, Progress = never>({ thread, request, here, signal, onProgress, mostHeapMb }: InThread<Request, Answer, Progress>): Promise<Answer> {
  signal?.throwIfAborted();
  const file = fileURLToPath(thread);
  if (!existsSync(file)) return await here(request, (progress) => onProgress?.(progress));

  const worker = new Worker(file, { workerData: request, ...(mostHeapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: mostHeapMb } }) });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.on('message', (message: ThreadMessage<Answer, Progress>) => {
        if (message.kind === 'progress') onProgress?.(message.progress);
        else if (message.kind === 'answer') resolve(message.answer);
        else reject(errorOf(message.error));
      });
      worker.once('error', reject);
      worker.once('exit', (code) => reject(signal?.aborted ? signal.reason : new Error(`the thread ended with ${code} and no answer`)));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function errorOf({ code, message, ...details }: ReturnType<PerfloopError['toJSON']>): PerfloopError {
  return new PerfloopError(code, message, details);
}
