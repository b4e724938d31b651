import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { importProfile } from '../../src/profile/import/import.js';
import { openProfile, type ProfileDatabase } from '../../src/profile/tools/open.js';
import Database from '../../src/store/sqlite.js';
import { globalPidOf, globalTidOf, writeExport, type ExportRows } from './nsys-export.js';
import { temporaryFolder } from './temporary-folder.js';

const shared = join(import.meta.dirname, '../../../shared/fixtures/profiles');
const real = it.skipIf(!existsSync(shared));

const kernel = { start: 10, end: 30, deviceId: 0, contextId: 1, streamId: 7, correlationId: 5, globalPid: globalPidOf(100), demangledName: 1, shortName: 1 };
const call = { start: 1, end: 4, globalTid: globalTidOf(100, 101), correlationId: 5, nameId: 2, returnValue: 0 };
const strings = { 1: 'gemm', 2: 'cudaLaunchKernel_v7000' };

async function importing(rows: ExportRows, options: Parameters<typeof writeExport>[2] = { strings }): Promise<{ db: ProfileDatabase; notes: string[] }> {
  const folder = temporaryFolder();
  const file = writeExport(join(folder, 'a.sqlite'), rows, options);
  const database = join(folder, 'out', 'profile.sqlite');
  await importProfile({ files: [file], kind: 'auto', database });
  expect(readdirSync(join(folder, 'out'))).toEqual(['profile.sqlite']);
  const db = openProfile(database);
  return { db, notes: db.prepare<[], string>('SELECT text FROM PERFLOOP_NOTES').pluck().all() };
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'nothing was thrown';
};

const imports = (file: string) => importProfile({ files: [file], kind: 'auto', database: join(temporaryFolder(), 'profile.sqlite') });

const launched = 'SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_KERNEL JOIN CUPTI_ACTIVITY_KIND_RUNTIME USING (globalPid, correlationId)';

describe('an export of nsys', () => {
  real('of two GPUs keeps every row, joins launches within their process, and tells what it left out', async () => {
    const file = join(shared, 'nsys-h100-2gpu-inference.sqlite');
    const before = statSync(file);
    const database = join(temporaryFolder(), 'profile.sqlite');
    expect(await importProfile({ files: [file], kind: 'nsys', database })).toMatchObject({ kind: 'nsys', files: 1, processes: 2 });
    const db = openProfile(database);
    const count = (table: string) => db.prepare<[], number>(`SELECT COUNT(*) FROM ${table}`).pluck().get();
    expect(['KERNEL', 'RUNTIME', 'MEMCPY'].map((table) => count(`CUPTI_ACTIVITY_KIND_${table}`))).toEqual([3442, 5796, 904]);
    expect(count('NVTX_EVENTS')).toBe(16_782);
    expect(db.prepare(launched).pluck().get()).toBe(1632);
    expect(readFileSync(database).includes('example-token-value')).toBe(false);
    expect(db.prepare("SELECT value FROM META_DATA_CAPTURE WHERE name = 'ENVIRONMENT:CUDA_VERSION'").pluck().get()).toBe('12.8.0');
    expect(db.prepare('SELECT text FROM PERFLOOP_NOTES').pluck().all()).toEqual([expect.stringContaining('left out') as string, 'The export does not say which GPU it is of.']);
    expect([statSync(file).mtimeMs, statSync(file).size]).toEqual([before.mtimeMs, before.size]);
    db.close();
  });

  it('joins by correlation id and process: the same id in another process is another launch', async () => {
    const { db } = await importing({
      CUPTI_ACTIVITY_KIND_KERNEL: [kernel, { ...kernel, globalPid: globalPidOf(200) }],
      CUPTI_ACTIVITY_KIND_RUNTIME: [call, { ...call, globalTid: globalTidOf(100, 0xffffff), correlationId: 6 }],
    });
    expect(db.prepare(launched).pluck().get()).toBe(1);
  });

  it.each([[1, 1], [2, null]])('without a process at its kernels is of the only one there is (%i: %s)', async (processes, known) => {
    const { globalPid: _globalPid, ...anonymous } = kernel;
    const { db } = await importing({ CUPTI_ACTIVITY_KIND_KERNEL: [anonymous], CUPTI_ACTIVITY_KIND_RUNTIME: Array.from({ length: processes }, (_, i) => ({ ...call, globalTid: globalTidOf(100 + i, 1) })) });
    expect(db.prepare('SELECT CAST(globalPid AS TEXT) FROM CUPTI_ACTIVITY_KIND_KERNEL').pluck().get()).toBe(known === null ? null : String(globalPidOf(100)));
  });

  it('has no table that the export lacks, and NULL in columns of later schemas', async () => {
    const { db } = await importing({ CUPTI_ACTIVITY_KIND_KERNEL: [kernel] }, { version: '2.7.1', strings });
    expect(db.prepare("SELECT COUNT(*) FROM sqlite_master WHERE name = 'NVTX_EVENTS'").pluck().get()).toBe(0);
    expect(db.prepare('SELECT graphNodeId FROM CUPTI_ACTIVITY_KIND_KERNEL').pluck().get()).toBeNull();
  });

  it('leaves out rows that end before they begin or have no time, and says how many; an open range stays', async () => {
    const range = { start: 5, end: null, eventType: 59, text: 'open', globalTid: globalTidOf(100, 101) };
    const { db, notes } = await importing({ CUPTI_ACTIVITY_KIND_KERNEL: [kernel, { ...kernel, end: 9 }, { ...kernel, start: null }], NVTX_EVENTS: [range] });
    expect(db.prepare('SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_KERNEL').pluck().get()).toBe(1);
    expect(db.prepare('SELECT COUNT(*) FROM NVTX_EVENTS').pluck().get()).toBe(1);
    expect(notes).toContain('2 rows of CUPTI_ACTIVITY_KIND_KERNEL have no time or an absurd one, or end before they begin, and were left out.');
  });

  it.each([0n, 1_800_000_000_000_000_001n])('leaves out rows of absurd times: they do not stretch the recording (it begins at %i)', async (at) => {
    const most = 2n ** 63n - 1n;
    const sane = { ...kernel, start: at + 10n, end: at + 30n };
    const { db, notes } = await importing({ CUPTI_ACTIVITY_KIND_KERNEL: [{ ...sane, start: most - 1n, end: most }, sane, { ...sane, end: most }, { ...sane, start: -most, end: most }, { ...sane, start: -most }] });
    expect(db.prepare('SELECT "end" - start FROM CUPTI_ACTIVITY_KIND_KERNEL').pluck().all()).toEqual([20]);
    expect(notes).toContainEqual(expect.stringContaining('4 rows of CUPTI_ACTIVITY_KIND_KERNEL'));
  });

  it.each<[string, ExportRows]>([
    ['ThreadNames', { ThreadNames: [{ globalTid: 1 }] }],
    ['ANALYSIS_DETAILS', { ANALYSIS_DETAILS: [{ duration: 1 }] }],
    ['CUDA_CALLCHAINS', { CUDA_CALLCHAINS: [{ id: 1, symbol: 1, stackDepth: 0 }] }],
    ['ENUM_CUDA_MEM_KIND', { ENUM_CUDA_MEM_KIND: [{ name: 'x' }] }],
    ['CUPTI_ACTIVITY_KIND_RUNTIME', { CUPTI_ACTIVITY_KIND_RUNTIME: [{ start: 1, end: 2 }] }],
  ])('without a column of %s has all but that table', async (table, rows) => {
    const { db, notes } = await importing({ CUPTI_ACTIVITY_KIND_KERNEL: [kernel], ...rows });
    expect(db.prepare('SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_KERNEL').pluck().get()).toBe(1);
    expect(db.prepare('SELECT COUNT(*) FROM sqlite_master WHERE name = ?').pluck().get(table)).toBe(0);
    expect(notes).toContainEqual(expect.stringContaining(`The export's ${table} has no `));
  });

  it('names what its numbers mean where an enumeration has no labels', async () => {
    const { db } = await importing({ CUPTI_ACTIVITY_KIND_KERNEL: [kernel], ENUM_CUDA_MEM_KIND: [{ id: 1, name: 'CUDA_MEMKIND_PINNED' }] });
    expect(db.prepare('SELECT label FROM ENUM_CUDA_MEM_KIND').pluck().all()).toEqual(['CUDA_MEMKIND_PINNED']);
  });

  it('keeps the texts that its tables name, and no others', async () => {
    const { db } = await importing({ CUPTI_ACTIVITY_KIND_KERNEL: [kernel], NVTX_EVENTS: [{ start: 1, end: 2, eventType: 59, text: null, textId: 3, globalTid: 1 }] }, { strings: { ...strings, 3: 'step', 4: '/home/me/hush' } });
    expect(db.prepare('SELECT value FROM StringIds').pluck().all()).toEqual(['gemm', 'step']);
  });

  it('keeps times since 1970 exact: they count from the first event', async () => {
    const at = 1_800_000_000_000_000_001n;
    const since = (ns: number) => at + BigInt(ns);
    const { db, notes } = await importing({
      CUPTI_ACTIVITY_KIND_KERNEL: [{ ...kernel, start: since(10), end: since(31) }],
      CUPTI_ACTIVITY_KIND_RUNTIME: [{ ...call, start: since(1), end: since(4) }],
      NVTX_EVENTS: [{ start: since(2), end: null, eventType: 59, text: 'open', globalTid: globalTidOf(100, 101) }],
    });
    expect(db.prepare('SELECT start, "end" FROM CUPTI_ACTIVITY_KIND_KERNEL').raw().get()).toEqual([9, 30]);
    expect(db.prepare('SELECT start, "end" FROM CUPTI_ACTIVITY_KIND_RUNTIME').raw().get()).toEqual([0, 3]);
    expect(db.prepare('SELECT start, "end" FROM NVTX_EVENTS').raw().get()).toEqual([1, null]);
    expect(db.prepare("SELECT value FROM META_DATA_EXPORT WHERE name = 'PERFLOOP_SESSION_START_NS'").pluck().get()).toBe(String(since(1)));
    expect(notes).toContain('Times of the export count from 1970. Here they count from its first event.');
  });

  it('keeps ids of 64 bits exact', async () => {
    const large = 2n ** 63n - 1n;
    const { db } = await importing({ CUPTI_ACTIVITY_KIND_KERNEL: [{ ...kernel, correlationId: large, globalPid: globalPidOf(0xffffff) }] });
    expect(db.prepare('SELECT CAST(correlationId AS TEXT), CAST(globalPid AS TEXT) FROM CUPTI_ACTIVITY_KIND_KERNEL').raw().get()).toEqual([String(large), String(globalPidOf(0xffffff))]);
  });

  test.each([
    ['variables', { META_DATA_CAPTURE: [{ name: 'PROCESS_0:ENVIRONMENT_VARIABLE', value: 'API_KEY="hush hush"' }, { name: 'PROCESS_0:ENVIRONMENT_VARIABLE', value: 'NCCL_DEBUG=INFO' }] }],
    ['arguments', { META_DATA_CAPTURE: [{ name: 'PROCESS_0:ARGUMENT_1', value: '--token=hush hush' }, { name: 'PROCESS_0:COMMAND', value: '/usr/bin/env hush hush' }] }],
    ['the system', { TARGET_INFO_SYSTEM_ENV: [{ globalVid: 1, devStateName: 'x', name: 'DeviceEnvironment', nameEnum: 610, value: 'A=hush hush' }] }],
    ['what the program printed', { ProcessStreams: [{ globalPid: 1, filenameId: 1, contentId: 9 }] }],
    ['files', { ANALYSIS_FILE: [{ id: 1, filename: 'x', contentId: 9, globalPid: 1 }] }],
    ['a process', { PROCESSES: [{ globalPid: 1, pid: 100, name: '/usr/bin/python3 train.py --token=hush' }] }],
    ['a text that nothing names', { OTHER: [{ contentId: 9 }] }],
    ['who exported it', { META_DATA_EXPORT: [{ name: 'EXPORT_USER', value: 'hush hush' }, { name: 'EXPORT_SCHEMA_VERSION', value: '3.1.0' }] }],
  ])('keeps no secret of %s', async (_, rows) => {
    const texts: Record<number, string> = JSON.stringify(rows).includes('"contentId":9') ? { ...strings, 9: 'hush hush' } : strings;
    const { db } = await importing({ CUPTI_ACTIVITY_KIND_KERNEL: [kernel], ...rows }, { strings: texts });
    expect(readFileSync(db.name).includes('hush')).toBe(false);
    db.close();
  });
});

describe('what is no export', () => {
  const whole = (): string => writeExport(join(temporaryFolder(), 'a.sqlite'), { CUPTI_ACTIVITY_KIND_KERNEL: Array.from({ length: 500 }, () => kernel) }, { strings });

  test.each<[string, string, () => string]>([
    ['another tool\'s SQLite', 'PL_PROFILE_NSYS', () => {
      const file = join(temporaryFolder(), 'b.sqlite');
      new Database(file).exec('CREATE TABLE notes (text)').close();
      return file;
    }],
    ['an empty database', 'PL_PROFILE_NSYS', () => {
      const file = join(temporaryFolder(), 'b.sqlite');
      new Database(file).exec('CREATE TABLE t (x); DROP TABLE t').close();
      return file;
    }],
    ['an export without events', 'PL_PROFILE_EMPTY', () => writeExport(join(temporaryFolder(), 'b.sqlite'), { PROCESSES: [{ globalPid: 1, pid: 1, name: 'x' }] }, { strings })],
    ['kernels without a stream', 'PL_PROFILE_NSYS', () => writeExport(join(temporaryFolder(), 'b.sqlite'), { CUPTI_ACTIVITY_KIND_KERNEL: [{ start: 1, end: 2 }] }, { strings })],
    ['a schema of no known form', 'PL_PROFILE_NSYS', () => writeExport(join(temporaryFolder(), 'b.sqlite'), { CUPTI_ACTIVITY_KIND_KERNEL: [kernel] }, { version: 'new', strings })],
    ['one that was cut off', 'PL_PROFILE_MALFORMED', () => {
      const file = whole();
      truncateSync(file, statSync(file).size - 4096);
      return file;
    }],
    ['one with a broken page', 'PL_PROFILE_MALFORMED', () => {
      const file = whole();
      writeFileSync(file, readFileSync(file).fill(0xff, 4096, 3 * 4096));
      return file;
    }],
    ['a head alone', 'PL_PROFILE_MALFORMED', () => {
      const file = join(temporaryFolder(), 'b.sqlite');
      writeFileSync(file, 'SQLite format 3\0');
      return file;
    }],
    ['a log without its database', 'PL_PROFILE_UNKNOWN', () => {
      const file = join(temporaryFolder(), 'b.sqlite-wal');
      writeFileSync(file, Buffer.from('377f068200000000', 'hex'));
      return file;
    }],
    ['a folder', 'PL_PROFILE_MISSING', () => {
      const folder = join(temporaryFolder(), 'd');
      mkdirSync(folder);
      return folder;
    }],
  ])('%s is refused with %s', async (_, code, make) => {
    expect(await codeOf(imports(make()))).toBe(code);
  });

  it('what only the write-ahead log holds is read, and the log stays', async () => {
    const file = whole();
    const writer = new Database(file);
    writer.pragma('journal_mode = WAL');
    writer.exec('INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL SELECT * FROM CUPTI_ACTIVITY_KIND_KERNEL LIMIT 1');
    const database = join(temporaryFolder(), 'profile.sqlite');
    await importProfile({ files: [file], kind: 'auto', database });
    const log = statSync(`${file}-wal`).size;
    const db = openProfile(database);
    expect(db.prepare('SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_KERNEL').pluck().get()).toBe(501);
    expect(log).toBeGreaterThan(0);
    db.close();
    writer.close();
  });
});
