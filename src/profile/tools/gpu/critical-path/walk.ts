import { growingBytes, growingDoubles, growingIntegers } from '../../growing.js';
import { medianOf } from '../../median.js';
import { movesMemory, streamKey, workName, type Calls, type Operations } from './read.js';

/**
 * `host`: code of the host outside of calls of CUDA. `call`: calls that do not wait. `launch`: from a call to the start of its work.
 * `queue`: between work that had been launched in time. `return`: from the end of work to the return of the call that waited for it.
 * `unknown`: a device waited, and the launch that it waited for is not in the profile.
 */
export const pathKinds = ['host', 'call', 'launch', 'queue', 'compute', 'communication', 'copy', 'return', 'unknown'] as const;
export type PathKind = (typeof pathKinds)[number];

/** Stretches of the path as columns, the last one first: there are as many as there is work. */
export interface Segments {
  /** Place in pathKinds. */
  kind: Uint8Array;
  /** Of work its operation, of calls the call; -1 for others. */
  at: Int32Array;
  start: Float64Array;
  end: Float64Array;
}

/** Work that begins so much later than its launch and its stream explain, in nanoseconds, was held by other work or waited for something unseen. */
const unexplainedNs = 10_000;
/** A thread without calls for so long may have waited for another thread of its process. */
const handOverNs = 1_000_000;

/** The names of calls that wait, and of kernels that communicate. */
export interface Names {
  waiting: ReadonlySet<number>;
  communicating: ReadonlySet<number>;
}

/**
 * Walks back from the last event of a process, each time to what arrived last of what it needed: work needs the work before it in
 * its stream, and the call that launched it; a call that waits needs the work that it waits for; other code of the host needs what
 * its thread did before. The segments cover the whole time from 0 on, the last first.
 */
export function walkBack(operations: Operations, calls: Calls, names: Names): Segments {
  const walk = new Walk(operations, calls, names);
  walk.toTheBeginning();
  return walk.segments();
}

interface Delays {
  /** From the start of a call to the start of its work on a device that has nothing else to do. */
  launch: number;
  /** From the end of work to the start of the next in its stream that was launched long before. */
  queue: number;
}

/** So many operations tell what delays are usual in this profile; 0 where none does. */
const sampled = 100_000;
/** Launched so much earlier than the stream was free, in nanoseconds, work waits for its stream alone. */
const longBefore = 50_000;

function usualDelays(operations: Operations, calls: Calls): Delays {
  const launch: number[] = [];
  const queue: number[] = [];
  const stride = Math.max(1, Math.floor(operations.start.length / sampled));
  for (let work = 0; work < operations.start.length; work += stride) {
    const called = calls.start[operations.call[work] ?? -1];
    const before = operations.before[work] ?? -1;
    const free = before < 0 ? Number.NEGATIVE_INFINITY : (operations.end[before] ?? 0);
    const start = operations.start[work] ?? 0;
    if (called === undefined || called > start) continue;
    if (called >= free) launch.push(start - called);
    else if (free - called >= longBefore && start >= free) queue.push(start - free);
  }
  return { launch: medianOf(launch), queue: medianOf(queue) };
}

class Walk {
  readonly #segments = { kind: growingBytes(), at: growingIntegers(), start: growingDoubles(), end: growingDoubles() };
  #now = 0;
  /** Where the path is: at the end of work, in a thread, or nowhere. */
  #at: { work: number } | { thread: number } | null = null;
  readonly #seen: Uint8Array;
  readonly #delays: Delays;

  constructor(private readonly operations: Operations, private readonly calls: Calls, private readonly names: Names) {
    this.#seen = new Uint8Array(operations.start.length);
    this.#delays = usualDelays(operations, calls);
    for (let work = 0; work < operations.end.length; work++) if ((operations.end[work] ?? 0) >= this.#now) [this.#now, this.#at] = [operations.end[work] ?? 0, { work }];
    for (const [thread, { from, to }] of calls.threads.entries()) for (let call = from; call < to; call++) if ((calls.end[call] ?? 0) > this.#now) [this.#now, this.#at] = [calls.end[call] ?? 0, { thread }];
  }

  toTheBeginning(): void {
    while (this.#now > 0 && this.#at !== null) {
      if ('work' in this.#at) this.#onDevice(this.#at.work);
      else this.#onHost(this.#at.thread);
    }
  }

  segments(): Segments {
    const { kind, at, start, end } = this.#segments;
    return { kind: kind.all(), at: at.all(), start: start.all(), end: end.all() };
  }

  #add(kind: PathKind, start: number, at = -1): void {
    if (start >= this.#now) return;
    this.#segments.kind.push(pathKinds.indexOf(kind));
    this.#segments.at.push(at);
    this.#segments.start.push(start);
    this.#segments.end.push(this.#now);
    this.#now = start;
  }

  #onDevice(work: number): void {
    const { operations, calls } = this;
    this.#seen[work] = 1;
    this.#add(this.#kindOf(work), operations.start[work] ?? 0, work);
    const start = this.#now;
    const call = operations.call[work] ?? -1;
    const called = call < 0 ? null : { start: calls.start[call] ?? 0, end: calls.end[call] ?? 0 };
    const before = operations.before[work] ?? -1;
    const inStream = before >= 0 && this.#seen[before] === 0 && this.#ended(before) <= start ? before : -1;
    // When it could have begun by its launch, and by its stream: the later of them is what it waited for.
    const byLaunch = called === null || called.start > start ? Number.NEGATIVE_INFINITY : called.start + this.#delays.launch;
    const byStream = this.#ended(inStream) + this.#delays.queue;
    const unexplained = start - Math.max(byLaunch, byStream) > unexplainedNs;
    const last = called === null || unexplained ? this.#lastEnded(operations.byEnd.get(operations.device[work] ?? 0), start) : -1;
    if (last >= 0 && last !== inStream && (called === null || start - this.#ended(last) <= unexplainedNs)) {
      this.#add(start - this.#ended(last) <= unexplainedNs ? 'queue' : 'unknown', this.#ended(last));
      this.#at = { work: last };
    } else if (called !== null && byLaunch >= byStream) {
      this.#add('launch', called.start, call);
      this.#at = { thread: calls.threads.findIndex(({ from, to }) => call >= from && call < to) };
    } else if (inStream >= 0) {
      this.#add(called === null && unexplained ? 'unknown' : 'queue', this.#ended(inStream));
      this.#at = { work: inStream };
    } else {
      this.#add('unknown', 0);
      this.#at = null;
    }
  }

  #onHost(thread: number): void {
    const { calls } = this;
    const { from } = calls.threads[thread] ?? { from: 0 };
    this.#at = null;
    for (let call = this.#callBefore(thread, this.#now); ; call--) {
      const end = call < from ? 0 : (calls.end[call] ?? 0);
      const other = call < from || this.#now - end >= handOverNs ? this.#handedOver(thread, end) : null;
      if (other !== null) {
        this.#add('host', other.end);
        this.#at = { thread: other.thread };
        return;
      }
      if (end < this.#now) this.#add('host', end);
      if (call < from) return;
      const work = this.#waitedFor(call);
      if (work >= 0) {
        this.#add('return', this.#ended(work), call);
        this.#at = { work };
        return;
      }
      this.#add('call', calls.start[call] ?? 0, call);
    }
  }

  #kindOf(work: number): PathKind {
    const name = this.operations.name[work] ?? workName.unnamed;
    return movesMemory(name) ? 'copy' : this.names.communicating.has(name) ? 'communication' : 'compute';
  }

  #ended(work: number): number {
    return work < 0 ? Number.NEGATIVE_INFINITY : (this.operations.end[work] ?? 0);
  }

  /** The work that a call waited for: it ended while the call waited. -1 where there is none, and the call did not wait. */
  #waitedFor(call: number): number {
    const { operations, calls } = this;
    const until = Math.min(this.#now, calls.end[call] ?? 0);
    const endedMeanwhile = (work: number): boolean => work >= 0 && this.#seen[work] === 0 && this.#ended(work) <= until && this.#ended(work) > (calls.start[call] ?? 0);
    const copy = calls.copies.get(call) ?? -1;
    if (endedMeanwhile(copy)) return copy;
    if (!this.names.waiting.has(calls.name[call] ?? -1)) return -1;
    const of = calls.waits.get(call);
    const lists = of === undefined ? [...operations.byEnd.values()] : [of.stream === null ? operations.byEnd.get(of.device) : operations.streams.get(streamKey(of.device, of.stream))];
    return Math.max(-1, ...lists.map((list) => this.#lastEnded(list, until)).filter(endedMeanwhile).sort((a, b) => this.#ended(b) - this.#ended(a)).slice(0, 1));
  }

  /** Of a list by its ends: the last that ended by a moment and is not on the path yet; -1 where there is none. */
  #lastEnded(list: ArrayLike<number> = [], moment: number): number {
    let from = 0;
    let to = list.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#ended(list[middle] ?? 0) <= moment) from = middle + 1;
      else to = middle;
    }
    for (let at = from - 1; at >= 0; at--) if (this.#seen[list[at] ?? 0] === 0) return list[at] ?? -1;
    return -1;
  }

  /** The last call of a thread that began before a moment; one less than its first where none did. */
  #callBefore(thread: number, moment: number): number {
    let { from, to } = this.calls.threads[thread] ?? { from: 0, to: 0 };
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.calls.start[middle] ?? 0) < moment) from = middle + 1;
      else to = middle;
    }
    return from - 1;
  }

  /** Another thread whose last call ended after a moment: it may have handed over. The latest of them. */
  #handedOver(thread: number, since: number): { thread: number; end: number } | null {
    let best: { thread: number; end: number } | null = null;
    for (const [other, { from }] of this.calls.threads.entries()) {
      const call = other === thread ? -1 : this.#callBefore(other, this.#now);
      const end = call >= from ? (this.calls.end[call] ?? 0) : 0;
      if (call >= from && end > since && end <= this.#now && end > (best?.end ?? 0)) best = { thread: other, end };
    }
    return best;
  }
}
