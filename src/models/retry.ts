import { setTimeout as delay } from 'node:timers/promises';
import { ModelFailure } from './providers/failure.js';

export interface RetryPolicy {
  /** Tries in all. */
  tries: number;
  /** Of the wait after the first failure; each further one is twice as long. */
  firstWaitMs: number;
  /** No wait is longer. A provider that asks for a longer one gets no further try. */
  longestWaitMs: number;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Between 0 and 1, so that several callers do not come back at once. */
  jitter?: () => number;
}

export const usualRetries: RetryPolicy = { tries: 6, firstWaitMs: 1000, longestWaitMs: 120_000 };

/** Tries a call again after failures that pass, no sooner than Retry-After asks for. Rejects with the last failure. */
export async function withRetries<T>(policy: RetryPolicy, signal: AbortSignal, call: (attempt: number) => Promise<T>, onWait: (ms: number, failure: ModelFailure) => void = () => undefined): Promise<T> {
  const { wait = async (ms, end) => await delay(ms, undefined, { signal: end }), jitter = Math.random } = policy;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(attempt);
    } catch (error) {
      if (!(error instanceof ModelFailure) || !error.passes || attempt >= policy.tries) throw error;
      const asked = error.retryAfterMs;
      if (asked !== undefined && asked > policy.longestWaitMs) throw new ModelFailure(error.kind, `${error.message} (it asks to wait ${Math.round(asked / 1000)} s, longer than ${policy.longestWaitMs / 1000} s)`, { status: error.status, retryAfterMs: asked });
      const ms = asked ?? Math.min(policy.longestWaitMs, policy.firstWaitMs * 2 ** (attempt - 1) * (1 + 0.25 * jitter()));
      onWait(ms, error);
      await wait(ms, signal);
    }
  }
}
