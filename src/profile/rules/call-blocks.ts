import { eachRow } from '../tools/each-row.js';
import { processNumber } from '../tools/process-number.js';
import type { Asked } from './asked.js';
import { plainName, type HostCall } from './host-calls.js';

/** Every call of CUDA in the order of its start. Times are nanoseconds from the profile's first event. */
interface CallTimes {
  start: Float64Array;
  end: Float64Array;
  row: Uint32Array;
  process: Float64Array;
}

function callTimes(asked: Asked): CallTimes {
  return asked.once('call times', () => {
    const size = asked.tables.has('CUPTI_ACTIVITY_KIND_RUNTIME') ? asked.db.prepare<[], number>('SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_RUNTIME').pluck().get() ?? 0 : 0;
    const times = { start: new Float64Array(size), end: new Float64Array(size), row: new Uint32Array(size), process: new Float64Array(size) };
    if (size === 0) return times;
    let count = 0;
    const sql = `SELECT rowid AS row, start - :origin AS start, "end" - :origin AS ended, ${processNumber('globalTid')} AS process FROM CUPTI_ACTIVITY_KIND_RUNTIME ORDER BY start`;
    eachRow<[row: number, start: number, end: number, process: number | null]>(asked.db, sql, { origin: asked.origin }, (row, start, end, process) => {
      times.row[count] = row;
      times.start[count] = start;
      times.end[count] = end;
      times.process[count++] = process ?? 0;
    });
    return times;
  });
}

/** For how long any thread was in one of the calls of CUDA that count: calls that overlap are one block. Asked for later and later times. */
export class CallBlocks {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** The longest call of each block, by its index in #times. */
  readonly #longest: number[] = [];
  #from = 0;

  constructor(
    private readonly asked: Asked,
    counts: (call: { process: number; row: number }) => boolean,
  ) {
    const { start, end, row, process } = callTimes(asked);
    for (let i = 0; i < start.length; i++) {
      if (!counts({ process: process[i]!, row: row[i]! })) continue;
      const last = this.#ends.length - 1;
      if (last < 0 || start[i]! > this.#ends[last]!) {
        this.#starts.push(start[i]!);
        this.#ends.push(end[i]!);
        this.#longest.push(i);
      } else {
        const longest = this.#longest[last]!;
        if (end[i]! - start[i]! > end[longest]! - start[longest]!) this.#longest[last] = i;
        this.#ends[last] = Math.max(this.#ends[last]!, end[i]!);
      }
    }
  }

  /** Of that time; and the longest call of the block with the most of it. */
  within(start: number, end: number): { ns: number; by: HostCall | null } {
    while (this.#from < this.#ends.length && this.#ends[this.#from]! < start) this.#from += 1;
    let ns = 0;
    let most = 0;
    let by = -1;
    for (let i = this.#from; i < this.#starts.length && this.#starts[i]! < end; i++) {
      const own = Math.min(end, this.#ends[i]!) - Math.max(start, this.#starts[i]!);
      ns += own;
      if (own > most) [most, by] = [own, this.#longest[i]!];
    }
    return { ns, by: by < 0 ? null : this.#call(by) };
  }

  #call(index: number): HostCall {
    const { asked } = this;
    const { start, end, row, process } = callTimes(asked);
    return {
      kind: 'other',
      // Only few are looked at in the end.
      get name() {
        return nameOf(asked, this.row);
      },
      row: row[index]!,
      startNs: start[index]!,
      endNs: end[index]!,
      process: process[index]!,
    };
  }
}

function nameOf(asked: Asked, row: number): string {
  const statement = asked.once('name of a call', () => asked.db.prepare<[number], string>('SELECT value FROM CUPTI_ACTIVITY_KIND_RUNTIME AS call JOIN StringIds ON id = nameId WHERE call.rowid = ?').pluck());
  return plainName(statement.get(row) ?? '(unnamed)');
}
