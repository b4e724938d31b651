import type Database from '../../../store/sqlite.js';
import { entry } from '../../tools/entry.js';
import { nsPerEvent } from '../event-rate.js';
import { mostSampleNs, StackTree } from '../gather.js';
import type { Frame } from '../model.js';
import { nativeFrame } from '../native-frame.js';
import type { Seen } from '../seen-functions.js';
import type { ProfileWriter } from '../writer.js';

/** ENUM_SAMPLING_THREAD_STATE: interruptible, uninterruptible, stopped, terminated, unscheduled, waiting. */
const waitingStates = new Set([2, 3, 4, 5, 6, 7]);

/** Samples that are read at once. */
const atOnce = 5000;
/** Samples by which their rate is measured. */
const measured = 100_000;
/** Where a sample is taken without a measure: nsys takes 1,000 a second unless it is told otherwise. */
const usualNs = 1_000_000;

interface Event {
  id: number;
  thread: string;
  cpuCycles: number | null;
  threadState: number | null;
}

const idle: Seen = { frame: { name: '(waiting)', module: '', line: null, column: null, kind: 'idle' }, line: null };

/**
 * Makes functions and stacks of the samples that nsys took of the CPU (COMPOSITE_EVENTS with SAMPLING_CALLCHAINS), beside the
 * tables that they came in. Gives how many there are. A sample stands for its count of cycles.
 */
export function addSamples(db: Database.Database, writer: ProfileWriter, file: string): number {
  const weighted = db.prepare<[], number | null>('SELECT MAX(cpuCycles) FROM COMPOSITE_EVENTS').pluck().get() ?? 0;
  const weight = weighted > 0 ? (cycles: number | null) => Math.max(cycles ?? 0, 0) : () => 1;
  const rate = measure(db, weight) ?? usualNs;
  const threads = addThreads(db, writer, file);
  const frames = new Frames(db);
  const tree = new StackTree();
  const eventsSql = db.prepare<[number, number], Event>('SELECT id, CAST(globalTid AS TEXT) AS thread, cpuCycles, threadState FROM COMPOSITE_EVENTS WHERE id > ? AND id < 9007199254740991 AND globalTid IS NOT NULL ORDER BY id LIMIT ?');
  const chainsSql = db.prepare<[number, number], [number, number, number]>('SELECT id, symbol, module FROM SAMPLING_CALLCHAINS WHERE id BETWEEN ? AND ? AND symbol IS NOT NULL AND module IS NOT NULL ORDER BY id, stackDepth DESC').raw();
  let count = 0;
  let events = eventsSql.all(Number.MIN_SAFE_INTEGER, atOnce);
  while (events.length > 0) {
    const [first] = events;
    const last = events.at(-1);
    const chains = chainsSql.all(first?.id ?? 0, last?.id ?? 0);
    let at = 0;
    for (const { id, thread, cpuCycles, threadState } of events) {
      const stack: Seen[] = [];
      while (at < chains.length && (chains[at]?.[0] ?? 0) < id) at += 1;
      for (; at < chains.length && chains[at]?.[0] === id; at++) {
        const seen = frames.of(chains[at]?.[1] ?? 0, chains[at]?.[2] ?? 0);
        if (seen !== null) stack.push(seen);
      }
      if (stack.length > 0 && threadState !== null && waitingStates.has(threadState)) stack.push(idle);
      const node = tree.node(stack);
      if (node === null) continue;
      writer.sample(id, threads.get(thread) ?? 0, node, Math.round(Math.min(weight(cpuCycles) * rate, mostSampleNs)));
      count += 1;
    }
    events = eventsSql.all(last?.id ?? 0, atOnce);
  }
  return count;
}

/** Nanoseconds for each unit of weight. */
function measure(db: Database.Database, weight: (cycles: number | null) => number): number | null {
  const rows = db.prepare<[number], { thread: string; start: number; cpuCycles: number | null }>('SELECT CAST(globalTid AS TEXT) AS thread, start, cpuCycles FROM COMPOSITE_EVENTS ORDER BY globalTid, start LIMIT ?').all(measured);
  const rates: number[] = [];
  for (const [i, { thread, start, cpuCycles }] of rows.entries()) {
    const before = rows[i - 1];
    const worth = weight(cpuCycles);
    if (before !== undefined && before.thread === thread && worth > 0 && start > before.start) rates.push((start - before.start) / worth);
  }
  return nsPerEvent(rates);
}

/** Each thread that was sampled, by its id as text: it may have more than 53 bits. */
function addThreads(db: Database.Database, writer: ProfileWriter, fileName: string): Map<string, number> {
  const rows = db.prepare<[], { thread: string; first: number; last: number }>('SELECT CAST(globalTid AS TEXT) AS thread, MIN(start) AS first, MAX(start) AS last FROM COMPOSITE_EVENTS WHERE globalTid IS NOT NULL GROUP BY globalTid').all();
  return new Map(rows.map(({ thread, first, last }) => [thread, writer.thread({ fileName, kind: 'nsys', startNs: first, endNs: last }, BigInt(thread))]));
}

/** Functions by the ids of their names. */
class Frames {
  readonly #texts = new Map<number, string>();
  readonly #frames = new Map<number, Map<number, Seen | null>>();
  readonly #same = new Map<string, Seen>();
  readonly #text: Database.Statement<[number], string>;

  constructor(db: Database.Database) {
    this.#text = db.prepare<[number], string>('SELECT value FROM StringIds WHERE id = ?').pluck();
  }

  /** Null for the marks that nsys puts where a stack breaks off. */
  of(symbol: number, module: number): Seen | null {
    const bySymbol = entry(this.#frames, module, () => new Map<number, Seen | null>());
    return entry(bySymbol, symbol, () => this.#made(this.#textOf(symbol), this.#textOf(module)));
  }

  #made(name: string, module: string): Seen | null {
    if (/^\[(?:Broken backtraces|Max depth)\]$/.test(name)) return null;
    const frame = { ...nativeFrame(name, module), ...(profilerObject.test(module) ? { kind: 'profiler' as const } : {}) } satisfies Frame;
    return entry(this.#same, `${frame.name}\0${frame.module}\0${frame.kind}`, () => ({ frame, line: null }));
  }

  #textOf(id: number): string {
    return entry(this.#texts, id, () => this.#text.get(id) ?? '[unknown]');
  }
}

/** What nsys itself loads into a process. */
const profilerObject = /\/nsight-systems[^/]*\/.*\.so|libToolsInjection/;
