import { entry } from '../../entry.js';
import { growingIntegers } from '../../growing.js';
import { medianOf } from '../../median.js';
import { workKinds, type WorkColumns } from '../columns/work.js';
import type { Found } from './find.js';

/** Of the places of a sequence, so many are followed by the same kernel a period later. Below it, nothing repeats. */
const leastAlike = 0.8;
/** A shorter period that is alike up to this much less is taken: any multiple of the period is one, too. */
const tolerance = 0.01;
const leastPeriods = 3;
/** Periods are compared at about so many places. */
const compared = 100_000;

/** By id, where it is in the sequence. */
type Places = ReadonlyMap<number, Int32Array>;

/**
 * Iterations by the kernels of the device that has the most of them: the shortest period after which its sequence of names
 * repeats. An iteration begins with the kernel that occurs once in each and has the longest gap before it. Null where nothing
 * repeats. What is before the first such kernel and after the last is in no iteration.
 */
export function bySequence(work: WorkColumns, names: (kind: number, name: number) => string): Found | null {
  const { sequence, device } = longestSequence(work);
  const ids = Float64Array.from(sequence, (at) => (work.kind[at] ?? 0) * 2 ** 40 + (work.name[at] ?? 0));
  const places = placesOf(ids);
  if (places.size < 2) return null;
  const period = shortestPeriod(ids, places);
  if (period === null) return null;
  const anchor = bestAnchor(work, sequence, places, period);
  if (anchor === null) return null;
  const starts = Array.from(anchor.places, (at) => work.start[sequence[at] ?? 0] ?? 0);
  const spans = starts.slice(0, -1).map((start, i) => ({ start, end: starts[i + 1] ?? start }));
  if (spans.length < leastPeriods - 1) return null;
  const first = sequence[anchor.places[0] ?? 0] ?? 0;
  const name = names(work.kind[first] ?? 0, work.name[first] ?? 0);
  const notes = [`The program marks no iterations. These are from the kernels of device ${device}, whose sequence repeats after ${period}: each begins with ${anchor.every === 1 ? 'the kernel' : `one in ${anchor.every} of the kernel`} ${name}. They may be layers of a model. Mark the program's steps with NVTX, and give --range, to be sure.`];
  return { how: 'sequence', name, thread: null, device, spans, notes };
}

/** Where each id is, in order. */
function placesOf(ids: Float64Array): Places {
  const places = new Map<number, ReturnType<typeof growingIntegers>>();
  for (let at = 0; at < ids.length; at++) entry(places, ids[at] ?? 0, growingIntegers).push(at);
  return new Map([...places].map(([id, own]) => [id, own.all()]));
}

/** Places of the kernels and graphs of the device that has the most. */
function longestSequence({ device, kind }: WorkColumns): { sequence: Int32Array; device: number } {
  const byDevice = new Map<number, ReturnType<typeof growingIntegers>>();
  for (let at = 0; at < device.length; at++) if (workKinds[kind[at] ?? 0] === 'kernel' || workKinds[kind[at] ?? 0] === 'graph') entry(byDevice, device[at] ?? 0, growingIntegers).push(at);
  const [longest] = [...byDevice].sort(([, a], [, b]) => b.length - a.length);
  return longest === undefined ? { sequence: new Int32Array(), device: 0 } : { sequence: longest[1].all(), device: longest[0] };
}

/** Candidates are the usual distances between kernels of one name, for one name of each number of occurrences. */
function shortestPeriod(ids: Float64Array, places: Places): number | null {
  const byCount = new Map<number, Int32Array>();
  for (const own of places.values()) if (own.length >= leastPeriods) byCount.set(own.length, own);
  const candidates = new Set<number>();
  for (const own of byCount.values()) {
    for (let lag = 1; lag <= 8 && own.length > lag + 1; lag++) {
      const distance = medianOf(own.subarray(lag).map((at, i) => at - (own[i] ?? 0)));
      if (Number.isInteger(distance) && distance >= 2 && distance * leastPeriods <= ids.length + 1) candidates.add(distance);
    }
    if (candidates.size > 200) break;
  }
  const scored = [...candidates].map((period) => ({ period, alike: alike(ids, period) }));
  const best = Math.max(0, ...scored.map((one) => one.alike));
  if (best < leastAlike) return null;
  return Math.min(...scored.filter((one) => one.alike >= best - tolerance).map(({ period }) => period));
}

/** Of places, 0 to 1, how many have the same kernel a period later. */
function alike(ids: Float64Array, period: number): number {
  const places = ids.length - period;
  const stride = Math.max(1, Math.floor(places / compared));
  let same = 0;
  let all = 0;
  for (let at = 0; at < places; at += stride) {
    if (ids[at] === ids[at + period]) same += 1;
    all += 1;
  }
  return all === 0 ? 0 : same / all;
}

/** The name that occurs as often in each period, once if there is one, and has the longest usual gap before it. */
function bestAnchor({ start, end }: WorkColumns, sequence: Int32Array, places: Places, period: number): { places: Int32Array; every: number } | null {
  const gapBefore = new Float64Array(sequence.length);
  let reached = start[sequence[0] ?? 0] ?? 0;
  for (let i = 0; i < sequence.length; i++) {
    const at = sequence[i] ?? 0;
    gapBefore[i] = Math.max(0, (start[at] ?? 0) - reached);
    reached = Math.max(reached, end[at] ?? 0);
  }
  let best: { places: Int32Array; every: number; gap: number } | null = null;
  for (const own of places.values()) {
    const each = (own.length * period) / sequence.length;
    const every = Math.round(each);
    if (every < 1 || Math.abs(each - every) > 0.1 * every) continue;
    const kept = own.filter((_, i) => i % every === 0);
    const gap = medianOf(Float64Array.from(kept.subarray(1), (at) => gapBefore[at] ?? 0));
    if (kept.length >= leastPeriods && (best === null || every < best.every || (every === best.every && gap > best.gap))) best = { places: kept, every, gap };
  }
  return best;
}
