import { entry } from '../../entry.js';
import { medianOf } from '../../median.js';
import type { ProfileDatabase } from '../../open.js';
import { callColumns, type CallThread } from '../columns/calls.js';
import { workKinds, type WorkColumns } from '../columns/work.js';
import { workNames } from '../columns/work-names.js';
import type { Found } from './find.js';
import { SpanCursor, type InIterations } from './in-iterations.js';

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
export function differences(db: ProfileDatabase, { spans, thread }: Found, { work, inside, odd, usual }: { work: WorkColumns | null; inside: InIterations | null; odd: readonly number[]; usual: readonly number[] }): Map<number, { what: string; ms: number }[]> {
  const result = new Map<number, { what: string; ms: number }[]>();
  if (odd.length === 0 || usual.length === 0) return result;
  const length = (i: number): number => (spans[i]?.end ?? 0) - (spans[i]?.start ?? 0);
  const ours = odd.toSorted((a, b) => length(b) - length(a)).slice(0, explained);
  const theirs = usual.filter((_, at) => at % Math.ceil(usual.length / compared) === 0);
  const chosen = [...ours, ...theirs].sort((a, b) => a - b);
  const chosenSpans = chosen.map((i) => spans[i] ?? { start: 0, end: 0 });
  const quantities = [...(work === null ? [] : ofDevices(db, work, chosenSpans)), ...ofCalls(db, chosenSpans, thread)];
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

/** By key, the lengths of what begins in each of the spans. */
class Sums {
  readonly all = new Map<number, Float64Array>();
  readonly #cursor: SpanCursor;

  constructor(private readonly spans: Spans) {
    this.#cursor = new SpanCursor(spans);
  }

  add(key: number, start: number, end: number): void {
    const at = this.#cursor.at(start);
    if (at < 0) return;
    const ns = entry(this.all, key, () => new Float64Array(this.spans.length));
    ns[at] = (ns[at] ?? 0) + end - start;
  }
}

function ofDevices(db: ProfileDatabase, work: WorkColumns, spans: Spans): Quantity[] {
  const sums = new Sums(spans);
  const kinds = workKinds.length;
  for (let at = 0; at < work.start.length; at++) sums.add((work.name[at] ?? 0) * kinds + (work.kind[at] ?? 0), work.start[at] ?? 0, work.end[at] ?? 0);
  const named = workNames(db);
  return [...sums.all].map(([key, ns]) => {
    const name = Math.floor(key / kinds);
    const kind = key - name * kinds;
    return { what: workKinds[kind] === 'kernel' ? `kernel ${named(kind, name)}` : named(kind, name), ns };
  });
}

/** Calls of the thread of the ranges; without one, of all threads. */
function ofCalls(db: ProfileDatabase, spans: Spans, thread: string | null): Quantity[] {
  const sums = new Sums(spans);
  const { start, end, name, threads } = callColumns(db);
  for (const { from, to } of threads.filter((one) => thread === null || isThread(one, thread))) for (let at = from; at < to; at++) sums.add(name[at]!, start[at]!, end[at]!);
  const text = db.prepare<[number], string>('SELECT value FROM StringIds WHERE id = ?').pluck();
  return [...sums.all].map(([name, ns]) => ({ what: `call ${text.get(name) ?? '(unnamed)'}`, ns }));
}

/** Whether its serialized id is that one. */
const isThread = ({ process, thread }: CallThread, globalTid: string): boolean => BigInt.asUintN(64, BigInt(globalTid)) === (BigInt(process) << 24n | BigInt(thread));
