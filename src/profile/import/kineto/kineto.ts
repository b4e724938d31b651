import { basename } from 'node:path';
import { z } from 'zod';
import { PerfloopError } from '../../../core/errors.js';
import type Database from '../../../store/sqlite.js';
import { profileChunks } from '../read-file.js';
import { createNsysTable } from '../nsys/create.js';
import { deviceWorkSql, type NsysTableName } from '../nsys/tables.js';
import { copyOf, shortKernelName, syncTypeOf } from './names.js';
import { TraceSplitter } from './split.js';

const number = z.number().catch(Number.NaN);
const eventSchema = z.object({
  ph: z.string(),
  cat: z.string().optional(),
  name: z.string().catch(''),
  pid: z.union([z.number(), z.string()]).optional(),
  tid: z.union([z.number(), z.string()]).optional(),
  ts: number.optional(),
  dur: number.optional(),
  args: z.record(z.string(), z.unknown()).catch({}).optional(),
});
type TraceEvent = z.infer<typeof eventSchema>;

const aroundSchema = z.object({
  schemaVersion: z.unknown().optional(),
  traceName: z.string().optional(),
  distributedInfo: z.object({ rank: z.int().optional(), world_size: z.int().optional(), backend: z.string().optional() }).loose().optional(),
  deviceProperties: z.array(z.object({ id: z.int(), name: z.string(), totalGlobalMem: z.number().optional(), computeMajor: z.int().optional(), computeMinor: z.int().optional(), numSms: z.int().optional() }).loose()).optional(),
}).loose().catch({});

const tables = ['CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_MEMCPY', 'CUPTI_ACTIVITY_KIND_MEMSET', 'CUPTI_ACTIVITY_KIND_SYNCHRONIZATION', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS', 'PROCESSES', 'ThreadNames', 'TARGET_INFO_GPU'] as const satisfies readonly NsysTableName[];

/** Thread ids beyond 24 bits get one of these: there is no room for them in a serialized id. */
const firstStandIn = 0xf00000;

/**
 * Imports a trace of PyTorch's profiler (Kineto), plain or gzip, event by event. Operators and annotations become ranges of NVTX.
 * Throws PL_PROFILE_MALFORMED for what is cut off or no JSON, PL_PROFILE_EMPTY where it holds no work.
 */
export async function importKineto(db: Database.Database, file: string): Promise<void> {
  db.exec('CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT NOT NULL)');
  for (const name of tables) createNsysTable(db, name, { indexes: false });
  const writer = new KinetoWriter(db);
  const malformed = (why: string, cause?: unknown): PerfloopError => new PerfloopError('PL_PROFILE_MALFORMED', `The trace cannot be read: ${why}.`, { where: file, fix: 'Record it again, and let the program end by itself.', cause });
  const splitter = new TraceSplitter((text) => {
    const event = eventSchema.safeParse(JSON.parse(text));
    if (event.success) writer.event(event.data);
    else writer.odd += 1;
  });
  db.exec('BEGIN');
  const notes: string[] = [];
  try {
    for await (const chunk of profileChunks(file)) splitter.write(chunk);
    writer.end(aroundSchema.parse(splitter.end()), notes);
  } catch (error) {
    if (error instanceof PerfloopError) throw error;
    if (error instanceof SyntaxError) throw malformed(error.message, error);
    throw error;
  }
  if (writer.work === 0) throw new PerfloopError('PL_PROFILE_EMPTY', 'The trace holds no operators, calls or work of a device.', { where: file, fix: 'Record it with `torch.profiler.profile(activities=[CPU, CUDA])` around the work.' });
  for (const name of tables) {
    if (db.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined) db.exec(`DROP TABLE ${name}`);
    else createNsysTable(db, name, { indexes: true, table: false });
  }
  const there = new Set(db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all());
  const work = deviceWorkSql(there);
  if (work !== null) db.exec(work);
  const note = db.prepare('INSERT INTO PERFLOOP_NOTES (text) VALUES (?)');
  for (const text of notes) note.run(text);
  const meta = db.prepare('INSERT INTO META_DATA_EXPORT (name, value) VALUES (?, ?)');
  meta.run('EXPORT_PRODUCT_NAME', 'PyTorch Kineto');
  meta.run('PERFLOOP_FILE', basename(file));
  db.exec('COMMIT');
}

/** Builds of PyTorch without Kineto, such as Debian's, name no categories: their processes tell. */
const legacyCategories = new Map([['CPU functions', 'cpu_op'], ['CUDA functions', 'kernel']]);

class KinetoWriter {
  work = 0;
  odd = 0;
  readonly #strings = new Map<string, number>();
  readonly #insert = new Map<string, Database.Statement>();
  readonly #threads = new Map<string, number>();
  readonly #processes = new Set<number>();
  #first: number | null = null;

  constructor(private readonly db: Database.Database) {}

  event(event: TraceEvent): void {
    if (event.ph === 'M') return this.#metadata(event);
    if (event.ph !== 'X' || event.ts === undefined) return;
    const { name, args = {} } = event;
    const cat = event.cat ?? legacyCategories.get(String(event.pid)) ?? '';
    const known = ['kernel', 'gpu_memcpy', 'gpu_memset', 'cuda_sync', 'cuda_runtime', 'cuda_driver', 'cpu_op', 'user_annotation'].includes(cat);
    if (!known) return;
    this.#first ??= event.ts;
    const start = Math.round((event.ts - this.#first) * 1000);
    const end = start + Math.round((event.dur ?? 0) * 1000);
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || end < start) {
      this.odd += 1;
      return;
    }
    const whole = (key: string): number | null => (Number.isSafeInteger(args[key]) ? (args[key] as number) : null);
    const text = (key: string): string | null => (typeof args[key] === 'string' ? args[key] : null);
    this.work += 1;
    const device = { start, end, deviceId: whole('device'), contextId: whole('context'), streamId: whole('stream'), correlationId: whole('correlation') };
    if (cat === 'kernel') {
      const three = (key: string): (number | null)[] => [0, 1, 2].map((i) => (Array.isArray(args[key]) && Number.isSafeInteger(args[key][i]) ? (args[key][i] as number) : null));
      const [gridX, gridY, gridZ] = three('grid');
      const [blockX, blockY, blockZ] = three('block');
      this.#row('CUPTI_ACTIVITY_KIND_KERNEL', { ...device, demangledName: this.#string(name), shortName: this.#string(shortKernelName(name)), gridX, gridY, gridZ, blockX, blockY, blockZ, registersPerThread: whole('registers per thread'), staticSharedMemory: whole('shared memory') });
    } else if (cat === 'gpu_memcpy') this.#row('CUPTI_ACTIVITY_KIND_MEMCPY', { ...device, bytes: whole('bytes') ?? 0, ...copyOf(name) });
    else if (cat === 'gpu_memset') this.#row('CUPTI_ACTIVITY_KIND_MEMSET', { ...device, bytes: whole('bytes') ?? 0 });
    else if (cat === 'cuda_sync') this.#row('CUPTI_ACTIVITY_KIND_SYNCHRONIZATION', { ...device, syncType: syncTypeOf(text('cuda_sync_kind') ?? name) });
    else {
      const thread = this.#thread(event);
      if (cat === 'cpu_op' || cat === 'user_annotation') this.#row('NVTX_EVENTS', { start, end, eventType: 59, textId: this.#string(name), ...thread });
      else this.#row('CUPTI_ACTIVITY_KIND_RUNTIME', { start, end, correlationId: whole('correlation'), nameId: this.#string(name), ...thread });
    }
  }

  end(around: z.infer<typeof aroundSchema>, notes: string[]): void {
    this.db.exec('UPDATE CUPTI_ACTIVITY_KIND_RUNTIME SET globalPid = globalTid & ~0xFFFFFF');
    // A trace is of one process, which its events of devices do not name.
    const [only] = this.#processes;
    if (only !== undefined && this.#processes.size === 1) {
      for (const table of ['KERNEL', 'MEMCPY', 'MEMSET', 'SYNCHRONIZATION']) this.db.prepare(`UPDATE CUPTI_ACTIVITY_KIND_${table} SET globalPid = ? * 0x1000000`).run(only);
    } else notes.push(`The trace is of ${this.#processes.size} processes: which one launched a kernel is not known.`);
    for (const { id, name, totalGlobalMem = null, computeMajor = null, computeMinor = null, numSms = null } of around.deviceProperties ?? []) this.#row('TARGET_INFO_GPU', { id, name, totalMemory: totalGlobalMem, computeMajor, computeMinor, smCount: numSms });
    if (this.odd > 0) notes.push(`${this.odd} events have no readable time or form, and were left out.`);
    const { rank, world_size: world } = around.distributedInfo ?? {};
    if (rank !== undefined && world !== undefined && world > 1) notes.push(`It is of rank ${rank} of ${world}.`);
    const strings = this.db.prepare('INSERT INTO StringIds (id, value) VALUES (?, ?)');
    for (const [text, id] of this.#strings) strings.run(id, text);
  }

  #metadata({ name, pid, args = {} }: TraceEvent): void {
    if (name === 'process_name' && typeof pid === 'number' && this.#processes.has(pid)) this.#row('PROCESSES', { globalPid: null, pid, name: typeof args['name'] === 'string' ? args['name'] : '' });
  }

  #thread({ pid, tid }: TraceEvent): { globalTid: bigint } {
    const process = typeof pid === 'number' && Number.isSafeInteger(pid) && pid >= 0 && pid < 2 ** 24 ? pid : 0;
    this.#processes.add(process);
    const key = `${process} ${tid ?? 0}`;
    const fits = typeof tid === 'number' && Number.isSafeInteger(tid) && tid >= 0 && tid < firstStandIn;
    const thread = this.#threads.get(key) ?? (fits ? tid : firstStandIn + this.#threads.size);
    const globalTid = BigInt(process) * 0x1000000n + BigInt(thread);
    if (!this.#threads.has(key)) {
      this.#threads.set(key, thread);
      this.#row('ThreadNames', { nameId: this.#string(`thread ${tid ?? 0}`), globalTid });
    }
    return { globalTid };
  }

  #string(text: string): number {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    this.#strings.set(text, this.#strings.size + 1);
    return this.#strings.size;
  }

  #row(table: NsysTableName, row: Record<string, string | number | bigint | null | undefined>): void {
    const columns = Object.keys(row);
    const key = `${table} ${columns.join(' ')}`;
    let insert = this.#insert.get(key);
    if (insert === undefined) {
      insert = this.db.prepare(`INSERT INTO ${table} (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
      this.#insert.set(key, insert);
    }
    insert.run(...columns.map((column) => row[column] ?? null));
  }
}
