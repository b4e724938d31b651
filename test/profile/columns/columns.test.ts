import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/stats/random.js';
import { importProfile } from '../../../src/profile/import/import.js';
import { callColumns } from '../../../src/profile/tools/gpu/columns/calls.js';
import { launchesOf } from '../../../src/profile/tools/gpu/columns/launches.js';
import { workColumns, workKinds, workOfDevice, workOfDevices } from '../../../src/profile/tools/gpu/columns/work.js';
import { openProfile, type ProfileDatabase } from '../../../src/profile/tools/open.js';
import { globalPidOf, globalTidOf, writeExport } from '../nsys-export.js';

const random = seededRandom('columns');
const int = (below: number): number => Math.floor(random() * below);

/** Neither table is in the order of time. Ids repeat, between processes and within one; some are missing. */
const kernels = Array.from({ length: 300 }, () => {
  const start = 1000 + int(2000);
  return { start, end: start + int(50), deviceId: int(3), streamId: 7, correlationId: int(10) === 0 ? null : int(80), globalPid: int(10) === 0 ? null : globalPidOf(100 + int(2)), demangledName: 1, shortName: 1 };
});
const sets = Array.from({ length: 40 }, () => ({ start: 1000 + int(2000), end: 3000 + int(50), deviceId: int(3), streamId: 7, correlationId: 500, globalPid: globalPidOf(100), bytes: 4 }));
const calls = Array.from({ length: 200 }, () => {
  const start = 1000 + int(2000);
  return { start, end: start + int(50), globalTid: globalTidOf(100 + int(2), 1 + int(3)), correlationId: int(10) === 0 ? null : int(100), nameId: 2, returnValue: 0 };
});
let db: ProfileDatabase;
const folder = mkdtempSync(join(tmpdir(), 'perfloop-columns-'));

beforeAll(async () => {
  const file = writeExport(join(folder, 'a.sqlite'), { CUPTI_ACTIVITY_KIND_KERNEL: kernels, CUPTI_ACTIVITY_KIND_MEMSET: sets, CUPTI_ACTIVITY_KIND_RUNTIME: calls }, { strings: { 1: 'kernel', 2: 'cudaLaunchKernel_v7000' } });
  await importProfile({ files: [file], kind: 'auto', database: join(folder, 'p.sqlite') });
  db = openProfile(join(folder, 'p.sqlite'));
});

afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

it('work stands by device and start, each row once', () => {
  const work = workColumns(db);
  const found = Array.from(work.start.keys(), (at) => ({ kind: workKinds[work.kind[at]!], row: work.row[at], device: work.device[at]!, start: work.start[at]! }));
  expect(found).toEqual(found.toSorted((a, b) => a.device - b.device || a.start - b.start));
  const first = Math.min(...[...kernels, ...sets, ...calls].map(({ start }) => start));
  const expected = [...kernels.map((one, i) => ({ kind: 'kernel', row: i + 1, device: one.deviceId, start: one.start - first })), ...sets.map((one, i) => ({ kind: 'memset', row: i + 1, device: one.deviceId, start: one.start - first }))];
  expect(new Set(found.map((one) => JSON.stringify(one)))).toEqual(new Set(expected.map((one) => JSON.stringify(one))));
  expect(found).toHaveLength(expected.length);
});

it('work of one device or some is that of all without the others', () => {
  const all = workColumns(db);
  const rows = (of: typeof all): [number, number][] => Array.from(of.row.keys(), (at) => [of.kind[at]!, of.row[at]!]);
  const expected = (devices: number[]): [number, number][] => rows(all).filter((_, at) => devices.includes(all.device[at]!));
  expect(rows(workOfDevice(db, 1))).toEqual(expected([1]));
  expect(rows(workOfDevice(db, 9))).toEqual([]);
  expect(rows(workOfDevices(db, [0, 2]))).toEqual(expected([0, 2]));
});

it('calls stand by process, thread and start', () => {
  const columns = callColumns(db);
  const found = columns.threads.flatMap(({ process, thread, from, to }) => Array.from({ length: to - from }, (_, i) => ({ process, thread, start: columns.start[from + i]!, row: columns.row[from + i] })));
  expect(found).toEqual(found.toSorted((a, b) => a.process - b.process || a.thread - b.thread || a.start - b.start));
  expect(found.map(({ row }) => row).sort((a, b) => Number(a) - Number(b))).toEqual(calls.map((_, i) => i + 1));
  for (const { process, thread, row } of found) expect(BigInt(process) * 0x1000000n + BigInt(thread)).toBe(calls[Number(row) - 1]?.globalTid);
});

it('launches are joined by id and process, also where several calls or kernels have one id', () => {
  const [work, columns, launches] = [workColumns(db), callColumns(db), launchesOf(db)];
  const same = (kernel: (typeof kernels)[number], call: (typeof calls)[number]): boolean => kernel.correlationId !== null && kernel.correlationId === call.correlationId && kernel.globalPid === (call.globalTid & ~0xffffffn);
  const pairs = (list: [kernel: number, call: number][]): string[] => list.map(String).sort();
  const expected = kernels.flatMap((kernel, k) => calls.flatMap((call, c): [number, number][] => (same(kernel, call) ? [[k + 1, c + 1]] : [])));
  const [byWork, byCall]: [number, number][][] = [[], []];
  for (let at = 0; at < work.kind.length; at++) if (work.kind[at] === 0) launches.eachCall(at, (call) => byWork!.push([work.row[at]!, columns.row[call]!]));
  for (let call = 0; call < columns.row.length; call++) launches.eachWork(call, (at) => byCall!.push([work.row[at]!, columns.row[call]!]));
  expect(expected.length).toBeGreaterThan(100);
  expect(pairs(byWork!)).toEqual(pairs(expected));
  expect(pairs(byCall!)).toEqual(pairs(expected));
  for (let at = 0; at < work.kind.length; at++) if (work.kind[at] !== 0) expect(launches.callOf(at)).toBe(-1);
});
