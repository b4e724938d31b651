import type { Evidence } from '../../../core/finding.js';
import { Top } from '../../tools/top.js';
import type { Asked } from '../asked.js';
import { tableOf, workKinds } from '../../tools/gpu/columns/work.js';
import { exposedMs, type DeviceTime } from '../device-time.js';
import type { HostCall } from '../host-calls.js';
import { idleTimes, type Gap, type Idle, type IdleCause } from '../idle.js';

/** Rows whose calls are looked at to find the place. */
const mostClues = 24;

/** What every rule about device work needs. */
export const deviceWork = { PERFLOOP_DEVICE_WORK: 'it holds no work of a device; profile with `nsys profile -t cuda` or with torch.profiler' };
export const deviceCalls = { ...deviceWork, CUPTI_ACTIVITY_KIND_RUNTIME: 'calls of CUDA were not captured; profile with `nsys profile -t cuda`' };

/** The device for which a number is largest. Devices work at once, so that what one loses bounds what all can save. */
export function worst<T>(all: readonly T[], ms: (one: T) => number): { one: T; ms: number } | null {
  let found: { one: T; ms: number } | null = null;
  for (const one of all) if (found === null || ms(one) > found.ms) found = { one, ms: ms(one) };
  return found;
}

export interface LostTime {
  time: DeviceTime;
  ms: number;
  /** Of the device's time, 0 to 1. */
  part: number;
  count: number;
  /** The longest first; the longest only, where there are many. */
  gaps: Gap[];
}

/** The device that idles longest for a cause, and its gaps. Null without any, and where that is less than a share of its time. */
export function longestIdle(asked: Asked, cause: IdleCause, leastShare = 0): LostTime | null {
  const found = worst(idleTimes(asked), ({ sums }) => sums[cause].ms);
  if (found === null || isLess(found.ms, found.one.time, leastShare)) return null;
  const { time, sums, gaps } = found.one;
  return { time, ms: found.ms, part: found.ms / time.spanMs, count: sums[cause].count, gaps: gaps[cause].toSorted((a, b) => b.ms - a.ms) };
}

const isLess = (ms: number, { spanMs }: DeviceTime, leastShare: number): boolean => ms === 0 || ms / spanMs < leastShare;

/** The same of some of the gaps after waits. */
export function longestWaiting(asked: Asked, counts: (gap: Gap, idle: Idle) => boolean, leastShare: number): LostTime | null {
  const sum = (gaps: readonly Gap[]): number => gaps.reduce((total, { ms }) => total + ms, 0);
  const found = worst(idleTimes(asked).map((idle) => ({ time: idle.time, gaps: idle.gaps.sync.filter((gap) => counts(gap, idle)) })), ({ gaps }) => sum(gaps));
  if (found === null || isLess(found.ms, found.one.time, leastShare)) return null;
  const { time, gaps } = found.one;
  return { time, ms: found.ms, part: found.ms / time.spanMs, count: gaps.length, gaps: gaps.sort((a, b) => b.ms - a.ms) };
}

/** The calls that gaps are put down to, each once, in the order of the gaps. */
export function callsBehind(gaps: readonly Gap[]): HostCall[] {
  const calls = new Map<number, HostCall>();
  for (const { by } of gaps) if (by !== null && (by.kind === 'sync' || by.kind === 'allocate' || by.kind === 'load' || by.kind === 'other')) calls.set(by.row, by);
  return [...calls.values()];
}

/** Row ids of the calls that launched work, by process and correlation id. */
export function launchesOf(asked: Asked, time: DeviceTime, indexes: readonly number[]): number[] {
  if (!asked.tables.has('CUPTI_ACTIVITY_KIND_RUNTIME')) return [];
  const rows = indexes.slice(0, mostClues).flatMap((index) => {
    const table = tableOf[workKinds[time.kind[index]!]!];
    const sql = `SELECT call.rowid FROM ${table} AS work JOIN CUPTI_ACTIVITY_KIND_RUNTIME AS call USING (globalPid, correlationId) WHERE work.rowid = ?`;
    return asked.db.prepare<[number], number>(sql).pluck().all(time.row[index]!);
  });
  return [...new Set(rows)];
}

/** Evidence for work of a device. All of one kind: its table is that of the first. */
export function workEvidence(asked: Asked, tool: string, text: string, time: DeviceTime, indexes: readonly number[]): Evidence {
  const kind = indexes.length === 0 ? 0 : time.kind[indexes[0]!]!;
  const rows = indexes.filter((index) => time.kind[index] === kind).map((index) => ({ row: time.row[index]!, startNs: time.start[index]!, endNs: time.end[index]! }));
  return asked.evidence(tool, text, tableOf[workKinds[kind]!], rows);
}

/** Work of one device by its indexes. */
export interface Work {
  all: Uint32Array;
  /** The longest of it first, as many as anyone looks at. */
  longest: number[];
}

const longestShown = 64;

/** A device's work that counts. */
export function workOf(time: DeviceTime, counts: (index: number) => boolean): Work {
  const all = new Uint32Array(time.count);
  const longest = new Top<number>(longestShown, (a, b) => time.end[b]! - time.start[b]! - (time.end[a]! - time.start[a]!));
  let count = 0;
  for (let i = 0; i < time.count; i++) {
    if (!counts(i)) continue;
    all[count++] = i;
    longest.add(i);
  }
  return { all: all.slice(0, count), longest: longest.first() };
}

/** The device that loses most to some work alone, in milliseconds and as a part of its time, with that work; null where it is less than a share of it. */
export function worstWork(asked: Asked, counts: (time: DeviceTime) => (index: number) => boolean, leastShare: number): (Work & { time: DeviceTime; ms: number; part: number }) | null {
  const found = worst(asked.devices, (time) => exposedMs(time, counts(time)));
  if (found === null || isLess(found.ms, found.one, leastShare)) return null;
  const { one: time, ms } = found;
  return { time, ms, part: ms / time.spanMs, ...workOf(time, counts(time)) };
}

/** Whole names of all kernels by their id. */
export function kernelNames(asked: Asked): ReadonlyMap<number, string> {
  return asked.once('kernel names', () => {
    const ids = new Set<number>();
    for (const time of asked.devices) for (let i = 0; i < time.count; i++) if (time.kind[i] === 0) ids.add(time.name[i]!);
    const texts = asked.db.prepare<[string], { id: number; value: string }>('SELECT id, value FROM StringIds WHERE id IN (SELECT value FROM json_each(?))').all(JSON.stringify([...ids]));
    return new Map(texts.map(({ id, value }) => [id, value]));
  });
}

/** Whether a kernel of that name id counts: names are looked at once each. */
export function kernelsNamed(asked: Asked, matches: (name: string) => boolean): (time: DeviceTime) => (index: number) => boolean {
  const ids = new Set([...kernelNames(asked)].filter(([, name]) => matches(name)).map(([id]) => id));
  return (time) => (index) => time.kind[index] === 0 && ids.has(time.name[index]!);
}

/** Whose names have the most time among some work: `name (12 ms)`. */
export function namesByTime(asked: Asked, time: DeviceTime, indexes: Uint32Array): { name: string; ms: number; count: number }[] {
  const names = kernelNames(asked);
  const sums = new Map<number, { ms: number; count: number }>();
  for (const index of indexes) {
    const sum = sums.get(time.name[index]!) ?? { ms: 0, count: 0 };
    sum.ms += (time.end[index]! - time.start[index]!) / 1e6;
    sum.count += 1;
    sums.set(time.name[index]!, sum);
  }
  return [...sums].map(([id, sum]) => ({ name: names.get(id) ?? '(unnamed)', ...sum })).sort((a, b) => b.ms - a.ms);
}
