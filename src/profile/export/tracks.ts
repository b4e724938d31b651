import type { ProfileDatabase } from '../tools/open.js';
import { hasRows } from '../tools/host/support.js';
import { processNumber } from '../tools/process-number.js';
import type { ChromeEvent } from './event.js';
import { ProcessIds } from './process-ids.js';

/** Devices stand behind every process: ids of processes have 24 bits. */
const firstDevice = 2 ** 24;
/** Tracks of a process that are no threads, behind every thread. */
const firstExtra = 2 ** 24;

export interface Track {
  pid: number;
  tid: number;
}

/** Gives each thread, each stream of each process, and each row of samples a track of its own, and names them at the end. Processes are asked for by their numbers (processNumber). */
export class Tracks {
  readonly #names = new Map<string, { track: Track; name: string }>();
  readonly #processes = new Map<number, string>();
  readonly #threadNames: Map<string, string>;
  readonly #ids: ProcessIds;

  constructor(db: ProfileDatabase) {
    const named = hasRows(db, 'ThreadNames') ? db.prepare<[], { process: number; thread: number; name: string }>(`SELECT ${processNumber('globalTid')} AS process, globalTid & 0xFFFFFF AS thread, value AS name FROM ThreadNames JOIN StringIds ON StringIds.id = nameId`).all() : [];
    this.#threadNames = new Map(named.map(({ process, thread, name }) => [`${process} ${thread}`, name]));
    this.#ids = new ProcessIds(db);
  }

  thread(process: number, thread: number): Track {
    return this.#track(`thread ${process} ${thread}`, this.#process(process), () => ({ tid: thread, name: this.#threadNames.get(`${process} ${thread}`) ?? `thread ${thread}` }));
  }

  /** Functions by samples stand beside the calls of their thread: their ends are not those of calls. */
  samples(process: number, thread: number): Track {
    return this.#track(`samples ${process} ${thread}`, this.#process(process), (number) => ({ tid: firstExtra + number, name: `${this.#threadNames.get(`${process} ${thread}`) ?? `thread ${thread}`} (samples)` }));
  }

  /** Numbers of streams repeat between processes and contexts. */
  stream(device: number, { process, context, stream }: { process: number | null; context: number | null; stream: number | null }): Track {
    const pid = firstDevice + device;
    this.#processes.set(pid, `GPU ${device}`);
    return this.#track(`stream ${device} ${process ?? ''} ${context ?? ''} ${stream ?? ''}`, pid, (number) => ({ tid: number, name: `stream ${stream ?? 'unknown'}${process === null ? '' : ` of process ${this.#process(process)}`}` }));
  }

  device(device: number): number {
    this.#processes.set(firstDevice + device, `GPU ${device}`);
    return firstDevice + device;
  }

  *named(): Generator<ChromeEvent> {
    for (const [pid, name] of this.#processes) yield { ph: 'M', name: 'process_name', pid, tid: 0, args: { name } };
    for (const { track, name } of this.#names.values()) yield { ph: 'M', name: 'thread_name', ...track, args: { name } };
  }

  #process(process: number): number {
    const id = this.#ids.id(process);
    if (!this.#processes.has(id)) this.#processes.set(id, this.#ids.name(process));
    return id;
  }

  #track(key: string, pid: number, made: (number: number) => { tid: number; name: string }): Track {
    const known = this.#names.get(key);
    if (known !== undefined) return known.track;
    const { tid, name } = made(this.#names.size + 1);
    const track = { pid, tid };
    this.#names.set(key, { track, name });
    return track;
  }
}
