import { join } from 'node:path';
import { expect, it } from 'vitest';
import { measureProfile } from '../../../src/profile/diff/measure.js';
import { importProfile } from '../../../src/profile/import/import.js';
import { openProfile } from '../../../src/profile/tools/open.js';
import { profileTool } from '../../../src/profile/tools/registry.js';
import { ask } from '../../../src/profile/tools/tool.js';
import { answer } from '../../../src/tools/answer.js';
import { homeFrom } from '../../../src/store/home.js';
import { pstatsFile } from '../made-profile.js';
import { globalTidOf, writeExport } from '../nsys-export.js';
import { temporaryFolder } from '../temporary-folder.js';

const at = 5_000_000;
const globalTid = globalTidOf(7, 1);
const kernel = (name: number, start: number, took: number) => ({ start: at + start, end: at + start + took, deviceId: 0, streamId: 7, correlationId: start, globalPid: globalTid - 1n, demangledName: name, shortName: name });
const call = (name: number, start: number, took: number) => ({ start: at + start, end: at + start + took, globalTid, correlationId: start, nameId: name, returnValue: 0 });
const strings = { 1: 'gemm<float>', 2: 'copy<"x">', 3: 'fused', 4: 'cudaLaunchKernel_v7000', 5: 'cudaLaunchKernel_v12000', 6: 'my_kernel_v2' };

async function imported(rows: object): Promise<string> {
  const folder = temporaryFolder();
  const database = join(folder, 'p.sqlite');
  await importProfile({ files: [writeExport(join(folder, 'a.sqlite'), rows as never, { strings })], kind: 'auto', database });
  return database;
}

it('kernels, calls, copies and ranges of two exports are told side by side', async () => {
  const copy = { start: at, end: at + 500_000, deviceId: 0, streamId: 7, correlationId: 1, globalPid: globalTid - 1n, bytes: 10, copyKind: 1 };
  const step = (count: number) => Array.from({ length: count }, (_, i) => ({ start: at + i, end: at + i + 10, eventType: 59, text: `step ${i}`, globalTid }));
  const before = await imported({ CUPTI_ACTIVITY_KIND_KERNEL: [kernel(1, 10, 4_000_000), kernel(2, 20, 2_000_000), kernel(6, 30, 1_000_000)], CUPTI_ACTIVITY_KIND_RUNTIME: [call(4, 1, 1_000_000)], CUPTI_ACTIVITY_KIND_MEMCPY: [copy], NVTX_EVENTS: step(2) });
  const after = await imported({ CUPTI_ACTIVITY_KIND_KERNEL: [kernel(1, 10, 1_000_000), kernel(3, 20, 500_000), kernel(6, 30, 500_000)], CUPTI_ACTIVITY_KIND_RUNTIME: [call(5, 1, 250_000)], NVTX_EVENTS: step(1) });
  const db = openProfile(before);
  const found = ask(profileTool('diff'), db, { with: after });
  db.close();
  expect(found).toMatchObject({ abstained: null, facts: { unit: { basis: 'iterations', before: 2, after: 1 } } });
  if (found.abstained !== null) throw new Error(found.abstained);
  profileTool('diff').row.array().parse(found.rows);
  profileTool('diff').facts.parse(found.facts);
  const of = (section: string) => (found.rows as { section: string; name: string; change: string; beforeMs: number; afterMs: number }[]).filter((row) => row.section === section).map(({ name, change, beforeMs, afterMs }) => `${name} ${change} ${beforeMs} ${afterMs}`);
  expect(of('kernels').toSorted()).toEqual(['copy<"x"> gone 1 0', 'fused new 0 0.5', 'gemm<float> both 2 1', 'my_kernel_v2 both 0.5 0.5']);
  // The version of the interface is no part of the call.
  expect(of('calls')).toEqual(['cudaLaunchKernel both 0.5 0.25']);
  expect(found.facts).toMatchObject({ sections: expect.arrayContaining([expect.objectContaining({ section: 'copies', comparable: 'no', why: 'the second profile did not capture it' })]) as object });
});

it('a call of the operating system within another one counts once, as the outer one', async () => {
  const within = (name: number, start: number, took: number, nestingLevel: number) => ({ start: at + start, end: at + start + took, globalTid, nameId: name, nestingLevel });
  const db = openProfile(await imported({ OSRT_API: [within(1, 0, 1_000_000, 0), within(2, 100, 900_000, 1), within(2, 2_000_000, 500_000, 0)] }));
  const { sections } = measureProfile(db);
  db.close();
  expect(sections.system?.map(({ name, count, ms }) => [name, count, ms])).toEqual([['gemm<float>', 1, 1], ['copy<"x">', 1, 0.5]]);
});

it('copies of one direction are the same where only one profile has the labels, and each device that ran kernels counts', async () => {
  const copies = [1, 8, 42].map((copyKind) => ({ start: at, end: at + 500_000, deviceId: 0, streamId: 7, correlationId: copyKind, globalPid: globalTid - 1n, bytes: 10, copyKind }));
  const gpus = { TARGET_INFO_GPU: [{ id: 0, name: 'A' }, { id: 1, name: 'A' }] };
  const labels = { ENUM_CUDA_MEMCPY_OPER: [{ id: 1, name: 'CUDA_MEMCPY_KIND_HTOD', label: 'Host-to-Device' }, { id: 8, name: 'CUDA_MEMCPY_KIND_DTOD', label: 'Device-to-Device' }] };
  const before = await imported({ ...gpus, ...labels, CUPTI_ACTIVITY_KIND_MEMCPY: copies, CUPTI_ACTIVITY_KIND_KERNEL: [kernel(1, 10, 1000)] });
  const after = await imported({ ...gpus, CUPTI_ACTIVITY_KIND_MEMCPY: copies, CUPTI_ACTIVITY_KIND_KERNEL: [kernel(1, 10, 1000), { ...kernel(1, 10, 1000), deviceId: 1 }] });
  const db = openProfile(before);
  const found = ask(profileTool('diff'), db, { with: after, section: 'copies' });
  db.close();
  expect(found).toMatchObject({ abstained: null, facts: { before: { gpus: ['A'] }, after: { gpus: ['A', 'A'] }, sections: expect.arrayContaining([expect.objectContaining({ section: 'kernels', comparable: 'care', why: expect.stringContaining('1 × A, then 2 × A') as string })]) as object } });
  expect((found as unknown as { rows: { name: string; change: string }[] }).rows.map(({ name, change }) => `${name} ${change}`).toSorted()).toEqual(['Device-to-Device both', 'Host-to-Device both', 'kind 42 both']);
});

it('the other profile is imported as the first is, its path from the working directory', async () => {
  const pair = (self: number) => pstatsFile([{ file: '/r/a.py', line: 1, name: 'f', calls: 3, self, total: self, callers: [] }]);
  const [first, second] = [pair(0.5), pair(0.2)];
  const home = homeFrom({ PERFLOOP_HOME: join(temporaryFolder(), 'home') });
  const found = await answer(profileTool('diff'), { profile: first }, { with: 'made.pstats' }, { home, cwd: join(second, '..') });
  expect(found).toMatchObject({ abstained: null, rows: [{ name: 'f', beforeMs: 500, afterMs: 200, beforeCount: 3, certain: true }] });
  await expect(answer(profileTool('diff'), { profile: first }, { with: 'none.pstats' }, { home })).rejects.toMatchObject({ code: 'PL_PROFILE_MISSING' });
});
