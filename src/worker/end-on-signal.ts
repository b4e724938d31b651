import type { Worker } from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostEntry } from './host-entry.js';
import type { OpenLeasing } from './leasing.js';

const names = ['SIGTERM', 'SIGINT'] as const;

/** What a worker has to finish what it is at; docker-compose.yml gives it longer before it is killed. */
export const defaultDrainMs = 300_000;

/**
 * Ends the workers after a signal: what is under way goes on to the next place where it can stop, for `drainMs()` at most, and
 * what is not there by then is cancelled and begins again elsewhere; the leases are given back. A second signal hurries.
 */
export async function endOnSignal(workers: readonly Worker[], { leasing, entry, drainMs }: { leasing: OpenLeasing; entry: HostEntry; drainMs: () => number }): Promise<void> {
  await drained({ drainMs, isIdle: () => leasing.inHand.runs.length === 0, drain: () => leasing.drain('signal', true) });
  // While somebody here can still write it down.
  await entry.end();
  leasing.book.giveBackAll();
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}

export interface DrainOptions {
  /** Milliseconds; asked once the signal has come. */
  drainMs: () => number;
  /** Called at the first signal. */
  drain: () => void;
  isIdle: () => boolean;
  signals?: Pick<NodeJS.EventEmitter, 'on'>;
}

/**
 * Waits for a signal, and after it until there is no more work, the time is up, or the same signal comes again: Ctrl-C
 * reaches a worker from the terminal and from the command that started it, as two different ones.
 */
export async function drained({ drainMs, drain, isIdle, signals = process }: DrainOptions): Promise<void> {
  const came = new Set<string>();
  const hurry = new AbortController();
  await new Promise<void>((resolve) => {
    for (const name of names) {
      signals.on(name, () => {
        if (came.has(name)) hurry.abort();
        came.add(name);
        resolve();
      });
    }
  });
  drain();
  const mostMs = drainMs();
  for (const began = performance.now(); !hurry.signal.aborted && !isIdle() && performance.now() - began < mostMs; ) await sleep(50);
}
