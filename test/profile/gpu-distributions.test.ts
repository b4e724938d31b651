import { describe, expect, it } from 'vitest';
import { stragglers } from '../../src/profile/tools/gpu/stragglers.js';
import { answerOf, groupBy, profileOf, sum } from './ask-tool.js';
import { made } from './made-gpu-profile.js';
import { globalPidOf, globalTidOf } from './nsys-export.js';

interface CopyRow { device: number; direction: string; memory: string; size?: string; fromMs?: number; count: number; totalMs: number; megabytes: number }

describe.each(['one', 'two'])('copies of a generated profile (%s)', async (seed) => {
  const { copies, calls, kernels, graphs, ranges, db } = await made(seed);
  const total = (rows: readonly CopyRow[]): number => sum(rows.map(({ totalMs }) => totalMs));
  const allMs = sum(copies.map(({ start, end }) => end - start)) / 1e6;

  it('by size', () => {
    const rows = answerOf(db, 'memcpy', { by: 'size' }).rows as CopyRow[];
    const groups = groupBy(copies, ({ bytes }) => (bytes < 4096 ? 'below 4 kB' : bytes < 65_536 ? '4 to 64 kB' : '64 kB to 1 MB'));
    for (const [size, own] of groups) expect(sum(rows.filter((row) => row.size === size).map(({ count }) => count))).toBe(own.length);
    expect(total(rows)).toBeCloseTo(allMs, 9);
  });

  it('over time, in twenty slices by their start', () => {
    const rows = answerOf(db, 'memcpy', { by: 'time' }).rows as CopyRow[];
    const starts = copies.map(({ start }) => start);
    const [first, last] = [Math.min(...starts), Math.max(...starts)];
    const origin = Math.min(...[...kernels, ...copies, ...graphs, ...calls, ...ranges].map(({ start }) => start));
    const groups = groupBy(copies, ({ start }) => String(Math.floor(((start - first) * 20) / (last - first + 1))));
    expect(new Set(rows.map(({ fromMs }) => fromMs?.toFixed(6)))).toEqual(new Set([...groups.keys()].map((slice) => ((first - origin + (Number(slice) * (last - first + 1)) / 20) / 1e6).toFixed(6))));
    for (const [slice, own] of groups) {
      const from = (first - origin + (Number(slice) * (last - first + 1)) / 20) / 1e6;
      expect(sum(rows.filter(({ fromMs }) => Math.abs((fromMs ?? 0) - from) < 1e-9).map(({ count }) => count))).toBe(own.length);
    }
    expect(rows.map(({ fromMs }) => fromMs)).toEqual(rows.map(({ fromMs }) => fromMs).toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(total(rows)).toBeCloseTo(allMs, 9);
  });
});

describe('stragglers', () => {
  const starts = (deviceId: number, op: string, ...times: number[]) => times.map((start) => ({ deviceId, start, op }));

  it('are those that begin the same operation later than the first device', () => {
    expect(Object.fromEntries(stragglers([...starts(0, 'AllReduce', 0, 100_000, 300_000), ...starts(1, 'AllReduce', 5000, 109_000, 290_000)]))).toEqual({
      'AllReduce 0': { medianLateUs: 0, lastShare: 1 / 3 },
      'AllReduce 1': { medianLateUs: 5, lastShare: 2 / 3 },
    });
  });

  it('are not told where devices did not do the same', () => {
    expect(stragglers([...starts(0, 'Send', 0, 10), ...starts(1, 'Send', 5), ...starts(0, 'AllGather', 1)]).size).toBe(0);
  });

  it('are in the rows of nccl, beside the operation', async () => {
    const kernel = (deviceId: number, start: number) => ({ start, end: start + 50, deviceId, streamId: 20, correlationId: start, globalPid: globalPidOf(deviceId + 1), demangledName: 1, shortName: 1 });
    const db = await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: [kernel(0, 0), kernel(1, 3000), kernel(0, 10_000), kernel(1, 11_000)] }, { 1: 'ncclDevKernel_AllReduce_Sum_f32_RING_LL' });
    expect(answerOf(db, 'nccl').rows).toMatchObject([{ op: 'AllReduce', device: 0, medianLateUs: 0, lastShare: 0 }, { op: 'AllReduce', device: 1, medianLateUs: 2, lastShare: 1 }]);
  });
});

describe('health', () => {
  it('tells from when to when each table reaches, and the work of the profiler itself', async () => {
    const span = (start: number, end: number) => ({ start, end, globalTid: globalTidOf(1, 1), nameId: 1 });
    const db = await profileOf({
      CUPTI_ACTIVITY_KIND_RUNTIME: [{ ...span(1_000_000, 1_500_000), correlationId: 1, returnValue: 0 }, { ...span(2_000_000, 9_000_000), correlationId: 2, returnValue: 0 }],
      PROFILER_OVERHEAD: [{ ...span(1_000_000, 1_250_000), overheadType: 1 }, { ...span(3_000_000, 3_500_000), overheadType: 1 }],
    }, { 1: 'cudaMalloc_v3020' });
    const { rows, facts } = answerOf(db, 'health');
    expect(rows).toContainEqual({ table: 'CUPTI_ACTIVITY_KIND_RUNTIME', rows: 2, what: 'calls of CUDA', firstMs: 0, lastMs: 8 });
    expect(facts).toMatchObject({ overheadMs: 0.75 });
  });

  it('does not say 0 for an overhead that was not measured', async () => {
    const db = await profileOf({ NVTX_EVENTS: [{ start: 1, end: 2, eventType: 59, text: 'a', textId: null, globalTid: globalTidOf(1, 1) }] });
    expect(answerOf(db, 'health').facts).toMatchObject({ overheadMs: null });
  });
});
