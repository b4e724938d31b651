import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/stats/random.js';
import { abstention, answerOf, groupBy, profileOf, sum, type Answer } from './ask-tool.js';
import { globalPidOf, globalTidOf } from './nsys-export.js';

interface Row { what: string; name: string; device: number | null; count: number; megabytes: number | null; peakMegabytes: number | null; totalMs: number | null; perIteration: number | null }
interface Facts { peakMegabytes: number | null; peakDevice: number | null; hostPeakMegabytes: number | null; peakAtMs: number | null; liveAtEndMegabytes: number | null; churn: number | null; calls: number; callMs: number; callsPerIteration: number | null; pageFaults: number | null }
interface Event { start: number; globalPid: bigint; deviceId: number; address: bigint; bytes: number; memKind: number; memoryOperationType: number }

const asked = (db: Awaited<ReturnType<typeof profileOf>>, input: object = {}): Answer<Row, Facts> => answerOf(db, 'memory', input) as Answer<Row, Facts>;
const strings = { 1: 'cudaMalloc_v3020', 2: 'cudaFreeAsync_v11020', 3: 'cudaLaunchKernel_v7000', 4: 'gemm', 5: 'größe' };

describe.each(['one', 'two', 'three'])('allocations (%s)', (seed) => {
  it('peak, what is left and churn, by plain code at every moment', async () => {
    const random = seededRandom(seed);
    const int = (below: number): number => Math.floor(random() * below);
    const events: Event[] = [];
    // The same addresses, beyond 53 bits, in two processes and on two devices; some memory was allocated before.
    const places = Array.from({ length: 24 }, (_, i) => ({ globalPid: globalPidOf(100 + (i % 2)), deviceId: (i >> 1) % 2, address: (1n << 62n) + BigInt(i >> 2), memKind: i % 3 === 0 ? 1 : 2, held: i === 0 }));
    for (let i = 0; i < 200; i++) {
      const place = places[int(places.length)];
      if (place === undefined) continue;
      const { held, ...rest } = place;
      events.push({ start: 1000 + i * 10, ...rest, bytes: held ? 0 : 1 + int(1_000_000), memoryOperationType: held ? 1 : 0 });
      place.held = !held;
    }
    const sharing = new Map<string, Event[]>();
    for (const event of events) sharing.set(`${event.globalPid} ${event.address}`, [...(sharing.get(`${event.globalPid} ${event.address}`) ?? []), event]);
    const heldAt = (moment: number, of: (one: Event) => boolean): number => sum([...sharing.values()].flatMap((own) => {
      const last = own.filter(({ start }) => start <= moment).at(-1);
      return last !== undefined && last.memoryOperationType === 0 && of(last) ? [last.bytes] : [];
    }));
    const db = await profileOf({ CUDA_GPU_MEMORY_USAGE_EVENTS: events.toReversed(), CUPTI_ACTIVITY_KIND_RUNTIME: [{ start: 1000, end: 1001, globalTid: globalTidOf(100, 1), correlationId: 1, nameId: 3, returnValue: 0 }] }, strings);
    const { rows, facts } = asked(db);
    const on = (device: number) => ({ deviceId, memKind }: Event): boolean => memKind !== 1 && deviceId === device;
    const peakOf = (of: (one: Event) => boolean): number => Math.max(...events.map(({ start }) => heldAt(start, of)));
    const device = peakOf(on(1)) > peakOf(on(0)) ? 1 : 0;
    const peak = peakOf(on(device));
    expect(facts.peakDevice).toBe(device);
    expect(facts.peakMegabytes).toBeCloseTo(peak / 1e6, 9);
    expect(facts.peakAtMs).toBeCloseTo(((events.find(({ start }) => heldAt(start, on(device)) === peak)?.start ?? 0) - 1000) / 1e6, 9);
    expect(facts.liveAtEndMegabytes).toBeCloseTo(heldAt(Number.POSITIVE_INFINITY, on(device)) / 1e6, 9);
    expect(facts.hostPeakMegabytes).toBeCloseTo(peakOf(({ memKind }) => memKind === 1) / 1e6, 9);
    const allocated = events.filter(({ memoryOperationType }) => memoryOperationType === 0);
    expect(facts.churn).toBeCloseTo(sum(allocated.filter(on(device)).map(({ bytes }) => bytes)) / peak, 9);
    const groups = groupBy(allocated, ({ deviceId, memKind }) => `${deviceId} ${memKind === 1 ? 'Pinned' : 'Device'}`);
    expect(rows.filter(({ what }) => what === 'allocations').map(({ device, name }) => `${device} ${name}`).sort()).toEqual([...groups.keys()].sort());
    for (const row of rows) {
      const own = groups.get(`${row.device} ${row.name}`) ?? [];
      expect(row).toMatchObject({ count: own.length });
      expect(row.megabytes).toBeCloseTo(sum(own.map(({ bytes }) => bytes)) / 1e6, 9);
      expect(row.peakMegabytes).toBeCloseTo(Math.max(...events.map(({ start }) => heldAt(start, ({ deviceId, memKind }) => `${deviceId} ${memKind === 1 ? 'Pinned' : 'Device'}` === `${row.device} ${row.name}`))) / 1e6, 9);
    }
  });
});

describe('calls of the allocator', () => {
  const launch = (i: number) => ({ start: i * 1000, end: i * 1000 + 100, globalTid: globalTidOf(100, 1), correlationId: i, nameId: 3, returnValue: 0 });
  const kernel = (i: number) => ({ start: i * 1000 + 200, end: i * 1000 + 700, deviceId: 0, streamId: 7, correlationId: i, globalPid: globalPidOf(100), demangledName: 4 + (i % 2), shortName: 4 + (i % 2) });
  const call = (start: number, nameId: number) => ({ start, end: start + 50, globalTid: globalTidOf(100, 1), correlationId: 5000 + start, nameId, returnValue: 0 });
  const loop = Array.from({ length: 20 }, (_, i) => i);

  it('in each iteration, apart from the first', async () => {
    const steps = loop.filter((i) => i % 2 === 0).map((i) => ({ start: i * 1000, end: i * 1000 + 1999, eventType: 59, text: `step ${i}`, globalTid: globalTidOf(100, 1) }));
    // Ten in the first step, one malloc in every other one, one free between steps.
    const allocator = [...loop.slice(0, 10).map((i) => call(300 + i * 60, 1)), ...steps.slice(1).map(({ start }) => call(start + 150, 1)), call(40_500, 2)];
    const { rows, facts } = asked(await profileOf({ CUPTI_ACTIVITY_KIND_RUNTIME: [...loop.map(launch), ...allocator], CUPTI_ACTIVITY_KIND_KERNEL: loop.map(kernel), NVTX_EVENTS: steps }, strings));
    expect(rows).toMatchObject([{ what: 'call', name: 'cudaMalloc_v3020', count: 19, perIteration: 1, totalMs: expect.closeTo((19 * 50) / 1e6, 12) as number }, { name: 'cudaFreeAsync_v11020', count: 1, perIteration: 0 }]);
    expect(facts).toMatchObject({ calls: 20, callsPerIteration: 1, peakMegabytes: null, pageFaults: null });
  });

  it('are none where nothing allocates, which is an answer', async () => {
    expect(asked(await profileOf({ CUPTI_ACTIVITY_KIND_RUNTIME: loop.map(launch) }, strings))).toMatchObject({ rows: [], facts: { calls: 0, callsPerIteration: null } });
    expect(abstention(await profileOf({ OSRT_API: [{ start: 1, end: 2, globalTid: 1, nameId: 1 }] }, strings), 'memory')).toContain('the profile has no CUDA_GPU_MEMORY_USAGE_EVENTS');
  });
});

it('unified memory: migrations by their cause, and page faults of devices and the host', async () => {
  const migration = (copyKind: number, migrationCause: number, bytes: number) => ({ start: 10, end: 30, deviceId: 0, streamId: 0, correlationId: null, globalPid: globalPidOf(1), bytes, copyKind, srcKind: 4, dstKind: 4, migrationCause });
  const fault = (deviceId: number, numberOfPageFaults: number, faultAccessType: number) => ({ start: 1, end: 11, globalPid: globalPidOf(1), deviceId, address: 4096, numberOfPageFaults, faultAccessType });
  const rows = { CUPTI_ACTIVITY_KIND_MEMCPY: [migration(11, 2, 100), migration(11, 2, 300), migration(12, 4, 7), migration(1, 0, 9)], CUDA_UM_GPU_PAGE_FAULT_EVENTS: [fault(0, 5, 1), fault(0, 2, 1), fault(1, 3, 2)], CUDA_UM_CPU_PAGE_FAULT_EVENTS: [{ start: 5, globalPid: globalPidOf(1), address: 4096 }] };
  const db = await profileOf(rows, strings);
  expect(asked(db).rows).toMatchObject([
    { what: 'migration', name: 'Unified Host-to-Device, Page fault', device: 0, count: 2, megabytes: 400 / 1e6, totalMs: 40 / 1e6 },
    { what: 'migration', name: 'Unified Device-to-Host, Eviction', count: 1, megabytes: 7 / 1e6 },
    { what: 'page fault', name: 'of a device, Read', device: 0, count: 7, totalMs: 20 / 1e6 },
    { what: 'page fault', name: 'of a device, Write', device: 1, count: 3 },
    { what: 'page fault', name: 'of the host', device: null, count: 1 },
  ]);
  expect(asked(db).facts.pageFaults).toBe(11);
  expect(asked(db, { device: 1 }).rows).toHaveLength(1);
});

it('memory of the host and of several devices is not added up, and its times count from the first allocation', async () => {
  const allocation = (start: number, deviceId: number, memKind: number, address: bigint) => ({ start, globalPid: globalPidOf(1), deviceId, address, bytes: 1_000_000_000, memKind, memoryOperationType: 0 });
  const db = await profileOf({ CUDA_GPU_MEMORY_USAGE_EVENTS: [allocation(5_000_000, 0, 1, 1n), allocation(6_000_000, 0, 2, 2n), allocation(7_000_000, 1, 2, 3n)] });
  expect(asked(db).facts).toMatchObject({ peakMegabytes: 1000, peakDevice: 0, peakAtMs: 1, hostPeakMegabytes: 1000 });
});
