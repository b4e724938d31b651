import type { Clock } from '../../../../src/core/pipeline/in-process.js';

interface Timer {
  at: number;
  call: () => void;
}

/** A clock on which time passes only when nothing else is left to do. */
export class VirtualClock implements Clock {
  private time = 0;
  private readonly timers = new Set<Timer>();
  private scheduled = false;

  now = (): number => this.time;

  after = (ms: number, call: () => void): (() => void) => {
    const timer = { at: this.time + ms, call };
    this.timers.add(timer);
    this.schedule();
    return () => this.timers.delete(timer);
  };

  /** For handlers that take their time. */
  wait = (ms: number): Promise<void> => new Promise((resolve) => void this.after(ms, resolve));

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    // After all that is settled by promises.
    setImmediate(() => {
      this.scheduled = false;
      const next = [...this.timers].sort((one, other) => one.at - other.at)[0];
      if (next === undefined) return;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.call();
      if (this.timers.size > 0) this.schedule();
    });
  }
}
