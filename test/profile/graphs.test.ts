import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/stats/random.js';
import { abstention, answerOf, groupBy, median, profileOf, sum, type Answer } from './ask-tool.js';
import { globalPidOf, globalTidOf } from './nsys-export.js';

// graphs, memset and module_loading against plain code over the rows that the export was made of.

interface Work { start: number; end: number; deviceId: number; streamId: number; correlationId: number; globalPid: bigint; graphNodeId: bigint | null; bytes?: number; memKind?: number | null; demangledName?: number; shortName?: number; copyKind?: number }
interface Call { start: number; end: number; globalTid: bigint; correlationId: number; nameId: number; returnValue: number }

const strings = { 1: 'gemm<größe>', 2: 'gemm', 11: 'cudaGraphLaunch_v10000', 12: 'cudaGraphInstantiate_v12000', 13: 'cudaLaunchKernel_v7000', 14: 'cuModuleLoadDataEx_v2', 15: 'cuModuleLoadLikeNothing' };
const pids = [100, 16_777_215];
const integers = (seed: string): ((below: number) => number) => {
  const random = seededRandom(seed);
  return (below) => Math.floor(random() * below);
};

interface GraphRow { graph: number | null; process: number; device: number; traced: string; executions: number; nodes: number | null; totalMs: number; medianUs: number; workMs: number | null; launches: number | null; medianLaunchUs: number | null }

/** Executions of graphs, traced node by node and as a whole; ids of launches repeat between processes, and some launches are lost. */
function executions(seed: string): { kernels: Work[]; copies: Work[]; sets: Work[]; whole: (Work & { graphId: number })[]; calls: Call[] } {
  const int = integers(seed);
  const made = { kernels: [] as Work[], copies: [] as Work[], sets: [] as Work[], whole: [] as (Work & { graphId: number })[], calls: [] as Call[] };
  for (let i = 0; i < 60; i++) {
    const globalPid = globalPidOf(pids[i % 2] as number);
    const place = { deviceId: int(2), streamId: 7, correlationId: 1 + (i >> 1), globalPid };
    const at = 1_000_000 + i * 50_000 + int(5000);
    const graph = 1 + int(3);
    for (let node = 0; node < 3; node++) {
      const work = { ...place, start: at + node * 1000 - int(500), end: at + node * 1000 + 1 + int(2000), graphNodeId: (BigInt(graph) << 32n) + BigInt(node) };
      if (i % 3 === 0) made.whole.push({ ...work, graphNodeId: null, graphId: graph });
      else if (node === 0) made.kernels.push({ ...work, demangledName: 1, shortName: 2 });
      else if (node === 1) made.copies.push({ ...work, bytes: 10, copyKind: 8 });
      else made.sets.push({ ...work, bytes: 10, memKind: 2 });
      if (i % 3 === 0) break;
    }
    if (int(4) > 0) made.calls.push({ start: at - 9000, end: at - 9000 + int(5000), globalTid: globalPid + 5n, correlationId: place.correlationId, nameId: 11, returnValue: 0 });
  }
  // Kernels outside of graphs do not count.
  made.kernels.push({ start: 5, end: 9, deviceId: 0, streamId: 7, correlationId: 999, globalPid: globalPidOf(100), graphNodeId: null, demangledName: 1, shortName: 2 });
  made.calls.push({ start: 10, end: 40, globalTid: globalTidOf(100, 5), correlationId: 900, nameId: 12, returnValue: 0 });
  return made;
}

describe.each(['one', 'two', 'three'])('on a generated profile (%s)', (seed) => {
  it('graphs: executions, nodes and launches of each', async () => {
    const { kernels, copies, sets, whole, calls } = executions(seed);
    const db = await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: kernels, CUPTI_ACTIVITY_KIND_MEMCPY: copies, CUPTI_ACTIVITY_KIND_MEMSET: sets, CUPTI_ACTIVITY_KIND_GRAPH_TRACE: whole, CUPTI_ACTIVITY_KIND_RUNTIME: calls }, strings);
    const nodes = [...kernels, ...copies, ...sets].filter(({ graphNodeId }) => graphNodeId !== null).map((one) => ({ ...one, graphId: Number((one.graphNodeId as bigint) >> 32n) }));
    const keyOf = (traced: string) => (one: Work & { graphId: number }) => [traced, one.graphId, Number((one.globalPid >> 24n) & 0xffffffn), one.deviceId].join(' ');
    const expected = [...groupBy(nodes, keyOf('node')), ...groupBy(whole, keyOf('whole'))];
    const { rows, facts } = answerOf(db, 'graphs') as Answer<GraphRow, { graphs: number; executions: number; instantiations: number; instantiationMs: number }>;
    expect(rows.map(({ traced, graph, process, device }) => [traced, graph, process, device].join(' ')).sort()).toEqual(expected.map(([key]) => key).sort());
    for (const row of rows) {
      const own = new Map(expected).get([row.traced, row.graph, row.process, row.device].join(' ')) ?? [];
      const runs = [...groupBy(own, ({ correlationId }) => String(correlationId)).values()].map((all) => ({ ns: Math.max(...all.map(({ end }) => end)) - Math.min(...all.map(({ start }) => start)), call: calls.find((call) => call.correlationId === all[0]?.correlationId && (call.globalTid & ~0xffffffn) === all[0].globalPid) }));
      const launched = runs.flatMap(({ call }) => (call === undefined ? [] : [call.end - call.start]));
      expect(row).toMatchObject({ executions: runs.length, nodes: row.traced === 'whole' ? null : 3, launches: launched.length });
      expect(row.totalMs).toBeCloseTo(sum(runs.map(({ ns }) => ns)) / 1e6, 9);
      expect(row.medianUs).toBeCloseTo(median(runs.map(({ ns }) => ns)) / 1e3, 9);
      if (row.traced === 'node') expect(row.workMs).toBeCloseTo(sum(own.map(({ start, end }) => end - start)) / 1e6, 9);
      else expect(row.workMs).toBeNull();
      if (launched.length > 0) expect(row.medianLaunchUs).toBeCloseTo(median(launched) / 1e3, 9);
    }
    expect(facts).toMatchObject({ graphs: expected.length, executions: sum(rows.map(({ executions: count }) => count)), instantiations: 1, instantiationMs: 30 / 1e6 });
  });

  it('memset: by device and kind of memory', async () => {
    const int = integers(seed);
    const sets = Array.from({ length: 80 }, (_, i) => ({ start: i * 1000, end: i * 1000 + int(900), deviceId: int(3), streamId: 7, correlationId: i, globalPid: globalPidOf(100), bytes: 1 + int(8000), memKind: [null, 1, 2, 77][int(4)] as number | null }));
    const db = await profileOf({ CUPTI_ACTIVITY_KIND_MEMSET: sets }, strings);
    const labels: Record<string, string> = { null: 'not captured', 1: 'Pinned', 2: 'Device', 77: 'kind 77' };
    const expected = groupBy(sets, ({ deviceId, memKind }) => `${deviceId} ${labels[String(memKind)] ?? ''}`);
    const { rows, facts } = answerOf(db, 'memset') as Answer<{ device: number; memory: string; count: number; totalMs: number; megabytes: number; gigabytesPerSecond: number; medianKilobytes: number }, { small: number }>;
    expect(rows.map(({ device, memory }) => `${device} ${memory}`).sort()).toEqual([...expected.keys()].sort());
    for (const row of rows) {
      const own = expected.get(`${row.device} ${row.memory}`) ?? [];
      const ns = sum(own.map(({ start, end }) => end - start));
      const bytes = sum(own.map((one) => one.bytes));
      expect(row.count).toBe(own.length);
      expect(row.totalMs).toBeCloseTo(ns / 1e6, 9);
      expect(row.megabytes).toBeCloseTo(bytes / 1e6, 9);
      expect(row.gigabytesPerSecond).toBeCloseTo(bytes / ns, 9);
      expect(row.medianKilobytes).toBeCloseTo(median(own.map((one) => one.bytes)) / 1e3, 9);
    }
    expect(facts.small).toBeCloseTo(sets.filter(({ bytes }) => bytes < 4096).length / sets.length, 9);
    expect(sum((answerOf(db, 'memset', { device: 1 }) as Answer<{ count: number }>).rows.map(({ count }) => count))).toBe(sets.filter(({ deviceId }) => deviceId === 1).length);
  });
});

describe('module_loading', () => {
  const launch = (process: number, correlationId: number, start: number, ns: number): Call => ({ start, end: start + ns, globalTid: globalTidOf(process, 1), correlationId, nameId: 13, returnValue: 0 });
  const kernel = (process: number, correlationId: number, start: number, demangledName: number): Work => ({ start, end: start + 10, deviceId: 0, streamId: 7, correlationId, globalPid: globalPidOf(process), graphNodeId: null, demangledName, shortName: 2 });

  it('has calls, what the driver reports, and first launches that waited, but not for a full queue', async () => {
    const usual = Array.from({ length: 20 }, (_, i) => launch(100, 10 + i, 10_000_000 + i * 20_000, 5000));
    const calls = [
      { start: 1000, end: 3_001_000, globalTid: globalTidOf(100, 1), correlationId: 1, nameId: 14, returnValue: 0 },
      // Slow, and the first of its kernel in its process; the same ids in another process are no first of this one.
      launch(100, 2, 4_000_000, 2_000_000), launch(7, 2, 4_000_000, 4000),
      // As slow, since the queue is full; as slow, but not the first.
      launch(7, 3, 5_000_000, 3_000_000), launch(100, 3, 20_000_000, 2_000_000), ...usual,
    ];
    const kernels = [kernel(100, 2, 6_100_000, 1), kernel(7, 2, 4_100_000, 1), kernel(7, 3, 8_100_000, 3), kernel(100, 3, 22_100_000, 1), ...usual.map(({ correlationId, end }) => kernel(100, correlationId, end, 1))];
    const overheads = [{ start: 5_000_100, end: 7_900_000, globalTid: globalTidOf(7, 1), overheadType: 8, nameId: null }, { start: 100, end: 1100, globalTid: globalTidOf(7, 1), overheadType: 7, nameId: null }];
    const db = await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: kernels, CUPTI_ACTIVITY_KIND_RUNTIME: calls, CUPTI_ACTIVITY_KIND_OVERHEAD: overheads }, strings);
    const { rows, facts } = answerOf(db, 'module_loading') as Answer<object, { callMs: number; firstLaunchMs: number; mode: string | null }>;
    expect(rows).toMatchObject([
      { what: 'call', name: 'cuModuleLoadDataEx_v2', count: 1, totalMs: 3, firstAtMs: 0 },
      { what: 'first launch', name: 'gemm', totalMs: 2, firstAtMs: (4_000_000 - 1000) / 1e6 },
      { what: 'driver', name: 'loads a function lazily', totalMs: 0.001 },
    ]);
    expect(facts).toEqual({ callMs: 3, firstLaunchMs: (2_000_000 - 5000) / 1e6, mode: null });
  });
});

it('what was not captured is not answered', async () => {
  const db = await profileOf({ CUPTI_ACTIVITY_KIND_RUNTIME: [{ start: 1, end: 2, globalTid: globalTidOf(1, 1), correlationId: 1, nameId: 13 }] }, strings);
  expect(abstention(db, 'memset')).toMatch('no CUPTI_ACTIVITY_KIND_MEMSET');
  expect(abstention(db, 'graphs')).toMatch('no PERFLOOP_DEVICE_WORK');
  expect(abstention(db, 'module_loading')).toBeNull();
});
