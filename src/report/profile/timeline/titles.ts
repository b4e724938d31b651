import { basename } from 'node:path';
import { ProcessIds } from '../../../profile/export/process-ids.js';
import { hasRows } from '../../../profile/tools/host/support.js';
import type { ProfileDatabase } from '../../../profile/tools/open.js';
import { pidOf, processNumber } from '../../../profile/tools/process-number.js';

/** What processes and threads are called for people. Processes are asked for by their numbers (processNumber). */
export class Titles {
  readonly #ids: ProcessIds;
  readonly #threads: Map<string, string>;

  constructor(db: ProfileDatabase) {
    this.#ids = new ProcessIds(db);
    const named = hasRows(db, 'ThreadNames') ? db.prepare<[], [number, number, string]>(`SELECT ${processNumber('globalTid')}, globalTid & 0xFFFFFF, value FROM ThreadNames JOIN StringIds ON StringIds.id = nameId`).raw().all() : [];
    this.#threads = new Map(named.map(([process, tid, name]) => [`${process} ${tid}`, name]));
  }

  /** Hosts and containers have processes with the same ids: then each but the first says so, and a rank its number. */
  process(process: number): string {
    const pid = pidOf(process);
    const [program, rank] = [basename(this.#ids.program(process)), this.#ids.rank(process)];
    return `process ${pid}${this.#ids.id(process) === pid ? '' : ' of another host or container'}${program === '' ? '' : ` · ${program}`}${rank === null ? '' : ` · rank ${rank}`}`;
  }

  thread(process: number, tid: number): string {
    const name = this.#threads.get(`${process} ${tid}`) ?? '';
    return `thread ${tid}${name === '' || name === `thread ${tid}` ? '' : ` · ${name}`}`;
  }
}
