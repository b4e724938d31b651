import { hasRows } from '../tools/host/support.js';
import type { ProfileDatabase } from '../tools/open.js';
import { pidOf, processNumber } from '../tools/process-number.js';
import { tablesOf } from '../tools/tables.js';

const mostPid = 2 ** 24 - 1;

/** Ids of processes for a format that knows no hosts: each process keeps its own, unless another has it already. */
export class ProcessIds {
  readonly #ids = new Map<number, number>();
  readonly #used = new Set<number>();
  readonly #names: Map<number, string>;
  readonly #ranks: Map<number, number>;

  constructor(db: ProfileDatabase) {
    const named = hasRows(db, 'PROCESSES') ? db.prepare<[], [number, string | null]>(`SELECT ${processNumber('globalPid')}, name FROM PROCESSES`).raw().all() : [];
    this.#names = new Map(named.map(([process, name]) => [process, name ?? '']));
    const ranked = tablesOf(db).has('PERFLOOP_RANKS') ? db.prepare<[], [number, number]>(`SELECT ${processNumber('globalPid')}, rank FROM PERFLOOP_RANKS`).raw().all() : [];
    this.#ranks = new Map(ranked);
  }

  /** 24 bits. The first of several processes with one id keeps it; the others get the largest that are free. */
  id(process: number): number {
    const known = this.#ids.get(process);
    if (known !== undefined) return known;
    let id = pidOf(process);
    if (this.#used.has(id)) for (id = mostPid; this.#used.has(id);) id -= 1;
    this.#ids.set(process, id);
    this.#used.add(id);
    return id;
  }

  /** Empty where it is not known. */
  program(process: number): string {
    return this.#names.get(process) ?? '';
  }

  /** Of the job; null where it is none. */
  rank(process: number): number | null {
    return this.#ranks.get(process) ?? null;
  }

  /** With the id that it has on its host, where it got another one, and with its rank. */
  name(process: number): string {
    const own = pidOf(process);
    const name = this.program(process) || `process ${own}`;
    const rank = this.rank(process);
    return `${name}${this.id(process) === own ? '' : ` (process ${own} of another host or container)`}${rank === null ? '' : `, rank ${rank}`}`;
  }
}
