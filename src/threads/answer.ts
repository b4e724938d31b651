import { parentPort, workerData } from 'node:worker_threads';
import { PerfloopError } from '../core/errors.js';

/** What a thread sends. A PerfloopError travels as data, because an error loses its class between threads. */
export type ThreadMessage<Answer, Progress> = { kind: 'progress'; progress: Progress } | { kind: 'answer'; answer: Answer } | { kind: 'error'; error: ReturnType<PerfloopError['toJSON']> };

/** Body of a thread that inThread starts: answers its request once. */
export async function answerFromThread(work: (request: never, report: (progress: unknown) => void) => unknown): Promise<void> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const send = (message: ThreadMessage<unknown, unknown>): void => parentPort?.postMessage(message);
  try {
    send({ kind: 'answer', answer: await work(workerData as never, (progress) => send({ kind: 'progress', progress })) });
  } catch (error) {
    if (!(error instanceof PerfloopError)) throw error;
    send({ kind: 'error', error: error.toJSON() });
  }
}
