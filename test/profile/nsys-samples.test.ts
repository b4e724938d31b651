import { join } from 'node:path';
import { onTestFinished, expect, it } from 'vitest';
import { importProfile } from '../../src/profile/import/import.js';
import { openProfile, type ProfileDatabase } from '../../src/profile/tools/open.js';
import { globalPidOf, globalTidOf, writeExport, type ExportRows } from './nsys-export.js';
import { temporaryFolder } from './temporary-folder.js';

const strings = { 1: 'memcpy', 2: '/usr/lib/libc.so.6', 3: 'solve', 4: '/home/me/app', 5: 'main', 6: '[Broken backtraces]', 7: '0x7f00', 8: 'inject', 9: '/opt/nvidia/nsight-systems/2024.1/target-linux-x64/libToolsInjection64.so' };
const [memcpy, libc, solve, app, main, broken, hex, inject, injection] = [1, 2, 3, 4, 5, 6, 7, 8, 9];

const chain = (id: number, ...frames: [symbol: number, module: number][]): ExportRows[string] => frames.map(([symbol, module], stackDepth) => ({ id, symbol, module, stackDepth, unresolved: null }));
const event = (id: number, start: number, tid: number, more: object = {}): Record<string, number | bigint | null> => ({ id, start, globalTid: globalTidOf(100, tid), cpuCycles: 1, threadState: 1, ...more });

async function sampled(rows: ExportRows): Promise<ProfileDatabase> {
  const folder = temporaryFolder();
  const file = writeExport(join(folder, 'a.sqlite'), rows, { strings });
  await importProfile({ files: [file], kind: 'nsys', database: join(folder, 'p.sqlite') });
  const db = openProfile(join(folder, 'p.sqlite'));
  onTestFinished(() => void db.close());
  return db;
}

const charged = (db: ProfileDatabase): [string, number][] => db.prepare<[], [string, number]>(`
  SELECT COALESCE(value, category), SUM(ns) FROM PERFLOOP_CHARGES LEFT JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame LEFT JOIN StringIds ON StringIds.id = symbol GROUP BY 1 ORDER BY 2 DESC, 1`).raw().all();

it('samples of nsys become functions: time by the distance of samples, system libraries for their caller, waiting apart', async () => {
  const db = await sampled({
    COMPOSITE_EVENTS: [event(1, 1000, 5), event(2, 2000, 5), event(3, 3000, 5), event(4, 90_000, 5, { threadState: 2 }), event(5, 500, 7), event(6, 1500, 7)],
    SAMPLING_CALLCHAINS: [
      ...(chain(1, [memcpy, libc], [solve, app], [main, app]) as []), ...(chain(2, [solve, app], [main, app], [broken, broken]) as []), ...(chain(3, [hex, app], [main, app]) as []),
      ...(chain(4, [memcpy, libc], [main, app]) as []), ...(chain(5, [inject, injection], [hex, injection]) as []),
    ],
  });
  // Event 6 has no stack. `inject` is nsys' own, 4 was waiting.
  expect(charged(db)).toEqual([['idle', 2000], ['solve', 2000], ['main', 1000]]);
  expect(db.prepare('SELECT COUNT(*) FROM PERFLOOP_PROFILES').pluck().get()).toBe(2);
  expect(db.prepare('SELECT CAST(globalTid AS TEXT) FROM PERFLOOP_PROFILES ORDER BY id').pluck().all()).toEqual([String(globalTidOf(100, 5)), String(globalTidOf(100, 7))]);
});

it('a sample stands for its cycles where they were counted', async () => {
  const db = await sampled({
    COMPOSITE_EVENTS: [event(1, 1000, 5, { cpuCycles: 300 }), event(2, 2000, 5, { cpuCycles: 500 }), event(3, 2600, 5, { cpuCycles: 300 })],
    SAMPLING_CALLCHAINS: [...(chain(1, [solve, app]) as []), ...(chain(2, [solve, app]) as []), ...(chain(3, [main, app]) as [])],
  });
  expect(charged(db)).toEqual([['solve', 1600], ['main', 600]]);
});

it('each stack is kept once, in more samples than are read at once', async () => {
  const ids = Array.from({ length: 12_000 }, (_, i) => i + 1);
  const db = await sampled({ COMPOSITE_EVENTS: ids.map((id) => event(id, id * 1000, 5)), SAMPLING_CALLCHAINS: ids.flatMap((id) => chain(id, [id % 3 === 0 ? solve : main, app], [main, app]) as []) });
  expect(charged(db)).toEqual([['main', 8_000_000], ['solve', 4_000_000]]);
  expect(db.prepare('SELECT COUNT(*) FROM PERFLOOP_STACKS').pluck().get()).toBe(2);
});

it('an export of 2022 names its facts otherwise', async () => {
  const folder = temporaryFolder();
  const rows = { EXPORT_META_DATA: [{ name: 'EXPORT_SCHEMA_VERSION', value: '3.0.0' }, { name: 'EXPORT_USER', value: 'me' }], SCHED_EVENTS: [{ start: 1, cpu: 0, isSchedIn: 1, globalTid: globalTidOf(3, 4) }, { start: 9, cpu: 0, isSchedIn: 0, globalTid: globalTidOf(5, 6) }, { start: 9, cpu: 0, isSchedIn: 0, globalTid: globalTidOf(5, 7) }], PROCESSES: [{ globalPid: globalPidOf(3), pid: 3, name: 'a' }] };
  const file = writeExport(join(folder, 'a.sqlite'), rows, { strings, metaTable: null });
  expect(await importProfile({ files: [file], kind: 'nsys', database: join(folder, 'p.sqlite') })).toMatchObject({ processes: 2 });
  const db = openProfile(join(folder, 'p.sqlite'));
  expect(db.prepare("SELECT name, value FROM META_DATA_EXPORT WHERE name LIKE 'EXPORT_S%' OR name = 'EXPORT_USER'").all()).toEqual([{ name: 'EXPORT_SCHEMA_VERSION', value: '3.0.0' }]);
  db.close();
});
