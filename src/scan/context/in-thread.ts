import type { FunctionContext } from '../../core/targets/function-context.js';
import { inThread } from '../../threads/in-thread.js';
import type { ContextRequest } from './collect.js';

/** Collects in a thread of its own, so that heartbeats go on. The signal ends the thread and rejects. */
export async function collectContextInThread(request: ContextRequest, { signal }: { signal?: AbortSignal } = {}): Promise<FunctionContext[]> {
  return inThread({ thread: new URL('./thread.js', import.meta.url), request, here: async (asked: ContextRequest) => (await import('./collect.js')).collectContext(asked), signal });
}
