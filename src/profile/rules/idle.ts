import { Top } from '../tools/top.js';
import type { Asked } from './asked.js';
import type { DeviceTime } from './device-time.js';
import type { HostCall } from './host-calls.js';
import { hostRanges, type HostRange } from './host-ranges.js';

/**
 * Why a device had nothing to do. `load`: code was being loaded or compiled; `allocate`: memory was; `data`: the program waited for
 * its data loader; `collector`, `lock`: Python collected garbage or waited for its lock; `sync`: the host waited until the
 * device was done, and began to launch again only then; `launch`: the next launch was on its way; `host`: none of these, so the
 * host did something else.
 */
export type IdleCause = 'load' | 'allocate' | 'data' | 'collector' | 'lock' | 'sync' | 'launch' | 'host';

export interface Gap {
  startNs: number;
  endNs: number;
  /** Of it, what this cause stands for. */
  ms: number;
  /** Indexes of the work before and after it, in its DeviceTime. */
  after: number;
  before: number;
  /** The call or range that it is put down to. */
  by: HostCall | HostRange | null;
}

export interface Idle {
  time: DeviceTime;
  idleMs: number;
  /** Of each cause; of launches and of the host, which can be millions, those that are kept here are the longest. */
  gaps: Record<IdleCause, Gap[]>;
  /** All of them. */
  sums: Record<IdleCause, { count: number; ms: number }>;
}

/** More are not shown, and tell no more about the place. */
const longestKept = 64;

/** Back-to-back launches of a framework leave gaps of this length; longer, the host was away. Microseconds; our own choice, several launches' worth. */
export const launchGapUs = 50;
/** A wait returns a little after the work that it waited for. Nanoseconds. */
const returnNs = 20_000;

/** Puts every gap of every device down to causes; the parts of a gap add up to its length, so that no millisecond counts twice. */
export function idleTimes(asked: Asked): Idle[] {
  return asked.once('idle', () => asked.devices.map((time) => idleOf(asked, time)));
}

function idleOf(asked: Asked, time: DeviceTime): Idle {
  const processes = new Set(time.process);
  const mine = (one: { process: number }): boolean => processes.has(one.process) || processes.has(0);
  const ranges = hostRanges(asked).filter(mine);
  const calls = asked.calls.filter(mine);
  const covers = [
    ['load', new Cover(calls.filter(({ kind }) => kind === 'load'))],
    ['allocate', new Cover(calls.filter(({ kind }) => kind === 'allocate'))],
    ['data', new Cover(ranges.filter(({ kind }) => kind === 'data'))],
    ['collector', new Cover(ranges.filter(({ kind }) => kind === 'collector'))],
    ['lock', new Cover(ranges.filter(({ kind }) => kind === 'lock'))],
  ] as const;
  const waits = new Cover(calls.filter(({ kind }) => kind === 'sync').map((call) => ({ ...call, endNs: call.endNs + returnNs })));
  const gaps: Idle['gaps'] = { load: [], allocate: [], data: [], collector: [], lock: [], sync: [], launch: [], host: [] };
  const none = (): { count: number; ms: number } => ({ count: 0, ms: 0 });
  const sums: Idle['sums'] = { load: none(), allocate: none(), data: none(), collector: none(), lock: none(), sync: none(), launch: none(), host: none() };
  const longest = { launch: new Top<Gap>(longestKept, byLength), host: new Top<Gap>(longestKept, byLength) };
  let reached = time.count === 0 ? 0 : time.start[0]!;
  let idleNs = 0;
  let busySinceWait = 0;
  let latest = 0;
  for (let i = 0; i < time.count; i++) {
    const start = time.start[i]!;
    const end = time.end[i]!;
    if (start > reached) {
      let rest = start - reached;
      idleNs += rest;
      const put = (cause: IdleCause, ns: number, by: Gap['by']): void => {
        const taken = Math.min(rest, ns);
        if (taken <= 0) return;
        rest -= taken;
        const gap = { startNs: reached, endNs: start, ms: taken / 1e6, after: latest, before: i, by };
        sums[cause].count += 1;
        sums[cause].ms += gap.ms;
        if (cause === 'launch' || cause === 'host') longest[cause].add(gap);
        else gaps[cause].push(gap);
      };
      for (const [cause, cover] of covers) {
        const { ns, by } = cover.within(reached, start);
        put(cause, ns, by);
      }
      const wait = waits.at(reached);
      if (wait !== null) {
        // Without the wait, host and device would work at once: the shorter of the two is saved.
        put('sync', busySinceWait, wait);
        busySinceWait = 0;
      }
      put(start - reached < launchGapUs * 1000 ? 'launch' : 'host', rest, null);
    }
    if (end > reached) {
      busySinceWait += end - Math.max(start, reached);
      reached = end;
      latest = i;
    }
  }
  return { time, idleMs: idleNs / 1e6, gaps: { ...gaps, launch: longest.launch.first(), host: longest.host.first() }, sums };
}

const byLength = (a: Gap, b: Gap): number => b.ms - a.ms;

/** Spans in the order of their start, asked for later and later times. */
class Cover<Span extends HostCall | HostRange> {
  readonly #spans: Span[];
  #from = 0;

  constructor(spans: readonly Span[]) {
    this.#spans = [...spans].sort((a, b) => a.startNs - b.startNs);
  }

  /** For how long of that time there is any span, and the one with the most of it. */
  within(start: number, end: number): { ns: number; by: Span | null } {
    this.#forget(start);
    let ns = 0;
    let reached = start;
    let by: Span | null = null;
    let most = 0;
    for (let i = this.#from; i < this.#spans.length; i++) {
      const span = this.#spans[i]!;
      if (span.startNs >= end) break;
      const own = Math.min(end, span.endNs) - Math.max(start, span.startNs);
      if (own > most) [by, most] = [span, own];
      ns += Math.max(0, Math.min(end, span.endNs) - Math.max(reached, span.startNs));
      reached = Math.max(reached, Math.min(end, span.endNs));
    }
    return { ns, by };
  }

  /** A span around that time. */
  at(time: number): Span | null {
    this.#forget(time);
    for (let i = this.#from; i < this.#spans.length; i++) {
      const span = this.#spans[i]!;
      if (span.startNs > time) return null;
      if (span.endNs >= time) return span;
    }
    return null;
  }

  /** Passes over what ended before. A long span keeps those after it, which are then looked at again. */
  #forget(time: number): void {
    while (this.#from < this.#spans.length && this.#spans[this.#from]!.endNs < time) this.#from += 1;
  }
}
