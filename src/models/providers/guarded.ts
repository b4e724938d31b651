import { ModelFailure } from './failure.js';

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
 * an aborted stream as if it were whole, so their own end is not believed.
 */
export async function guarded<T>({ signal, timeoutMs, stallMs, maxTokens, onProgress }: Guards, work: (signal: AbortSignal, arrived: (characters: number) => void) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const end = (failure: ModelFailure): void => own.abort(failure);
  const whole = setTimeout(() => end(new ModelFailure('stalled', `no whole answer within ${timeoutMs / 1000} s`)), timeoutMs);
  const silent = setTimeout(() => end(new ModelFailure('stalled', `nothing arrived for ${stallMs / 1000} s`)), stallMs);
  // No token is longer in the mean, whatever the server counts.
  const mostCharacters = Math.max(200_000, maxTokens * 16);
  let characters = 0;
  const arrived = (more: number): void => {
    characters += more;
    silent.refresh();
    if (characters > mostCharacters) end(new ModelFailure('too-long', `the answer has more than ${mostCharacters} characters, far above what was asked for`));
    onProgress?.(characters);
  };
  try {
    const both = AbortSignal.any([signal, own.signal]);
    const [outcome] = await Promise.allSettled([work(both, arrived)]);
    signal.throwIfAborted();
    if (own.signal.aborted) throw own.signal.reason;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  } finally {
    clearTimeout(whole);
    clearTimeout(silent);
  }
}
