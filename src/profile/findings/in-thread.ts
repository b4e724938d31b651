import { inThread } from '../../threads/in-thread.js';
import { analyzeRun, type RunFindings, type RunRequest } from './analyze-run.js';

/** Does what analyzeRun does in a thread of its own, so that heartbeats go on. The signal ends the thread and rejects. */
export async function analyzeRunInThread(request: RunRequest, { signal }: { signal?: AbortSignal } = {}): Promise<RunFindings> {
  return inThread({ thread: new URL('./thread.js', import.meta.url), request, here: analyzeRun, signal });
}
