import { eachRow } from '../../each-row.js';
import { entry } from '../../entry.js';
import { medianOf } from '../../median.js';
import type { ProfileDatabase } from '../../open.js';
import { hasTable } from '../../tables.js';
import { workKinds, type WorkColumns } from '../columns/work.js';
import { workNames } from '../columns/work-names.js';
import type { Found } from './find.js';
import { spanAt, type InIterations } from './in-iterations.js';

/** A difference is told from this part of the whole excess on; at most so many of each iteration. */
const leastPart = 0.05;
const most = 4;
/** So many odd ones are explained, the slowest, by so many usual ones: others say no more, and memory has its end. */
const explained = 100;
const compared = 50;

interface Quantity {
  what: string;
  /** Nanoseconds in each of the chosen iterations. */
  ns: Float64Array;
}

/**
 * What took longer in odd iterations than in usual ones: kernels and copies by name, calls of the host, and the time in which
 * devices did nothing; milliseconds over the median of usual ones. They overlap: a call may wait for the very kernel that is slow.
 */
export function differences(db: ProfileDatabase, { spans, thread }: Found, { work, inside, odd, usual, origin }: { work: WorkColumns | null; inside: InIterations | null; odd: readonly number[]; usual: readonly number[]; origin: bigint }): Map<number, { what: string; ms: number }[]> {
  const result = new Map<number, { what: string; ms: number }[]>();
  if (odd.length === 0 || usual.length === 0) return result;
  const length = (i: number): number => (spans[i]?.end ?? 0) - (spans[i]?.start ?? 0);
  const ours = odd.toSorted((a, b) => length(b) - length(a)).slice(0, explained);
  const theirs = usual.filter((_, at) => at % Math.ceil(usual.length / compared) === 0);
  const chosen = [...ours, ...theirs].sort((a, b) => a - b);
  const chosenSpans = chosen.map((i) => spans[i] ?? { start: 0, end: 0 });
  const quantities = [...(work === null ? [] : ofDevices(db, work, chosenSpans)), ...ofCalls(db, chosenSpans, { thread, origin })];
  if (inside !== null && inside.devices > 0) quantities.push({ what: 'devices idle', ns: Float64Array.from(chosen, (i) => length(i) - (inside.busy[i] ?? 0) / inside.devices) });

  const place = new Map(chosen.map((i, at) => [i, at]));
  const value = (ns: Float64Array, i: number): number => ns[place.get(i) ?? 0] ?? 0;
  const medians = quantities.map(({ ns }) => medianOf(theirs.map((i) => value(ns, i))));
  const usualLength = medianOf(theirs.map(length));
  for (const i of ours) {
    const least = leastPart * (length(i) - usualLength);
    const longer = quantities.map(({ what, ns }, q) => ({ what, ns: value(ns, i) - (medians[q] ?? 0) })).filter(({ ns }) => ns >= least && ns > 0);
    result.set(i, longer.sort((a, b) => b.ns - a.ns || (a.what < b.what ? -1 : 1)).slice(0, most).map(({ what, ns }) => ({ what, ms: ns / 1e6 })));
  }
  return result;
}

type Spans = readonly { start: number; end: number }[];

/** Adds the length of what begins in one of the spans. */
function add(sums: Map<number, Float64Array>, key: number, spans: Spans, start: number, end: number): void {
  const at = spanAt(spans, start);
  if (at < 0) return;
  const ns = entry(sums, key, () => new Float64Array(spans.length));
  ns[at] = (ns[at] ?? 0) + end - start;
}

function ofDevices(db: ProfileDatabase, work: WorkColumns, spans: Spans): Quantity[] {
  const sums = new Map<number, Float64Array>();
  const kinds = workKinds.length;
  for (let at = 0; at < work.start.length; at++) add(sums, (work.name[at] ?? 0) * kinds + (work.kind[at] ?? 0), spans, work.start[at] ?? 0, work.end[at] ?? 0);
  const named = workNames(db);
  return [...sums].map(([key, ns]) => {
    const name = Math.floor(key / kinds);
    const kind = key - name * kinds;
    return { what: workKinds[kind] === 'kernel' ? `kernel ${named(kind, name)}` : named(kind, name), ns };
  });
}

/** Calls of the thread of the ranges; without one, of all threads. */
function ofCalls(db: ProfileDatabase, spans: Spans, { thread, origin }: { thread: string | null; origin: bigint }): Quantity[] {
  if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_RUNTIME')) return [];
  const sums = new Map<number, Float64Array>();
  const sql = `SELECT start - :origin AS start, "end" - :origin AS "end", nameId FROM CUPTI_ACTIVITY_KIND_RUNTIME ${thread === null ? '' : 'WHERE globalTid = CAST(:thread AS INTEGER)'}`;
  eachRow<[number, number, number]>(db, sql, thread === null ? { origin } : { origin, thread }, (start, end, name) => add(sums, name, spans, start, end));
  const text = db.prepare<[number], string>('SELECT value FROM StringIds WHERE id = ?').pluck();
  return [...sums].map(([name, ns]) => ({ what: `call ${text.get(name) ?? '(unnamed)'}`, ns }));
}
