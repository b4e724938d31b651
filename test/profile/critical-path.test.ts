import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/stats/random.js';
import { abstention, answerOf, profileOf, realProfiles, sum, type Answer } from './ask-tool.js';
import { globalPidOf, globalTidOf } from './nsys-export.js';

// Programs are played, with what waits for what known. Played again without one of their parts, they show what it really saves.

interface Row { kind: string; name: string; count: number; headroomMs: number; share: number }
interface Facts { process: number; spanMs: number; ms: Record<string, number>; bound: string }

type Step =
  | { do: 'think'; ns: number }
  | { do: 'launch'; kernel: string; stream: number; ns: number }
  | { do: 'copy'; ns: number; waits: boolean }
  | { do: 'sync'; stream: number | null };

const names = ['embed', 'gemm', 'größe', 'ncclDevKernel_AllReduce_Sum_f32_RING_LL'];
const calls = { launch: 'cudaLaunchKernel_v7000', copy: 'cudaMemcpy_v3020', sync: 'cudaStreamSynchronize_v3020', device: 'cudaDeviceSynchronize_v3020' };
const texts = [...names, ...Object.values(calls)];
const idOf = (text: string): number => texts.indexOf(text) + 1;
const strings = Object.fromEntries(texts.map((text) => [idOf(text), text]));

const callNs = 1500;
/** From the start of a call to the earliest start of its work, and between work of a stream. */
const wayNs = 2500;
const betweenNs = 300;

/** One thread and one device; work of a stream runs in order, a copy is of the stream 7. */
function play(steps: readonly Step[], { pid = 100, without = null, captured = true }: { pid?: number; without?: string | null; captured?: boolean } = {}) {
  const rows = { CUPTI_ACTIVITY_KIND_KERNEL: [] as object[], CUPTI_ACTIVITY_KIND_MEMCPY: [] as object[], CUPTI_ACTIVITY_KIND_RUNTIME: [] as object[], CUPTI_ACTIVITY_KIND_SYNCHRONIZATION: [] as object[] };
  const free = new Map<number, number>();
  let now = 1_000_000;
  let last = 0;
  for (const [correlationId, step] of steps.entries()) {
    const call = (name: string, until: number): void => {
      rows.CUPTI_ACTIVITY_KIND_RUNTIME.push({ start: now, end: until, globalTid: globalTidOf(pid, 1), correlationId, nameId: idOf(name), returnValue: 0 });
      now = until;
    };
    if (step.do === 'think') now += without === 'host' ? 0 : step.ns;
    else if (step.do === 'sync') {
      const until = Math.max(now, step.stream === null ? Math.max(0, ...free.values()) : (free.get(step.stream) ?? 0)) + 400;
      if (captured) rows.CUPTI_ACTIVITY_KIND_SYNCHRONIZATION.push({ start: now, end: until, deviceId: 0, streamId: step.stream ?? 0, correlationId, globalPid: globalPidOf(pid), syncType: step.stream === null ? 4 : 3 });
      call(step.stream === null ? calls.device : calls.sync, until);
    } else {
      const stream = step.do === 'launch' ? step.stream : 7;
      const name = step.do === 'launch' ? step.kernel : 'copy';
      const start = Math.max(now + wayNs, (free.get(stream) ?? 0) + betweenNs);
      const end = start + (name === without ? 0 : step.ns);
      free.set(stream, end);
      last = Math.max(last, end);
      const work = { start, end, deviceId: 0, streamId: stream, correlationId, globalPid: globalPidOf(pid) };
      if (step.do === 'launch') rows.CUPTI_ACTIVITY_KIND_KERNEL.push({ ...work, demangledName: idOf(name), shortName: idOf(name) });
      else rows.CUPTI_ACTIVITY_KIND_MEMCPY.push({ ...work, bytes: 1, copyKind: 1, srcKind: 0, dstKind: 2 });
      call(step.do === 'launch' ? calls.launch : calls.copy, step.do === 'copy' && step.waits ? end + 400 : now + callNs);
    }
  }
  const captures = Object.fromEntries(Object.entries(rows).filter(([, own]) => own.length > 0));
  return { rows: captures, spanNs: Math.max(now, last) - 1_000_000 };
}

function program(seed: string): Step[] {
  const random = seededRandom(seed);
  const int = (below: number): number => Math.floor(random() * below);
  // Of each seed another balance of host, devices and copies.
  const [host, device] = [int(30_000), int(40_000)];
  return Array.from({ length: 150 }, (): Step => {
    const what = int(12);
    if (what < 3) return { do: 'think', ns: 1 + int(host + 100) };
    if (what < 9) return { do: 'launch', kernel: names[int(names.length)] ?? '', stream: 7 + int(2), ns: 1 + int(device + 100) };
    return what < 10 ? { do: 'copy', ns: 1 + int(device + 100), waits: int(2) === 0 } : { do: 'sync', stream: [null, 7, 8][int(3)] ?? null };
  });
}

const asked = (db: Awaited<ReturnType<typeof profileOf>>, input: object = {}): Answer<Row, Facts> => answerOf(db, 'critical_path', input) as Answer<Row, Facts>;

describe.each(Array.from({ length: 12 }, (_, i) => `seed ${i}`))('a program that is played (%s)', (seed) => {
  it('nothing saves more than its headroom, and the path is as long as the program', async () => {
    const steps = [{ do: 'launch', kernel: 'embed', stream: 7, ns: 500 } as Step, ...program(seed), { do: 'sync', stream: null } as Step];
    const { rows, spanNs } = play(steps);
    const { rows: told, facts } = asked(await profileOf(rows, strings));
    expect(facts.spanMs).toBeCloseTo(spanNs / 1e6, 9);
    expect(sum(told.map(({ headroomMs }) => headroomMs))).toBeCloseTo(facts.spanMs, 9);
    expect(sum(told.map(({ share }) => share))).toBeCloseTo(1, 9);
    for (const [kind, ms] of Object.entries(facts.ms)) expect(ms).toBeCloseTo(sum(told.filter((one) => one.kind === kind).map(({ headroomMs }) => headroomMs)), 9);
    for (const without of [...names, 'copy', 'host']) {
      const saved = spanNs - play(steps, { without }).spanNs;
      const headroom = without === 'host' ? (facts.ms['host'] ?? 0) : sum(told.filter(({ kind, name }) => name === (without === 'copy' ? 'copy Host-to-Device' : without) && ['compute', 'communication', 'copy'].includes(kind)).map(({ headroomMs }) => headroomMs));
      expect(saved / 1e6, without).toBeLessThanOrEqual(headroom + 1e-9);
    }
  });
});

describe('what a program hangs on', () => {
  const kernels = (count: number, ns: number, thinkNs: number): Step[] => [...Array.from({ length: count }, (): Step[] => [{ do: 'launch', kernel: 'gemm', stream: 7, ns }, { do: 'think', ns: thinkNs }]).flat(), { do: 'sync', stream: 7 }];

  it('devices: kernels that are launched in time', async () => {
    const { facts, rows } = asked(await profileOf(play(kernels(50, 40_000, 1000)).rows, strings));
    expect(facts.bound).toBe('compute');
    expect(rows[0]).toMatchObject({ kind: 'compute', name: 'gemm', count: 50, headroomMs: expect.closeTo(2, 6) as number });
    expect(facts.ms).toMatchObject({ queue: expect.closeTo((49 * betweenNs) / 1e6, 6) as number, launch: expect.closeTo(wayNs / 1e6, 6) as number, unknown: 0 });
  });

  it('the host: kernels that are over before the next is launched', async () => {
    const { facts } = asked(await profileOf(play(kernels(50, 3000, 40_000)).rows, strings));
    expect(facts.bound).toBe('host');
    expect(facts.ms['compute']).toBeLessThan(0.01);
    expect(facts.ms['host']).toBeGreaterThan(1.9);
  });

  it('copies that wait, and communication', async () => {
    const steps: Step[] = Array.from({ length: 10 }, (): Step[] => [{ do: 'copy', ns: 90_000, waits: true }, { do: 'launch', kernel: names[3] ?? '', stream: 7, ns: 50_000 }]).flat();
    const { facts } = asked(await profileOf(play(steps).rows, strings));
    expect(facts.bound).toBe('copy');
    expect(facts.ms).toMatchObject({ copy: expect.closeTo(0.9, 6) as number, communication: expect.closeTo(0.5, 6) as number });
  });

  it('another thread, which had handed over', async () => {
    const call = (tid: number, start: number, end: number, correlationId: number) => ({ start, end, globalTid: globalTidOf(100, tid), correlationId, nameId: idOf(calls.launch), returnValue: 0 });
    const kernel = (correlationId: number, start: number, end: number) => ({ start, end, deviceId: 0, streamId: 7, correlationId, globalPid: globalPidOf(100), demangledName: 1, shortName: 1 });
    // Thread 2 begins at once, and then only after thread 1 has launched for 5 ms.
    const first = Array.from({ length: 100 }, (_, i) => call(1, i * 50_000, i * 50_000 + 2000, i));
    const rows = { CUPTI_ACTIVITY_KIND_RUNTIME: [call(2, 0, 10, 500), ...first, call(2, 5_100_000, 5_102_000, 501)], CUPTI_ACTIVITY_KIND_KERNEL: [...first.map(({ start, correlationId }) => kernel(correlationId, start + 3000, start + 4000)), kernel(501, 5_103_000, 5_200_000)] };
    const { rows: told } = asked(await profileOf(rows, strings));
    expect(told.find(({ kind }) => kind === 'call')).toMatchObject({ name: calls.launch, count: 100 });
  });

  it('calls that were not captured: it is not known', async () => {
    const { facts, notes } = asked(await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: [0, 1, 2].map((i) => ({ start: i * 100_000, end: i * 100_000 + 30_000, deviceId: 0, streamId: 7, correlationId: i, globalPid: globalPidOf(100), demangledName: 2, shortName: 2 })) }, strings));
    expect(facts.ms).toMatchObject({ compute: 0.09, unknown: expect.closeTo(0.14, 9) as number, host: 0 });
    expect(notes.join(' ')).toContain('Calls of CUDA were not captured');
  });

  it('one process of several, whose ids of launches are the same', async () => {
    const [a, b] = [play(kernels(5, 40_000, 0)), play(kernels(9, 40_000, 0), { pid: 200 })];
    const both = Object.fromEntries(Object.entries(a.rows).map(([table, own]) => [table, [...own, ...(b.rows[table] ?? [])]]));
    const db = await profileOf(both, strings);
    expect(asked(db).facts).toMatchObject({ process: 200, spanMs: b.spanNs / 1e6 });
    expect(asked(db, { process: 100 })).toMatchObject({ facts: { process: 100, spanMs: a.spanNs / 1e6 }, rows: [{ kind: 'compute', count: 5 }, {}, {}, {}] });
    expect(abstention(db, 'critical_path', { process: 3 })).toContain('200, 100');
  });

  it('work without length, at one moment, does not go in circles', async () => {
    const at = (correlationId: number, streamId: number) => ({ start: 5000, end: 5000, deviceId: 0, streamId, correlationId, globalPid: globalPidOf(100), demangledName: 1, shortName: 1 });
    const rows = { CUPTI_ACTIVITY_KIND_KERNEL: Array.from({ length: 20 }, (_, i) => at(i, i % 3)), CUPTI_ACTIVITY_KIND_RUNTIME: Array.from({ length: 20 }, (_, i) => ({ start: i < 10 ? 5000 : 100, end: 5000, globalTid: globalTidOf(100, i % 2), correlationId: i, nameId: idOf(i % 4 === 0 ? calls.sync : calls.launch), returnValue: 0 })) };
    expect(asked(await profileOf(rows, strings)).facts.spanMs).toBe(0.0049);
  });
});

it.skipIf(!existsSync(realProfiles))('real: the inference on two H100 hangs on copies for about 940 of 969 ms', async () => {
  const { facts, rows } = asked(await profileOf(join(realProfiles, 'nsys-h100-2gpu-inference.sqlite')));
  expect(facts.bound).toBe('copy');
  expect(facts.ms['copy']).toBeCloseTo(940.5, 0);
  expect(rows[0]).toMatchObject({ kind: 'copy', name: 'copy Host-to-Device', headroomMs: expect.closeTo(921, 0) as number });
  expect(sum(rows.map(({ share }) => share))).toBeCloseTo(1, 6);
});
