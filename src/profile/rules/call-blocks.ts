import { callColumns } from '../tools/gpu/columns/calls.js';
import { sortPlaces } from '../tools/gpu/columns/sort-places.js';
import type { Asked } from './asked.js';
import { plainName, type HostCall } from './host-calls.js';

/** Every call of CUDA in the order of its start, by its place in CallColumns, and the place of its thread there. */
function callOrder(asked: Asked): { places: Uint32Array; thread: Int32Array } {
  return asked.once('order of calls', () => {
    const { start, threads } = callColumns(asked.db);
    const places = Uint32Array.from(start.keys());
    sortPlaces(places, (a, b) => start[a]! > start[b]!);
    const thread = new Int32Array(start.length);
    for (const [i, { from, to }] of threads.entries()) thread.fill(i, from, to);
    return { places, thread };
  });
}

/** For how long any thread was in one of the calls of CUDA that count: calls that overlap are one block. Asked for later and later times. */
export class CallBlocks {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** The longest call of each block, by its place in CallColumns. */
  readonly #longest: number[] = [];
  #from = 0;

  /** `isMine`: whether calls of a process count; `known`: rows that do not. */
  constructor(
    private readonly asked: Asked,
    isMine: (one: { process: number }) => boolean,
    known: ReadonlySet<number>,
  ) {
    const { start, end, row, threads } = callColumns(asked.db);
    const { places, thread } = callOrder(asked);
    const mine = threads.map(isMine);
    for (const i of places) {
      if (!mine[thread[i]!] || known.has(row[i]!)) continue;
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
    const { start, end, row, threads } = callColumns(asked.db);
    return {
      kind: 'other',
      // Only few are looked at in the end.
      get name() {
        return nameOf(asked, this.row);
      },
      row: row[index]!,
      startNs: start[index]!,
      endNs: end[index]!,
      process: threads[callOrder(asked).thread[index]!]!.process,
    };
  }
}

function nameOf(asked: Asked, row: number): string {
  const statement = asked.once('name of a call', () => asked.db.prepare<[number], string>('SELECT value FROM CUPTI_ACTIVITY_KIND_RUNTIME AS call JOIN StringIds ON id = nameId WHERE call.rowid = ?').pluck());
  return plainName(statement.get(row) ?? '(unnamed)');
}
