import { Top } from '../tools/top.js';
import type { Asked } from './asked.js';
import { CallBlocks } from './call-blocks.js';
import { Cover } from './cover.js';
import { launchedTogether, type DeviceTime } from './device-time.js';
import type { HostCall } from './host-calls.js';
import { hostRanges, type HostRange } from './host-ranges.js';

/**
 * Why a device had nothing to do. `load`: code was being loaded or compiled; `allocate`: memory was; `data`: the program waited for
 * its data loader; `collector`, `lock`: Python collected garbage or waited for its lock; `sync`: the host waited until the
 * device was done, and began to launch again only then; `device`: nothing was left to the host, as the gap is between parts of one
 * launch (nodes of a CUDA graph), or is short and the host waits for more; `launch`: the next launch was on its way; `call`: the host
 * was in another call of CUDA; `host`: none of these, so the host did something else.
 */
export type IdleCause = 'load' | 'allocate' | 'data' | 'collector' | 'lock' | 'sync' | 'device' | 'launch' | 'call' | 'host';

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
  /** Of each cause; of launches, calls and the host, which can be millions, those that are kept here are the longest; of the device none is. */
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
  const mine = (one: { process: number }): boolean => processes.has(one.process) || processes.has(-1);
  const ranges = hostRanges(asked).filter(mine);
  const calls = asked.calls.filter(mine);
  const known = new Set(calls.filter(({ kind }) => kind === 'load' || kind === 'allocate').map(({ row }) => row));
  const others = new CallBlocks(asked, mine, known);
  const covers = [
    ['load', new Cover(calls.filter(({ kind }) => kind === 'load'))],
    ['allocate', new Cover(calls.filter(({ kind }) => kind === 'allocate'))],
    ['data', new Cover(ranges.filter(({ kind }) => kind === 'data'))],
    ['collector', new Cover(ranges.filter(({ kind }) => kind === 'collector'))],
    ['lock', new Cover(ranges.filter(({ kind }) => kind === 'lock'))],
  ] as const;
  const waits = new Cover(calls.filter(({ kind }) => kind === 'sync').map((call) => ({ ...call, endNs: call.endNs + returnNs })));
  const gaps: Idle['gaps'] = { load: [], allocate: [], data: [], collector: [], lock: [], sync: [], device: [], launch: [], call: [], host: [] };
  const none = (): { count: number; ms: number } => ({ count: 0, ms: 0 });
  const sums: Idle['sums'] = { load: none(), allocate: none(), data: none(), collector: none(), lock: none(), sync: none(), device: none(), launch: none(), call: none(), host: none() };
  const top = (): Top<Gap> => new Top<Gap>(longestKept, byLength);
  const longest = { launch: top(), call: top(), host: top() };
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
        if (cause === 'launch' || cause === 'call' || cause === 'host') longest[cause].add(gap);
        else if (cause !== 'device') gaps[cause].push(gap);
      };
      if (launchedTogether(time, latest, i)) put('device', rest, null);
      for (const [cause, cover] of covers) {
        const { ns, by } = cover.within(reached, start);
        put(cause, ns, by);
      }
      const isShort = start - reached < launchGapUs * 1000;
      const wait = waits.at(reached);
      if (wait !== null && wait.endNs - returnNs < start) {
        // Without the wait, host and device would work at once: the shorter of the two is saved.
        put('sync', busySinceWait, wait);
        busySinceWait = 0;
      } else if (wait !== null && isShort) put('device', rest, null);
      if (isShort) put('launch', rest, null);
      else if (rest > 0) {
        const { ns, by } = others.within(reached, start);
        put('call', ns, by);
        put('host', rest, null);
      }
    }
    if (end > reached) {
      busySinceWait += end - Math.max(start, reached);
      reached = end;
      latest = i;
    }
  }
  return { time, idleMs: idleNs / 1e6, gaps: { ...gaps, launch: longest.launch.first(), call: longest.call.first(), host: longest.host.first() }, sums };
}

const byLength = (a: Gap, b: Gap): number => b.ms - a.ms;
