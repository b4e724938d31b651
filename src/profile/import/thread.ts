import { parentPort, workerData } from 'node:worker_threads';
import { PerfloopError } from '../../core/errors.js';
import { importProfile, type ImportRequest, type ImportSummary } from './import.js';

/** A PerfloopError travels as data, because an error loses its class between threads. */
export type ThreadAnswer = { ok: true; summary: ImportSummary } | { ok: false; error: ReturnType<PerfloopError['toJSON']> };

/** Body of the thread that importProfileInThread starts. */
async function answer(): Promise<ThreadAnswer> {
  try {
    return { ok: true, summary: await importProfile(workerData as ImportRequest) };
  } catch (error) {
    if (error instanceof PerfloopError) return { ok: false, error: error.toJSON() };
    throw error;
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(await answer());
