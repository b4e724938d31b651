import { ModelFailure, type FailureKind } from './failure.js';
import type { Usage } from '../usage.js';
import type { ModelAnswer } from './provider.js';

export interface Guards {
  signal: AbortSignal;
  timeoutMs: number;
  stallMs: number;
  /** What was asked for: an answer far above it is taken for endless. */
  maxTokens: number;
  onProgress?: ((characters: number) => void) | undefined;
}

/**
 * Runs a call under its time limits. `work` gets a signal for its request, and tells each piece that arrives. Rejects with
 * the caller's reason when that aborts, with ModelFailure when a limit is passed, else with what `work` threw: the SDKs end
 * an aborted stream as if it were whole, so their own end is not believed. A limit that is passed tells what the stream had
 * cost until then, where that is known.
 */
export async function guarded({ signal, timeoutMs, stallMs, maxTokens, onProgress }: Guards, work: (signal: AbortSignal, arrived: (characters: number) => void) => Promise<ModelAnswer>): Promise<ModelAnswer> {
  signal.throwIfAborted();
  const own = new AbortController();
  const end = (kind: FailureKind, why: string): void => own.abort(new ModelFailure(kind, why));
  const whole = setTimeout(() => end('stalled', `no whole answer within ${timeoutMs / 1000} s`), timeoutMs);
  const silent = setTimeout(() => end('stalled', `nothing arrived for ${stallMs / 1000} s`), stallMs);
  // No token is longer in the mean, whatever the server counts.
  const mostCharacters = Math.max(200_000, maxTokens * 16);
  let characters = 0;
  const arrived = (more: number): void => {
    characters += more;
    silent.refresh();
    if (characters > mostCharacters) end('too-long', `the answer has more than ${mostCharacters} characters, far above what was asked for`);
    onProgress?.(characters);
  };
  try {
    const both = AbortSignal.any([signal, own.signal]);
    const [outcome] = await Promise.allSettled([work(both, arrived)]);
    signal.throwIfAborted();
    if (own.signal.aborted) {
      const { kind, message } = own.signal.reason as ModelFailure;
      throw new ModelFailure(kind, message, { spent: spentOf(outcome) });
    }
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  } finally {
    clearTimeout(whole);
    clearTimeout(silent);
  }
}

/** What is known of the cost of a call that was ended. */
function spentOf(outcome: PromiseSettledResult<ModelAnswer>): Usage | undefined {
  if (outcome.status === 'fulfilled') return outcome.value.usage;
  return outcome.reason instanceof ModelFailure ? outcome.reason.spent : undefined;
}
