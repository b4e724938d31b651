import { setTimeout as sleep } from 'node:timers/promises';
import type { RunStatus } from '../core/status.js';
import type { Look } from './observe.js';

/** Where a run is shown while it goes on: a live view, lines, or nothing. */
export interface Sink {
  show(look: Look): void;
  /** Called once, whatever ends the following. */
  close(): void;
}

export type Followed = { kind: 'ended'; status: RunStatus } | { kind: 'detached'; status: RunStatus | null };

/** Milliseconds between two looks. */
const pace = 500;

/** Shows a run until it ends, or until `detach` is aborted, which leaves the run as it is. */
export async function follow(observer: { look(): Promise<Look> }, sink: Sink, detach: AbortSignal): Promise<Followed> {
  let last: RunStatus | null = null;
  try {
    while (!detach.aborted) {
      const look = await unlessAborted(observer.look(), detach);
      if (look === null) break;
      last = look.status;
      sink.show(look);
      if (look.over && look.status !== null) return { kind: 'ended', status: look.status };
      await unlessAborted(sleep(pace), detach);
    }
    return { kind: 'detached', status: last };
  } finally {
    sink.close();
  }
}

/** What the promise gives, or null as soon as the signal is aborted. Leaves nothing on the signal: a run may be followed for days. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return await new Promise((resolve, reject) => {
    const leave = () => resolve(null);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** A signal that Ctrl-C, a closed terminal or a polite kill aborts; a second Ctrl-C ends the process at once. */
export function detachOnSignals(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const abort = () => {
    release();
    controller.abort();
  };
  const release = () => {
    for (const name of names) process.off(name, abort);
  };
  for (const name of names) process.on(name, abort);
  return { signal: controller.signal, release };
}
