import { describe, expect, it } from 'vitest';
import type { ProfileDatabase } from '../../src/profile/tools/open.js';
import { kernelFamily } from '../../src/profile/tools/gpu/kernel-family.js';
import { answerOf, groupBy, median, profileOf, sum } from './ask-tool.js';
import { launchedBy, made, strings, type Call, type Kernel, type Range } from './made-gpu-profile.js';
import { globalPidOf, globalTidOf } from './nsys-export.js';

interface RangeRow { range: string; count: number; totalMs: number; selfMs: number | null; gpuMs: number; gpuSelfMs: number | null; kernels: number }
interface KernelRow { kernel: string; count: number; totalMs: number; medianUs: number; share: number }
interface LaunchFacts { medianQueueDepth: number; maxQueueDepth: number; foundIdle: number; callMs: number; tinyMs: number }

const rowsOf = <Row>(db: ProfileDatabase, tool: string, input: object = {}): Row[] => answerOf(db, tool, input).rows as Row[];

type Closed = Range & { end: number };

const nameOf = ({ text }: Range): string => (text === null ? 'registered' : text.startsWith('öffnen') ? 'öffnen' : text.startsWith('b,') ? 'b' : text);

/** Of the ranges that nest, the one that began last; of those that began together, the shortest. */
const innermost = (ranges: readonly Closed[], thread: bigint, open: (range: Closed) => boolean): Closed | undefined =>
  ranges.filter((range) => range.eventType === 59 && range.globalTid === thread && open(range)).toSorted((a, b) => b.start - a.start || a.end - b.end)[0];

describe.each(['one', 'two', 'three'])('on a generated profile (%s)', async (seed) => {
  const { kernels, copies, graphs, calls, ranges, db } = await made(seed);
  // Open ranges last to the last event.
  const last = Math.max(...[...kernels, ...copies, ...graphs, ...calls, ...ranges].map(({ start, end }) => end ?? start));
  const closed = ranges.filter(({ eventType }) => eventType !== 34).map((range): Closed => ({ ...range, end: range.end ?? last }));
  const launches = (call: Call): Kernel[] => kernels.filter((kernel) => launchedBy(kernel, [call]).length > 0);
  const innermostAt = (call: Call): Closed | undefined => innermost(closed, call.globalTid, ({ start, end }) => start <= call.start && end >= call.start);

  it('each moment of a thread is of its innermost range alone', () => {
    const selfNs = new Map<string, number>();
    for (const [, own] of groupBy(closed, ({ globalTid }) => String(globalTid))) {
      const edges = [...new Set(own.flatMap(({ start, end }) => [start, end]))].toSorted((a, b) => a - b);
      for (const [i, edge] of edges.slice(1).entries()) {
        const from = edges[i] as number;
        const range = innermost(own, own[0]?.globalTid as bigint, ({ start, end }) => start <= from && end >= edge);
        if (range !== undefined) selfNs.set(nameOf(range), (selfNs.get(nameOf(range)) ?? 0) + edge - from);
      }
    }
    for (const { range, selfMs } of rowsOf<RangeRow>(db, 'nvtx')) {
      if (!closed.some((one) => one.eventType === 59 && nameOf(one) === range)) expect(selfMs).toBeNull();
      else expect(selfMs).toBeCloseTo((selfNs.get(range) ?? 0) / 1e6, 9);
    }
  });

  it('kernels, by the innermost range around their launch', () => {
    const times = calls.flatMap((call) => launches(call).map(({ start, end }) => ({ range: innermostAt(call), ns: end - start })));
    const groups = groupBy(times, ({ range }) => (range === undefined ? '(in no range)' : nameOf(range)));
    const rows = rowsOf<KernelRow>(db, 'kernels', { by: 'nvtx' });
    expect(rows.map(({ kernel }) => kernel).sort()).toEqual([...groups.keys()].sort());
    for (const row of rows) {
      const own = (groups.get(row.kernel) ?? []).map(({ ns }) => ns);
      expect(row.count).toBe(own.length);
      expect(row.totalMs).toBeCloseTo(sum(own) / 1e6, 9);
      expect(row.medianUs).toBeCloseTo(median(own) / 1e3, 9);
    }
    const launched = groupBy(calls.flatMap((call) => [...launches(call), ...graphs.filter((graph) => launchedBy(graph, [call]).length > 0)].map(({ start, end }) => ({ range: innermostAt(call), ns: end - start }))), ({ range }) => (range === undefined ? '' : nameOf(range)));
    for (const { range, gpuSelfMs } of rowsOf<RangeRow>(db, 'nvtx')) if (gpuSelfMs !== null) expect(gpuSelfMs).toBeCloseTo(sum((launched.get(range) ?? []).map(({ ns }) => ns)) / 1e6, 9);
  });

  it('calls that wait, by the innermost range around them', () => {
    const waiting = calls.filter(({ nameId }) => nameId === 22);
    const key = (thread: number, process: number, range: string | null): string => `${process} ${thread} ${range ?? ''}`;
    const groups = groupBy(waiting, (call) => {
      const range = innermostAt(call);
      return key(Number(call.globalTid & 0xffffffn), Number((call.globalTid >> 24n) & 0xffffffn), range === undefined ? null : nameOf(range));
    });
    const rows = rowsOf<{ thread: number; process: number; range: string | null; count: number; totalMs: number; threadName: string | null }>(db, 'sync', { by: 'range' });
    expect(rows.map(({ thread, process, range }) => key(thread, process, range)).sort()).toEqual([...groups.keys()].sort());
    for (const { thread, process, range, count, totalMs, threadName } of rows) {
      const own = groups.get(key(thread, process, range)) ?? [];
      expect(threadName).toBeNull();
      expect(count).toBe(own.length);
      expect(totalMs).toBeCloseTo(sum(own.map(({ start, end }) => end - start)) / 1e6, 9);
    }
  });

  it('kernels, by family', () => {
    const groups = groupBy(kernels, ({ demangledName }) => kernelFamily(strings[demangledName] ?? ''));
    const rows = rowsOf<KernelRow>(db, 'kernels', { by: 'family' });
    expect(Object.fromEntries(rows.map(({ kernel, count }) => [kernel, count]))).toEqual(Object.fromEntries([...groups].map(([family, own]) => [family, own.length])));
    expect(sum(rows.map(({ share }) => share))).toBeCloseTo(1, 9);
  });

  it('launches, by how many kernels waited in the stream', () => {
    const pairs = kernels.flatMap((kernel) => launchedBy(kernel, calls).map((call) => ({ kernel, call }))).toSorted((a, b) => a.kernel.deviceId - b.kernel.deviceId || a.kernel.start - b.kernel.start);
    // A call that launches several counts once, with the first of them.
    const first = pairs.filter(({ call }, i) => pairs.findIndex((other) => other.call === call) === i);
    const before = first.map(({ kernel, call: { end: launched } }) => {
      const earlier = (one: { deviceId: number; streamId: number; start: number }): boolean => one.deviceId === kernel.deviceId && one.streamId === kernel.streamId && one.start < kernel.start;
      return { depth: pairs.filter(({ kernel: other }) => earlier(other) && other.start > launched).length, idle: [...kernels, ...copies, ...graphs].filter(earlier).every(({ end }) => end <= launched) };
    });
    const facts = answerOf(db, 'launch').facts as LaunchFacts;
    expect(facts.medianQueueDepth).toBe(median(before.map(({ depth }) => depth)));
    expect(facts.maxQueueDepth).toBe(Math.max(...before.map(({ depth }) => depth)));
    expect(facts.foundIdle).toBeCloseTo(before.filter(({ idle }) => idle).length / before.length, 9);
    expect(facts.callMs).toBeCloseTo(sum(first.map(({ call }) => call.end - call.start)) / 1e6, 9);
    expect(facts.tinyMs).toBeCloseTo(sum(kernels.map(({ start, end }) => end - start).filter((ns) => ns < 10_000)) / 1e6, 9);
  });
});

describe('a tree of ranges', () => {
  const thread = globalTidOf(7, 1);
  const range = (text: string, start: number, end: number | null, eventType = 59) => ({ text, textId: null, start, end, eventType, globalTid: thread });
  const kernel = (correlationId: number, ns: number) => ({ start: 10_000, end: 10_000 + ns, deviceId: 0, streamId: 7, correlationId, globalPid: globalPidOf(7), demangledName: 1, shortName: 1 });
  const call = (correlationId: number, start: number) => ({ start, end: start + 1, globalTid: thread, correlationId, nameId: 2, returnValue: 0 });
  const profile = () => profileOf({
    NVTX_EVENTS: [range('step', 0, 1000), range('forward', 0, 400), range('mm', 100, 200), range('mm', 200, 300), range('step', 1000, 2000), range('forward', 1100, 1200), range('copy', 50, 1500, 60), range('never ends', 30, null, 60)],
    CUPTI_ACTIVITY_KIND_RUNTIME: [call(1, 150), call(2, 200), call(3, 350), call(4, 1000), call(5, 2500)],
    CUPTI_ACTIVITY_KIND_KERNEL: [kernel(1, 10), kernel(2, 20), kernel(3, 40), kernel(4, 80), kernel(5, 160)],
  }, { 1: 'kernel', 2: 'cudaLaunchKernel_v7000' });

  it('puts ranges that begin together into the longest, and those that touch beside each other', async () => {
    const rows = rowsOf<RangeRow>(await profile(), 'nvtx', { by: 'tree' });
    expect(rows.map(({ range: path, count, totalMs, selfMs }) => [path, count, Math.round(totalMs * 1e6), selfMs === null ? null : selfMs * 1e6])).toEqual([
      ['never ends', 1, 10_130, null],
      ['step', 2, 2000, 1500],
      ['copy', 1, 1450, null],
      ['step > forward', 2, 500, 300],
      ['step > forward > mm', 2, 200, 200],
    ]);
  });

  it('gives a kernel to all ranges around its launch, edges included, and once to the innermost', async () => {
    const db = await profile();
    const rows = rowsOf<RangeRow>(db, 'nvtx', { by: 'tree' });
    expect(rows.map(({ range: path, kernels, gpuMs, gpuSelfMs }) => [path, kernels, Math.round(gpuMs * 1e6), gpuSelfMs === null ? null : Math.round(gpuSelfMs * 1e6)])).toEqual([
      ['never ends', 5, 310, null],
      ['step', 4, 150, 80],
      ['copy', 4, 150, null],
      ['step > forward', 3, 70, 40],
      ['step > forward > mm', 2, 30, 30],
    ]);
    expect(answerOf(db, 'nvtx').facts).toMatchObject({ ranges: 8, open: 1 });
  });

  it('counts one within another of its name once', async () => {
    const db = await profileOf({ NVTX_EVENTS: [range('f', 0, 1000), range('f', 100, 900), range('f', 200, 800), range('f', 2000, 2500)] });
    expect(rowsOf<RangeRow>(db, 'nvtx')).toMatchObject([{ range: 'f', count: 4, totalMs: 1500 / 1e6, selfMs: 1500 / 1e6, maxMs: 1000 / 1e6 }]);
    expect(rowsOf<RangeRow>(db, 'nvtx', { by: 'tree' }).map(({ range: path, totalMs }) => [path, totalMs * 1e6])).toEqual([['f', 1500], ['f > f', 800], ['f > f > f', 600]]);
  });

  it('has what is launched in a range that never ends, and says that it does not', async () => {
    const db = await profileOf({ NVTX_EVENTS: [range('training loop', 0, null)], CUPTI_ACTIVITY_KIND_RUNTIME: [call(1, 100)], CUPTI_ACTIVITY_KIND_KERNEL: [kernel(1, 50)] }, { 1: 'kernel', 2: 'cudaLaunchKernel_v7000' });
    expect(rowsOf<RangeRow>(db, 'nvtx')).toMatchObject([{ range: 'training loop', totalMs: 10_050 / 1e6, kernels: 1, gpuMs: 50 / 1e6 }]);
    expect(rowsOf<KernelRow>(db, 'kernels', { by: 'nvtx' })).toMatchObject([{ kernel: 'training loop', count: 1 }]);
    for (const [tool, input] of [['nvtx', {}], ['kernels', { by: 'nvtx' }]] as const) expect(answerOf(db, tool, input).notes.join(' ')).toContain('Ranges that have no end in the profile: 1.');
  });

  it('leaves them out where a program forgets to end them', async () => {
    const db = await profileOf({ NVTX_EVENTS: [range('step', 0, 9), ...Array.from({ length: 101 }, (_, i) => range('leak', i, null))] });
    expect(rowsOf<RangeRow>(db, 'nvtx').map((one) => one.range)).toEqual(['step']);
    expect(answerOf(db, 'nvtx').notes.join(' ')).toContain('101 ranges have no end in the profile, and are left out');
  });

  it('is told of a part of its paths', async () => {
    expect(rowsOf<RangeRow>(await profile(), 'nvtx', { by: 'tree', match: 'FORWARD > M' })).toMatchObject([{ range: 'step > forward > mm' }]);
  });
});

describe('the family of a kernel', () => {
  it.each([
    ['ncclDevKernel_AllReduce_Sum_f32_RING_LL(ncclDevKernelArgsStorage<4096ul>)', 'communication'],
    ['void flash_fwd_kernel<Flash_fwd_kernel_traits<64, 128>>(Flash_fwd_params)', 'attention'],
    ['sm80_xmma_fprop_implicit_gemm_tf32f32_tf32f32_f32_nhwckrsc_nchw', 'convolution'],
    ['ampere_sgemm_128x64_tn', 'matrix multiply'],
    ['void cutlass::Kernel2<cutlass_80_tensorop_bf16_s16816gemm_relu_bf16_256x128_32x3_nt_align8>(Params)', 'matrix multiply'],
    ['void at::native::vectorized_elementwise_kernel<4, at::native::CUDAFunctor_add<float>>(int)', 'elementwise'],
    ['void (anonymous namespace)::elementwise_kernel_with_index<int, arange>(int)', 'elementwise'],
    ['void at::native::reduce_kernel<512, 1, at::native::ReduceOp<float>>(T)', 'reduction'],
    ['void at::native::(anonymous namespace)::multi_tensor_apply_kernel<TensorListMetadata<4>, FusedAdamMathFunctor<float>>(T)', 'optimizer'],
    ['triton_poi_fused_add_mul_0', 'elementwise'],
    ['triton_red_fused_sum_1', 'reduction'],
    ['my_own', 'other'],
  ])('%s: %s', (name, family) => {
    expect(kernelFamily(name)).toBe(family);
  });
});
