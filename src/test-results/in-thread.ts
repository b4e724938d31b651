import { readTests, type TestEvidence, type WantedFormat } from '../core/tests/read.js';
import type { TestRun } from '../core/tests/results.js';
import { inThread } from '../threads/in-thread.js';

export interface ReadRequest {
  wanted: WantedFormat;
  evidence: TestEvidence;
}

/** Reading less than this takes less time than starting a thread. */
const worthAThread = 512 << 10;

export const read = ({ wanted, evidence }: ReadRequest): TestRun => readTests(wanted, evidence);

/** Does what readTests does; a large output in a thread of its own. */
export async function readTestsInThread(request: ReadRequest): Promise<TestRun> {
  const { stdout, stderr, reports } = request.evidence;
  const size = reports.reduce((sum, { text }) => sum + text.length, stdout.length + stderr.length);
  if (size < worthAThread) return read(request);
  return inThread({ thread: new URL('./thread.js', import.meta.url), request, here: read });
}
