import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { importProfile } from '../../src/profile/import/import.js';
import { openProfile, type ProfileDatabase } from '../../src/profile/tools/open.js';
import { profileTool } from '../../src/profile/tools/registry.js';
import { ask } from '../../src/profile/tools/tool.js';
import { readTimeline } from '../../src/report/profile/timeline/read.js';
import { globalPidOf, globalTidOf, writeExport, type ExportRows } from './nsys-export.js';
import { temporaryFolder } from './temporary-folder.js';

const epoch = 1_763_700_000_000_000_000n;

/** Both ranks have the same process, device, correlation and string ids, with other meanings. */
function rows(name: 'one' | 'two', start: bigint, more: ExportRows = {}): ExportRows {
  const length = name === 'one' ? 10 : 20;
  return {
    CUPTI_ACTIVITY_KIND_KERNEL: [{ start: 100, end: 100 + length, deviceId: 0, contextId: 1, streamId: 7, correlationId: 5, globalPid: globalPidOf(9), demangledName: 1, shortName: 1 }],
    CUPTI_ACTIVITY_KIND_RUNTIME: [{ start: 50, end: 60, globalTid: globalTidOf(9, 9), correlationId: 5, nameId: 2, returnValue: 0, callchainId: 3 }],
    COMPOSITE_EVENTS: [{ id: 1, start: 55, globalTid: globalTidOf(9, 9), cpuCycles: 1 }],
    SAMPLING_CALLCHAINS: [{ id: 1, symbol: 1, module: 3, stackDepth: 0 }],
    TARGET_INFO_GPU: [{ id: 0, name: `GPU of ${name}` }],
    TARGET_INFO_SESSION_START_TIME: [{ utcEpochNs: start }],
    PROCESSES: [{ globalPid: globalPidOf(9), pid: 9, name: 'python' }],
    ...more,
  };
}

async function ranks(...all: ExportRows[]): Promise<ProfileDatabase> {
  const folder = temporaryFolder();
  const files = all.map((each, i) => writeExport(join(folder, `rank${i}.sqlite`), each, { strings: { 1: i === 0 ? 'kernel_one' : 'kernel_two', 2: 'cudaLaunchKernel_v7000', 3: '/app' } }));
  expect(await importProfile({ files, kind: 'auto', database: join(folder, 'out', 'p.sqlite') })).toMatchObject({ kind: 'nsys', files: all.length, processes: all.length });
  const db = openProfile(join(folder, 'out', 'p.sqlite'));
  onTestFinished(() => void db.close());
  return db;
}

it('exports of several ranks are kept apart though all their ids are the same', async () => {
  const db = await ranks(rows('one', epoch), rows('two', epoch + 5000n));
  expect(db.prepare(`
    SELECT rank, file, s.value AS kernel, k.start, k."end" - k.start AS ns, k.start - r.start AS queue, k.deviceId, g.name AS gpu, k.globalPid / 0x1000000 % 0x1000000 AS pid
    FROM PERFLOOP_RANKS JOIN CUPTI_ACTIVITY_KIND_KERNEL k USING (globalPid) JOIN CUPTI_ACTIVITY_KIND_RUNTIME r USING (globalPid, correlationId)
    JOIN StringIds s ON s.id = demangledName JOIN TARGET_INFO_GPU g ON g.id = k.deviceId ORDER BY rank`).all()).toEqual([
    { rank: 0, file: 'rank0.sqlite', kernel: 'kernel_one', start: 100, ns: 10, queue: 50, deviceId: 0, gpu: 'GPU of one', pid: 9 },
    { rank: 1, file: 'rank1.sqlite', kernel: 'kernel_two', start: 5100, ns: 20, queue: 50, deviceId: 1, gpu: 'GPU of two', pid: 9 },
  ]);
  expect(db.prepare('SELECT s.value, COUNT(*) AS count FROM PERFLOOP_CHARGES JOIN PERFLOOP_FRAMES f ON f.id = frame JOIN StringIds s ON s.id = symbol GROUP BY 1 ORDER BY 1').all()).toEqual([{ value: 'kernel_one', count: 1 }, { value: 'kernel_two', count: 1 }]);
  expect(readTimeline(db).timeline.tracks.filter(({ kind }) => kind === 'call').map(({ group }) => group).toSorted()).toEqual(['process 9 of another host or container · python · rank 1', 'process 9 · python · rank 0']);
  expect(db.prepare('SELECT COUNT(DISTINCT callchainId) FROM CUPTI_ACTIVITY_KIND_RUNTIME').pluck().get()).toBe(2);
});

it('a rank that the export knows is that one; without a clock times count from their own beginning', async () => {
  const rank = (number: number): ExportRows => ({ META_DATA_CAPTURE: [{ name: 'PROCESS_0:ENVIRONMENT_VARIABLE', value: `RANK=${number}` }], TARGET_INFO_SESSION_START_TIME: { columns: ['utcEpochNs'] } });
  const db = await ranks(rows('one', epoch, rank(3)), rows('two', epoch, rank(2)));
  expect(db.prepare('SELECT rank, file FROM PERFLOOP_RANKS ORDER BY rank').raw().all()).toEqual([[2, 'rank1.sqlite'], [3, 'rank0.sqlite']]);
  expect(db.prepare('SELECT start FROM CUPTI_ACTIVITY_KIND_KERNEL').pluck().all()).toEqual([100, 100]);
  expect(db.prepare('SELECT text FROM PERFLOOP_NOTES').pluck().all()).toContainEqual(expect.stringContaining('at quite another time'));
});

it('a text that each export has is one, under one id', async () => {
  const db = await ranks(rows('one', epoch), rows('two', epoch));
  expect(db.prepare('SELECT COUNT(DISTINCT nameId) FROM CUPTI_ACTIVITY_KIND_RUNTIME').pluck().get()).toBe(1);
  expect(db.prepare("SELECT COUNT(*) FROM StringIds WHERE value = 'cudaLaunchKernel_v7000'").pluck().get()).toBe(1);
  const answer = ask(profileTool('api_sum'), db, {});
  expect(answer.abstained === null ? answer.rows : []).toMatchObject([{ count: 2 }]);
});

it.each([
  ['works on its own', [0, 1], ['GPU 0', 'GPU 1', 'GPU 2']],
  ['calls its own 0', [0, 0], ['GPU 0', 'GPU 0', 'GPU 2']],
])('devices that each export lists are listed once, where each %s', async (_, used, listed) => {
  const gpus = [0, 1, 2].map((id) => ({ id, name: `GPU ${id}` }));
  const of = (device: number): ExportRows => {
    const { CUPTI_ACTIVITY_KIND_KERNEL: kernels, ...others } = rows('one', epoch, { TARGET_INFO_GPU: gpus });
    return { ...others, CUPTI_ACTIVITY_KIND_KERNEL: (kernels as object[]).map((one) => ({ ...one, deviceId: device })) };
  };
  const db = await ranks(...used.map(of));
  expect(db.prepare('SELECT name FROM TARGET_INFO_GPU ORDER BY id').pluck().all()).toEqual(listed);
  expect(db.prepare('SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_KERNEL JOIN TARGET_INFO_GPU ON id = deviceId').pluck().get()).toBe(2);
});
