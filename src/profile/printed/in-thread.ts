import { inThread } from '../../threads/in-thread.js';
import type { PrintedFindings, PrintedRequest } from './findings.js';

/** Reads and places what was printed in a thread of its own, so that heartbeats go on. The signal ends the thread and rejects. */
export async function printedFindingsInThread(request: PrintedRequest, { signal }: { signal?: AbortSignal } = {}): Promise<PrintedFindings> {
  return inThread({ thread: new URL('./thread.js', import.meta.url), request, here: async (asked: PrintedRequest) => (await import('./findings.js')).printedFindings(asked), signal });
}
