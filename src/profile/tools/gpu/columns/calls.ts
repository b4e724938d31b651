import { eachRow } from '../../each-row.js';
import { entry } from '../../entry.js';
import { keptFor } from '../../kept.js';
import type { ProfileDatabase } from '../../open.js';
import { processNumber } from '../../process-number.js';
import { hasTable } from '../../tables.js';
import { firstEvent } from '../extent.js';
import { grouped, picked, sortPlaces } from './sort-places.js';

/** A thread that made calls of CUDA: those from place `from` up to, and without, `to`. */
export interface CallThread {
  /** See processNumber; -1 where the profile does not say. */
  process: number;
  /** Its id in the process. */
  thread: number;
  from: number;
  to: number;
}

/** All calls of CUDA, by thread and start, as columns of one length, which all who ask share. Times are nanoseconds from the profile's first event. */
export interface CallColumns {
  start: Float64Array;
  end: Float64Array;
  /** Of the call, in StringIds; -1 where there is none. */
  name: Float64Array;
  /** What its work is known by in its process; -1 where the profile does not say. */
  correlation: Float64Array;
  /** Row id in CUPTI_ACTIVITY_KIND_RUNTIME. */
  row: Uint32Array;
  /** In the order of their processes and ids. */
  threads: CallThread[];
}

type Row = [row: number, process: number | null, thread: number | null, start: number, end: number, name: number | null, correlation: number | null];

const sql = `
SELECT rowid AS row, ${processNumber('globalTid')} AS process, globalTid & 0xFFFFFF AS thread, start - :origin AS start, "end" - :origin AS ended, nameId, correlationId
FROM CUPTI_ACTIVITY_KIND_RUNTIME`;

/** Read once for each opened profile: 36 bytes a row. None where calls were not captured. */
export function callColumns(db: ProfileDatabase): CallColumns {
  return keptFor(db, 'calls', () => read(db));
}

/** In the order of rows, which is the fastest, and then by thread and start. */
function read(db: ProfileDatabase): CallColumns {
  const there = hasTable(db, 'CUPTI_ACTIVITY_KIND_RUNTIME');
  const size = there ? (db.prepare<[], number>('SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_RUNTIME').pluck().get() ?? 0) : 0;
  const doubles = (): Float64Array => new Float64Array(size);
  const [start, end, name, correlation, row, owner] = [doubles(), doubles(), doubles(), doubles(), new Uint32Array(size), new Int32Array(size)];
  const owners = new Owners();
  let at = 0;
  if (there) {
    eachRow<Row>(db, sql, { origin: firstEvent(db) }, (id, process, thread, began, ended, called, correlated) => {
      owner[at] = owners.numberOf(process ?? -1, thread ?? -1);
      start[at] = began;
      end[at] = ended;
      name[at] = called ?? -1;
      correlation[at] = correlated ?? -1;
      row[at++] = id;
    });
  }
  const threads = owners.ranked(owner);
  const places = grouped(owner);
  sortPlaces(places, (a, b) => (owner[a] === owner[b] ? start[a]! > start[b]! || (start[a] === start[b] && end[a]! > end[b]!) : owner[a]! > owner[b]!));
  return { start: picked(start, places), end: picked(end, places), name: picked(name, places), correlation: picked(correlation, places), row: picked(row, places), threads };
}

/** Threads, numbered as they are seen. */
class Owners {
  readonly #known = new Map<number, Map<number, number>>();
  readonly #all: { process: number; thread: number }[] = [];

  numberOf(process: number, thread: number): number {
    return entry(entry(this.#known, process, () => new Map<number, number>()), thread, () => this.#all.push({ process, thread }) - 1);
  }

  /** Gives each call, in place, the place of its thread in the order of processes and ids; and those threads, with where their calls are by then. */
  ranked(owner: Int32Array): CallThread[] {
    const order = [...this.#all.keys()].sort((a, b) => this.#all[a]!.process - this.#all[b]!.process || this.#all[a]!.thread - this.#all[b]!.thread);
    const ranks = new Int32Array(order.length);
    for (const [rank, number] of order.entries()) ranks[number] = rank;
    const counts = new Uint32Array(order.length);
    for (let i = 0; i < owner.length; i++) {
      const rank = ranks[owner[i]!]!;
      owner[i] = rank;
      counts[rank] = counts[rank]! + 1;
    }
    let to = 0;
    return order.map((number, rank) => ({ ...this.#all[number]!, from: to, to: (to += counts[rank]!) }));
  }
}
