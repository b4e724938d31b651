import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importProfile } from '../../src/profile/import/import.js';
import { openProfile, type ProfileDatabase } from '../../src/profile/tools/open.js';
import { gpuTools, profileTool } from '../../src/profile/tools/registry.js';
import { ask } from '../../src/profile/tools/tool.js';
import { directions, memories } from '../../src/profile/tools/gpu/labels.js';
import { covered, groupBy as by, median, profileOf, realProfiles as shared, sum } from './ask-tool.js';
import { launchedBy, made, strings, type Kernel, type Range } from './made-gpu-profile.js';
import { globalPidOf, globalTidOf, writeExport } from './nsys-export.js';
import { temporaryFolder } from './temporary-folder.js';

// Every tool against plain code over the rows that the export was made of.

/** The columns of all tools, as far as they are read here. */
interface Row { kernel: string; device: number; count: number; totalMs: number; share: number; medianUs: number; busyMs: number; idleMs: number; busyShare: number; ms: number; atMs: number; host: { ms: number }[]; computeMs: number; communicationMs: number; overlapMs: number; spanMs: number; otherShare: number; idleShare: number; op: string; direction: string; memory: string; megabytes: number; medianKilobytes: number; gigabytesPerSecond: number; medianQueueUs: number; medianCallUs: number; process: number; stream: number; shareOfDevice: number; copies: number; us: number; correlation: string; row: number; name: string; what: string; call: string; range: string; gpuMs: number; kernels: number }

const rowsOf = (db: ProfileDatabase, tool: string, input: object = {}): Row[] => {
  const answer = ask(profileTool(tool), db, { limit: 1000, ...input });
  if (answer.abstained !== null) throw new Error(answer.abstained);
  const { row, facts } = profileTool(tool);
  row.array().parse(answer.rows);
  facts.parse(answer.facts);
  return answer.rows as Row[];
};

describe.each(['one', 'two', 'three', 'four', 'five'])('on a generated profile (%s)', async (seed) => {
  const { kernels, copies, calls, ranges, graphs, db } = await made(seed);
  const work = [...kernels, ...copies, ...graphs];

  it('kernels, by name, device and stream', () => {
    const total = sum(kernels.map(({ start, end }) => end - start));
    for (const [how, key] of [['name', (k: Kernel) => strings[k.demangledName] ?? ''], ['short', (k: Kernel) => strings[k.shortName] ?? ''], ['device', (k: Kernel) => `device ${k.deviceId}`]] as const) {
      const groups = by(kernels, key);
      const rows = rowsOf(db, 'kernels', { by: how });
      expect(rows.map(({ kernel }) => kernel).sort()).toEqual([...groups.keys()].sort());
      for (const row of rows) {
        const times = (groups.get(row.kernel) ?? []).map(({ start, end }) => end - start);
        expect(row).toMatchObject({ count: times.length, minUs: Math.min(...times) / 1e3, maxUs: Math.max(...times) / 1e3 });
        expect(row.totalMs).toBeCloseTo(sum(times) / 1e6, 9);
        expect(row.share).toBeCloseTo(sum(times) / total, 9);
        expect(row.medianUs).toBeCloseTo(median(times) / 1e3, 9);
      }
    }
    expect(sum(rowsOf(db, 'kernels', { by: 'stream', device: 1 }).map(({ count }) => count))).toBe(kernels.filter(({ deviceId }) => deviceId === 1).length);
    expect(rowsOf(db, 'kernels', { match: 'GRÖSSE' })).toEqual([]);
    expect(rowsOf(db, 'kernels', { match: 'GEMM' })).toHaveLength(1);
  });

  it('busy and gaps, as the union over streams, graphs and copies', () => {
    const rows = rowsOf(db, 'busy');
    for (const row of rows) {
      const own = work.filter(({ deviceId }) => deviceId === row.device);
      const spanNs = Math.max(...own.map(({ end }) => end)) - Math.min(...own.map(({ start }) => start));
      expect(row.busyMs).toBeCloseTo(covered(own) / 1e6, 9);
      expect(row.idleMs).toBeCloseTo((spanNs - covered(own)) / 1e6, 9);
      const gaps = rowsOf(db, 'gaps', { device: row.device, least_us: 0 });
      expect(sum(gaps.map(({ ms }) => ms))).toBeCloseTo(row.idleMs, 9);
      const origin = Math.min(...work.map(({ start }) => start), ...calls.map(({ start }) => start), ...ranges.map(({ start }) => start));
      for (const gap of gaps.slice(0, 10)) {
        const began = origin + Math.round(gap.atMs * 1e6);
        const ended = began + Math.round(gap.ms * 1e6);
        expect(own.some(({ start, end }) => start < ended && end > began)).toBe(false);
        // Of the processes whose work is before and after it.
        const host = [...by(calls.filter(({ start, end, globalTid }) => start < ended && end > began && own.some((one) => (one.end === began || one.start === ended) && one.globalPid === (globalTid & ~0xffffffn))), ({ nameId, globalTid }) => `${nameId} ${globalTid}`).values()].map((all) => sum(all.map(({ start, end }) => Math.min(end, ended) - Math.max(start, began))));
        expect(gap.host.map(({ ms }) => Math.round(ms * 1e6))).toEqual(host.toSorted((a, b) => b - a).slice(0, 3));
      }
    }
  });

  it('streams, each by its own union and by that of its device', () => {
    const rows = rowsOf(db, 'streams');
    expect(rows).toHaveLength(by(work, ({ deviceId, streamId }) => `${deviceId} ${streamId}`).size);
    for (const row of rows) {
      const own = work.filter(({ deviceId, streamId }) => deviceId === row.device && streamId === row.stream);
      expect(row.busyMs).toBeCloseTo(covered(own) / 1e6, 9);
      expect(row.shareOfDevice).toBeCloseTo(covered(own) / covered(work.filter(({ deviceId }) => deviceId === row.device)), 9);
      expect(row.copies).toBe(copies.filter(({ deviceId, streamId }) => deviceId === row.device && streamId === row.stream).length);
    }
  });

  it('single kernels, the longest first or in their order', () => {
    const longest = rowsOf(db, 'kernel_instances', { limit: 5, device: 1 });
    expect(longest.map(({ us }) => us)).toEqual(kernels.filter(({ deviceId }) => deviceId === 1).map(({ start, end }) => (end - start) / 1e3).toSorted((a, b) => b - a).slice(0, 5));
    const first = rowsOf(db, 'kernel_instances', { order: 'first', match: 'NCCL' });
    const wanted = kernels.filter(({ shortName }) => shortName === 13).toSorted((a, b) => a.start - b.start);
    expect(first.map(({ us }) => us)).toEqual(wanted.map(({ start, end }) => (end - start) / 1e3));
    expect(first.map(({ correlation }) => correlation)).toEqual(wanted.map(({ correlationId }) => String(correlationId)));
    for (const [i, { row: place }] of first.entries()) expect(kernels[place - 1]).toBe(wanted[i]);
  });

  it('search, in every table', () => {
    const found = rowsOf(db, 'search', { pattern: 'cuda' });
    expect(Object.fromEntries(found.map(({ name, count }) => [name, count]))).toEqual(Object.fromEntries([...by(calls, ({ nameId }) => strings[nameId] ?? '')].map(([name, own]) => [name, own.length])));
    expect(rowsOf(db, 'search', { pattern: 'gemm' })).toMatchObject([{ what: 'kernel', count: kernels.filter(({ demangledName }) => demangledName === 1).length }]);
    expect(rowsOf(db, 'search', { pattern: 'registered' }).map(({ what }) => what).sort()).toEqual([...new Set(ranges.filter(({ textId }) => textId === 31).map(({ eventType }) => (eventType === 34 ? 'mark' : 'range')))].sort());
  });

  it('overlap of computing and communicating kernels', () => {
    for (const row of rowsOf(db, 'overlap')) {
      const own = kernels.filter(({ deviceId }) => deviceId === row.device);
      const [computing, communicating] = [own.filter(({ shortName }) => shortName !== 13), own.filter(({ shortName }) => shortName === 13)];
      expect(row.computeMs).toBeCloseTo(covered(computing) / 1e6, 9);
      expect(row.communicationMs).toBeCloseTo(covered(communicating) / 1e6, 9);
      expect(row.overlapMs).toBeCloseTo((covered(computing) + covered(communicating) - covered(own)) / 1e6, 9);
      const any = work.filter(({ deviceId }) => deviceId === row.device);
      const spanNs = Math.max(...any.map(({ end }) => end)) - Math.min(...any.map(({ start }) => start));
      expect(row.spanMs).toBeCloseTo(spanNs / 1e6, 9);
      expect(row.otherShare).toBeCloseTo((covered(any) - covered(own)) / spanNs, 9);
      expect(row.idleShare).toBeCloseTo(1 - covered(any) / spanNs, 9);
    }
    expect(rowsOf(db, 'nccl').every(({ op }) => op === 'AllReduce')).toBe(true);
    expect(sum(rowsOf(db, 'nccl').map(({ count }) => count))).toBe(kernels.filter(({ shortName }) => shortName === 13).length);
  });

  it('copies, by direction and memory', () => {
    const label: Record<number, string> = { 1: 'Host-to-Device', 2: 'Device-to-Host', 8: 'Device-to-Device', 10: 'Peer-to-Peer' };
    const groups = by(copies, (copy) => `${copy.deviceId} ${label[copy.copyKind]} ${copy.srcKind === 0 ? 'Pageable' : 'Pinned'} to Device`);
    const rows = rowsOf(db, 'memcpy');
    expect(rows).toHaveLength(groups.size);
    for (const row of rows) {
      const own = groups.get(`${row.device} ${row.direction} ${row.memory}`) ?? [];
      const ns = sum(own.map(({ start, end }) => end - start));
      const bytes = sum(own.map((copy) => copy.bytes));
      expect(row).toMatchObject({ count: own.length });
      expect([row.totalMs, row.megabytes, row.medianKilobytes].map(Number)).toEqual([ns / 1e6, bytes / 1e6, median(own.map((copy) => copy.bytes)) / 1e3].map((value) => expect.closeTo(value, 9) as number));
      if (ns > 0) expect(row.gigabytesPerSecond).toBeCloseTo(bytes / ns, 9);
    }
  });

  it('launches, by process and correlation id', () => {
    const joined = kernels.flatMap((kernel) => launchedBy(kernel, calls).map((call) => ({ kernel, call })));
    const rows = rowsOf(db, 'launch');
    for (const [name, own] of by(joined, ({ kernel }) => strings[kernel.shortName] ?? '')) {
      const row = rows.find(({ kernel }) => kernel === name);
      expect(row).toMatchObject({ count: own.length });
      expect(row?.medianQueueUs).toBeCloseTo(median(own.map(({ kernel, call }) => Math.max(0, kernel.start - call.end))) / 1e3, 9);
      expect(row?.medianCallUs).toBeCloseTo(median(own.map(({ call }) => call.end - call.start)) / 1e3, 9);
    }
    const answer = ask(profileTool('launch'), db, {});
    expect(answer).toMatchObject({ facts: { kernels: kernels.length, joined: expect.closeTo(joined.length / kernels.length, 9) as number } });
  });

  it('waiting calls, and the sum of calls', () => {
    const waiting = calls.filter(({ nameId }) => nameId === 22);
    expect(sum(rowsOf(db, 'sync').map(({ count }) => count))).toBe(waiting.length);
    expect(sum(rowsOf(db, 'sync').map(({ totalMs }) => totalMs))).toBeCloseTo(sum(waiting.map(({ start, end }) => end - start)) / 1e6, 9);
    expect(new Set(rowsOf(db, 'sync').map(({ process }) => process))).toEqual(new Set(waiting.map(({ globalTid }) => Number((globalTid >> 24n) & 0xffffffn))));
    for (const row of rowsOf(db, 'api_sum')) {
      const own = calls.filter(({ nameId }) => strings[nameId] === row.call);
      expect(row).toMatchObject({ count: own.length, failed: own.filter(({ returnValue }) => returnValue !== 0).length });
      expect(row.medianUs).toBeCloseTo(median(own.map(({ start, end }) => end - start)) / 1e3, 9);
    }
  });

  it('ranges, and the kernels that were launched within them', () => {
    const nameOf = ({ text }: Range): string => (text === null ? 'registered' : text.startsWith('öffnen') ? 'öffnen' : text.startsWith('b,') ? 'b' : text);
    const last = Math.max(...[...work, ...calls, ...ranges].map(({ start, end }) => end ?? start));
    const closed = ranges.filter(({ eventType }) => eventType !== 34).map((range) => ({ ...range, end: range.end ?? last }));
    const rows = rowsOf(db, 'nvtx');
    const groups = by(closed, nameOf);
    expect(rows.map(({ range }) => range).sort()).toEqual([...groups.keys()].sort());
    for (const row of rows) {
      const own = groups.get(row.range) ?? [];
      const pushed = [...by(own.filter(({ eventType }) => eventType === 59), ({ globalTid }) => String(globalTid)).values()];
      expect(row.totalMs).toBeCloseTo((sum(pushed.map(covered)) + sum(own.filter(({ eventType }) => eventType === 60).map(({ start, end }) => end - start))) / 1e6, 9);
      const launched = [...kernels, ...graphs].filter((one) => launchedBy(one, calls).some((call) => own.some((range) => range.globalTid === call.globalTid && call.start >= range.start && call.start <= range.end)));
      expect(row.kernels).toBe(launched.length);
      expect(row.gpuMs).toBeCloseTo(sum(launched.map(({ start, end }) => end - start)) / 1e6, 9);
    }
    expect(ask(profileTool('nvtx'), db, {})).toMatchObject({ facts: { open: ranges.filter(({ eventType, end }) => eventType !== 34 && end === null).length, marks: ranges.filter(({ eventType }) => eventType === 34).length } });
  });
});

describe('a tool', () => {
  it.each(gpuTools.map(({ name }) => name))('%s says nothing of what was not captured, and why', async (name) => {
    const folder = temporaryFolder();
    await importProfile({ files: [writeExport(join(folder, 'a.sqlite'), { SCHED_EVENTS: [{ start: 1, cpu: 0, isSchedIn: 1, globalTid: 1 }] })], kind: 'auto', database: join(folder, 'p.sqlite') });
    const answer = ask(profileTool(name), openProfile(join(folder, 'p.sqlite')), {});
    if (name === 'health') expect(answer.abstained).toBeNull();
    else expect(answer.abstained).toMatch(/^the profile has no \w+/);
  });

  it('query only reads, keeps large integers exact, and says where there is more', async () => {
    const { db } = await made('query');
    expect(rowsOf(db, 'query', { sql: 'SELECT 9223372036854775807 AS large, 1.5 AS half, NULL AS none' })).toEqual([{ large: '9223372036854775807', half: 1.5, none: null }]);
    expect(ask(profileTool('query'), db, { sql: 'SELECT * FROM CUPTI_ACTIVITY_KIND_KERNEL', limit: 3 })).toMatchObject({ more: 1, rows: [{}, {}, {}] });
    for (const sql of ['DELETE FROM StringIds', 'CREATE TABLE t (x)', 'ATTACH \'x\' AS y', 'SELEC', 'SELECT 1; SELECT 2', 'PRAGMA journal_mode = WAL']) expect(() => ask(profileTool('query'), db, { sql })).toThrow(expect.objectContaining({ code: 'PL_TOOL_SQL' }));
  });
});

describe.skipIf(!existsSync(shared))('on real profiles', () => {
  const real = async (name: string): Promise<ProfileDatabase> => {
    const database = join(temporaryFolder(), 'p.sqlite');
    await importProfile({ files: [join(shared, name)], kind: 'auto', database });
    return openProfile(database);
  };

  it('two H100s copy from pinned memory for about 921 of 960 ms, at 27.7 GB/s', async () => {
    const db = await real('nsys-h100-2gpu-inference.sqlite');
    const pinned = rowsOf(db, 'memcpy').filter(({ direction, memory }) => direction === 'Host-to-Device' && memory === 'Pinned to Device');
    expect(pinned).toMatchObject([{ device: 0, gigabytesPerSecond: expect.closeTo(27.7, 1) as number }, { device: 1, gigabytesPerSecond: expect.closeTo(27.7, 1) as number }]);
    for (const { totalMs } of pinned) expect(totalMs).toBeCloseTo(921, 0);
    expect(ask(profileTool('launch'), db, {})).toMatchObject({ facts: { kernels: 3442, joined: 1632 / 3442 } });
  });

  it('the GPU is the one that the profile names, or none', async () => {
    expect(ask(profileTool('device_info'), await real('nsys-h100-2gpu-inference.sqlite'), {})).toEqual({ tool: 'device_info', abstained: expect.stringContaining('does not say which GPU') as string });
    expect(rowsOf(await real('nsys-healthy-1pct-idle.sqlite'), 'device_info')).toMatchObject([{ name: 'NVIDIA H100 80GB HBM3', multiprocessors: null }]);
  });

  it('a healthy one is idle for 0.99%', async () => {
    expect(rowsOf(await real('nsys-healthy-1pct-idle.sqlite'), 'busy')).toMatchObject([{ busyShare: expect.closeTo(0.9901, 3) as number }]);
  });
});

it('gaps: the share of idle time has the shortest, and only the processes of the device are asked what they did', async () => {
  const work = (start: number, end: number) => ({ start, end, deviceId: 0, streamId: 7, correlationId: start, globalPid: globalPidOf(1), demangledName: 1, shortName: 1 });
  const wait = (pid: number) => ({ start: 0, end: 20_000, globalTid: globalTidOf(pid, 5), correlationId: 900, nameId: 2, returnValue: 0 });
  const db = await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: [work(0, 1000), work(2000, 4000), work(14_000, 20_000)], CUPTI_ACTIVITY_KIND_RUNTIME: [wait(1), wait(2)] }, { 1: 'gemm', 2: 'cudaStreamSynchronize_v3020' });
  expect(ask(profileTool('gaps'), db, {})).toMatchObject({ facts: { gaps: 1, totalMs: 0.01, idleShare: 0.55 }, rows: [{ host: [{ call: 'cudaStreamSynchronize_v3020', process: 1, thread: 5, ms: 0.01 }] }] });
  expect(rowsOf(db, 'gaps')[0]?.host).toHaveLength(1);
});

it.skipIf(!existsSync(shared))('copies have the names that nsys gives them, where the file does not', async () => {
  const db = await profileOf(join(shared, 'nsys-h100-2gpu-inference.sqlite'));
  for (const [table, ours] of [['ENUM_CUDA_MEMCPY_OPER', directions], ['ENUM_CUDA_MEM_KIND', memories]] as const) expect(ours).toEqual(Object.fromEntries(db.prepare<[], { id: number; label: string }>(`SELECT id, label FROM ${table}`).all().map(({ id, label }) => [id, label])));
});
