import { basename } from 'node:path';
import { programName } from '../program-name.js';
import { processesApart } from '../ranks.js';
import { addCollective } from './collectives.js';
import { kindOf, type Around, type EventKind, type TraceEvent } from './event.js';
import { copyOf, shortKernelName, syncTypeOf } from './names.js';
import type { KinetoRows, Value } from './rows.js';

/** Thread ids beyond 24 bits get one of these: there is no room for them in a serialized id. */
const firstStandIn = 0xf00000;
/** Five hundred years, in microseconds: a time since 1970 beyond it is none. */
const mostUs = 5e14 * 31.6;

const deviceTables = ['CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_MEMCPY', 'CUPTI_ACTIVITY_KIND_MEMSET', 'CUPTI_ACTIVITY_KIND_SYNCHRONIZATION'] as const;
const hostTables = ['CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS', 'KINETO_PYTHON'] as const;

/** Writes the events of one trace. */
export class TraceWriter {
  /** Events that are kept, and those that have no readable time or form. */
  work = 0;
  odd = 0;
  readonly #threads = new Map<string, number>();
  readonly #processes = new Set<number>();
  readonly #names = new Map<number, string>();
  /** The last row of each table before this trace. */
  readonly #before: ReadonlyMap<string, number>;
  #first: number | null = null;

  /** `index`: which of the imported traces it is. */
  constructor(private readonly rows: KinetoRows, private readonly index: number) {
    this.#before = new Map([...deviceTables, ...hostTables].map((table) => [table, rows.db.prepare<[], number | null>(`SELECT MAX(rowid) FROM ${table}`).pluck().get() ?? 0]));
  }

  event(event: TraceEvent): void {
    if (event.ph === 'M') return this.#metadata(event);
    const kind = kindOf(event);
    if (event.ph !== 'X' || event.ts === undefined || kind === null) return;
    if (Math.abs(event.ts) > mostUs) {
      this.odd += 1;
      return;
    }
    this.#first ??= event.ts;
    const start = Math.round((event.ts - this.#first) * 1000);
    const end = start + Math.round((event.dur ?? 0) * 1000);
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || end < start) {
      this.odd += 1;
      return;
    }
    this.work += 1;
    this.#keep(kind, event, { start, end });
  }

  #keep(kind: EventKind, event: TraceEvent, span: { start: number; end: number }): void {
    const { name, args = {} } = event;
    const whole = (key: string): number | null => (Number.isSafeInteger(args[key]) ? (args[key] as number) : null);
    const text = (key: string): string | null => (typeof args[key] === 'string' ? args[key] : null);
    const device = (): Record<string, Value> => ({ ...span, deviceId: whole('device'), contextId: whole('context'), streamId: whole('stream'), correlationId: whole('correlation') });
    // 0 where the work is of no graph.
    const graph = (): Record<string, Value> => ({ graphNodeId: whole('graph node id') || null, graphId: whole('graph id') || null });
    const host = (): Record<string, Value> => ({ ...span, ...this.#thread(event) });
    switch (kind) {
      case 'kernel': {
        const three = (key: string): (number | null)[] => [0, 1, 2].map((i) => (Array.isArray(args[key]) && Number.isSafeInteger(args[key][i]) ? (args[key][i] as number) : null));
        const [gridX, gridY, gridZ] = three('grid');
        const [blockX, blockY, blockZ] = three('block');
        const kernel = this.rows.add('CUPTI_ACTIVITY_KIND_KERNEL', { ...device(), ...graph(), demangledName: this.rows.string(name), shortName: this.rows.string(shortKernelName(name)), gridX, gridY, gridZ, blockX, blockY, blockZ, registersPerThread: whole('registers per thread'), staticSharedMemory: whole('shared memory') });
        return addCollective(this.rows, kernel, args);
      }
      case 'gpu_memcpy': return void this.rows.add('CUPTI_ACTIVITY_KIND_MEMCPY', { ...device(), ...graph(), bytes: whole('bytes') ?? 0, ...copyOf(name) });
      case 'gpu_memset': return void this.rows.add('CUPTI_ACTIVITY_KIND_MEMSET', { ...device(), ...graph(), bytes: whole('bytes') ?? 0 });
      case 'cuda_sync': return void this.rows.add('CUPTI_ACTIVITY_KIND_SYNCHRONIZATION', { ...device(), syncType: syncTypeOf(text('cuda_sync_kind') ?? name) });
      case 'python_function': return void this.rows.add('KINETO_PYTHON', { ...host(), nameId: this.rows.string(name) });
      case 'cpu_op':
      case 'user_annotation': return void this.rows.add('NVTX_EVENTS', { ...host(), eventType: 59, textId: this.rows.string(name) });
      case 'cuda_runtime':
      case 'cuda_driver': return void this.rows.add('CUPTI_ACTIVITY_KIND_RUNTIME', { ...host(), correlationId: whole('correlation'), nameId: this.rows.string(name) });
    }
  }

  /** Microseconds since 1970 at which it begins, where the trace tells that; else null. */
  beginsAt({ baseTimeNanoseconds }: Around): number | null {
    if (this.#first === null) return null;
    const at = (baseTimeNanoseconds ?? 0) / 1000 + this.#first;
    // A clock that does not count from 1970 is not the one of another machine.
    return at > 1e15 ? at : null;
  }

  /**
   * Sets what is known only at the end. A trace is of one process, which its events of devices do not name. `shift`: nanoseconds
   * from the beginning of the first trace to that of this one; `addDevices`: what makes its devices others than those of the traces before.
   */
  end(around: Around, { shift, addDevices, file, several }: { shift: number; addDevices: number; file: string; several: boolean }, notes: string[]): void {
    const { db } = this.rows;
    const [only = 0] = this.#processes;
    const apart = processesApart(this.index);
    const globalPid = this.#processes.size <= 1 ? `${apart} + ${only} * 0x1000000` : 'NULL';
    if (this.#processes.size > 1) notes.push(`The trace is of ${this.#processes.size} processes: which one launched a kernel is not known.`);
    for (const table of deviceTables) db.exec(`UPDATE ${table} SET globalPid = ${globalPid}, deviceId = deviceId + ${addDevices}, start = start + ${shift}, "end" = "end" + ${shift} WHERE rowid > ${this.#before.get(table) ?? 0}`);
    for (const table of hostTables) if (shift !== 0) db.exec(`UPDATE ${table} SET start = start + ${shift}, "end" = "end" + ${shift} WHERE rowid > ${this.#before.get(table) ?? 0}`);
    for (const pid of this.#processes) this.rows.add('PROCESSES', { globalPid: apart + BigInt(pid) * 0x1000000n, pid, name: this.#names.get(pid) ?? 'python' });
    this.#listDevices(around, addDevices);
    if (this.odd > 0) notes.push(`${this.odd} events${several ? ` of ${basename(file)}` : ''} have no readable time or form, and were left out.`);
    const { rank, world_size: world } = around.distributedInfo ?? {};
    if (rank !== undefined && world !== undefined && world > 1) notes.push(several ? `${basename(file)} is of rank ${rank} of ${world}.` : `It is of rank ${rank} of ${world}.`);
    if (rank !== undefined || several) this.rows.add('PERFLOOP_RANKS', { rank: rank ?? this.index, globalPid: apart + BigInt(only) * 0x1000000n, file: basename(file) });
    if (addDevices > 0) notes.push(`Devices of ${basename(file)} have ${addDevices} added to their numbers: another trace has devices of the same numbers.`);
  }

  /** A trace can list all devices of its machine: those that it has work of are listed by it alone, others once. */
  #listDevices({ deviceProperties = [] }: Around, addDevices: number): void {
    const worked = new Set(this.devices());
    const isListed = this.rows.db.prepare('SELECT 1 FROM TARGET_INFO_GPU WHERE id = ?');
    for (const { id: theirs, name, totalGlobalMem = null, computeMajor = null, computeMinor = null, numSms = null } of deviceProperties) {
      const id = theirs + addDevices;
      // Under new numbers, those without work would be devices that there are not.
      if (!worked.has(id) && (addDevices > 0 || isListed.get(id) !== undefined)) continue;
      this.rows.db.prepare('DELETE FROM TARGET_INFO_GPU WHERE id = ?').run(id);
      this.rows.add('TARGET_INFO_GPU', { id, name, totalMemory: totalGlobalMem, computeMajor, computeMinor, smCount: numSms });
    }
  }

  /** Devices that this trace has work of. */
  devices(): number[] {
    return this.rows.db.prepare<[], number>(deviceTables.map((table) => `SELECT deviceId FROM ${table} WHERE rowid > ${this.#before.get(table) ?? 0} AND deviceId IS NOT NULL`).join(' UNION ')).pluck().all();
  }

  #metadata({ name, pid, args = {} }: TraceEvent): void {
    if (name === 'process_name' && typeof pid === 'number' && typeof args['name'] === 'string') this.#names.set(pid, programName(args['name']) || 'python');
  }

  #thread({ pid, tid }: TraceEvent): { globalTid: bigint } {
    const process = typeof pid === 'number' && Number.isSafeInteger(pid) && pid >= 0 && pid < 2 ** 24 ? pid : 0;
    this.#processes.add(process);
    const key = `${process} ${tid ?? 0}`;
    const fits = typeof tid === 'number' && Number.isSafeInteger(tid) && tid >= 0 && tid < firstStandIn;
    const thread = this.#threads.get(key) ?? (fits ? tid : firstStandIn + this.#threads.size);
    const globalTid = processesApart(this.index) + BigInt(process) * 0x1000000n + BigInt(thread);
    if (!this.#threads.has(key)) {
      this.#threads.set(key, thread);
      this.rows.add('ThreadNames', { nameId: this.rows.string(`thread ${tid ?? 0}`), globalTid });
    }
    return { globalTid };
  }
}
