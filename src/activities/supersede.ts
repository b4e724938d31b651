import { CancelledFailure } from '@temporalio/activity';

interface UnderWay {
  end: AbortController;
  over: Promise<unknown>;
}

/** What this process works on, by the work's name. */
const underWay = new Map<string, UnderWay>();

/**
 * Runs an attempt when no earlier one of the same work runs in this process any more, and ends such a one first. The
 * server gives up a worker that hung, or that it could not hear for a while; back again, the worker gets the next attempt
 * while it is still busy with the one before, and two in one worktree would spoil each other's work. `body` gets a signal
 * that is aborted with `signal`, and when a later attempt comes.
 */
export async function supersede<T>(work: string, signal: AbortSignal, body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  for (let earlier = underWay.get(work); earlier !== undefined; earlier = underWay.get(work)) {
    earlier.end.abort(new CancelledFailure('a later attempt takes over'));
    await earlier.over;
  }
  const end = new AbortController();
  const outcome = body(AbortSignal.any([signal, end.signal]));
  const own: UnderWay = { end, over: outcome.then(() => undefined, () => undefined) };
  underWay.set(work, own);
  try {
    return await outcome;
  } finally {
    if (underWay.get(work) === own) underWay.delete(work);
  }
}
