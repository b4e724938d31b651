import { entry } from '../entry.js';
import type { CallColumns, CallThread } from './columns/calls.js';

/** Gives the values of all points at a call, by its place in CallColumns. */
export type PointsOfCall = (call: number, point: (value: number) => void) => void;

/** Points at calls, thread by thread, each thread's in the order of time; none without calls. */
export class CallPoints {
  readonly #left = new Map<number, Map<number, CallThread>>();
  #next = 0;
  #to = 0;

  constructor(private readonly calls: CallColumns | null, private readonly points: PointsOfCall | null) {
    for (const one of calls?.threads ?? []) entry(this.#left, one.process, () => new Map<number, CallThread>()).set(one.thread, one);
  }

  /** Goes on with a thread, each once. */
  enter(process: number, thread: number): void {
    const { from, to } = this.#left.get(process)?.get(thread) ?? { from: 0, to: 0 };
    this.#left.get(process)?.delete(thread);
    [this.#next, this.#to] = [from, to];
  }

  /** Those of the thread up to a moment that were not given yet, with their moments. */
  until(moment: number, visit: (moment: number, value: number) => void): void {
    const { calls, points } = this;
    if (calls === null || points === null) return;
    for (; this.#next < this.#to && calls.start[this.#next]! <= moment; this.#next += 1) {
      const start = calls.start[this.#next]!;
      points(this.#next, (value) => visit(start, value));
    }
  }

  /** Threads that were not gone on with. */
  rest(): CallThread[] {
    return [...this.#left.values()].flatMap((threads) => [...threads.values()]);
  }
}
