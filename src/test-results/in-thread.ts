import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { readTests, type TestEvidence, type WantedFormat } from '../core/tests/read.js';
import type { TestRun } from '../core/tests/results.js';

export interface ReadRequest {
  wanted: WantedFormat;
  evidence: TestEvidence;
}

/** Reading less than this takes less time than starting a thread. */
const worthAThread = 512 << 10;

/**
 * Does what readTests does; a large output in a thread of its own, so that timers of the caller (heartbeats) go on. Run from
 * TypeScript sources, where no compiled thread exists, it works in the caller's thread.
 */
export async function readTestsInThread(request: ReadRequest): Promise<TestRun> {
  const { stdout, stderr, reports } = request.evidence;
  const size = reports.reduce((sum, { text }) => sum + text.length, stdout.length + stderr.length);
  const thread = fileURLToPath(new URL('./thread.js', import.meta.url));
  if (size < worthAThread || !existsSync(thread)) return readTests(request.wanted, request.evidence);
  const worker = new Worker(thread, { workerData: request });
  try {
    return await new Promise<TestRun>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`The thread that reads results of tests ended with ${code} and no answer.`)));
    });
  } finally {
    await worker.terminate();
  }
}
