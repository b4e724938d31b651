import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/stats/random.js';
import { abstention, answerOf, covered, median, profileOf, realProfiles, sum, type Answer } from './ask-tool.js';
import { globalPidOf, globalTidOf } from './nsys-export.js';

interface Row { iteration: number; atMs: number; ms: number; busyShare: number | null; kernels: number; state: string; because: { what: string; ms: number }[] }
interface Facts { how: string; name: string; iterations: number; warmUp: number; slow: number; medianMs: number; meanMs: number; variation: number; medianBusyShare: number | null; medianBetweenMs: number }
interface Kernel { start: number; end: number; deviceId: number; streamId: number; correlationId: number; globalPid: bigint; demangledName: number; shortName: number }

const pid = 4711;
const strings = { 1: 'embed', 2: 'gemm', 3: 'größe<"q">', 4: 'loss', 5: 'extra', 20: 'cudaLaunchKernel_v7000', 21: 'cudaMalloc_v3020', 30: 'registered step' };
const first = 7_000_000;

/** A training loop: the first two steps are slow, step 9 waits in cudaMalloc, step 14 has one very long kernel. Two devices, two streams. */
function loop(seed: string, { steps = 20, mark = (step: number): string | null => `train_step ${step}` } = {}) {
  const random = seededRandom(seed);
  const int = (below: number): number => Math.floor(random() * below);
  const kernels: Kernel[] = [];
  const calls: { start: number; end: number; globalTid: bigint; correlationId: number; nameId: number; returnValue: number }[] = [];
  const ranges: { start: number; end: number | null; eventType: number; text: string | null; textId: number | null; globalTid: bigint }[] = [];
  const spans: { start: number; end: number }[] = [];
  let now = first;
  let correlationId = 0;
  for (let step = 0; step < steps; step++) {
    const start = now;
    const run = (name: number, ns: number): void => {
      for (const deviceId of [0, 1]) {
        correlationId += 1;
        kernels.push({ start: now, end: now + ns + int(20), deviceId, streamId: 7 + int(2), correlationId, globalPid: globalPidOf(pid), demangledName: name, shortName: name });
        calls.push({ start: now - 2000, end: now - 1900, globalTid: globalTidOf(pid, 1), correlationId, nameId: 20, returnValue: 0 });
      }
      now += ns + 30;
    };
    if (step === 9) {
      calls.push({ start: now + 10, end: now + 60_010, globalTid: globalTidOf(pid, 1), correlationId: 1_000_000, nameId: 21, returnValue: 0 });
      now += 60_010;
    }
    run(1, step < 2 ? 80_000 : 3000);
    for (let layer = 0; layer < 6; layer++) {
      run(2, step === 14 && layer === 3 ? 70_000 : 5000);
      run(3, 1000 + int(50));
    }
    run(4, 2000);
    now += 4000;
    const text = mark(step);
    spans.push({ start, end: now });
    if (text !== null) ranges.push({ start, end: now, eventType: 59, text: step % 2 === 0 ? text : null, textId: step % 2 === 0 ? null : 30, globalTid: globalTidOf(pid, 1) });
    now += 500;
  }
  return { kernels, calls, ranges, spans };
}

const made = (rows: ReturnType<typeof loop>) => profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: rows.kernels, CUPTI_ACTIVITY_KIND_RUNTIME: rows.calls, ...(rows.ranges.length === 0 ? {} : { NVTX_EVENTS: rows.ranges }) }, strings);

const asked = (db: Awaited<ReturnType<typeof profileOf>>, input: object = {}): Answer<Row, Facts> => answerOf(db, 'iterations', input) as Answer<Row, Facts>;

describe.each(['one', 'two', 'three'])('on a generated training loop (%s)', (seed) => {
  it('by its ranges: times, busy devices, warm-up, slow ones and why', async () => {
    // The texts of every other range are registered; numbers in texts do not tell ranges apart.
    const rows = loop(seed, { mark: (step) => (step % 2 === 0 ? `registered step` : 'x') });
    const { rows: told, facts } = asked(await made(rows));
    const origin = Math.min(...rows.calls.map(({ start }) => start), ...rows.kernels.map(({ start }) => start));
    expect(told).toHaveLength(rows.spans.length);
    for (const [i, span] of rows.spans.entries()) {
      const ns = span.end - span.start;
      const busy = [0, 1].map((device) => covered(rows.kernels.filter(({ deviceId }) => deviceId === device).map(({ start, end }) => ({ start: Math.max(start, span.start), end: Math.min(end, span.end) })).filter(({ start, end }) => start < end)));
      expect(told[i]).toMatchObject({ iteration: i, kernels: rows.kernels.filter(({ start }) => start >= span.start && start < span.end).length, state: i < 2 ? 'warm-up' : i === 9 || i === 14 ? 'slow' : 'usual' });
      expect(told[i]?.atMs).toBeCloseTo((span.start - origin) / 1e6, 9);
      expect(told[i]?.ms).toBeCloseTo(ns / 1e6, 9);
      expect(told[i]?.busyShare).toBeCloseTo(sum(busy) / 2 / ns, 9);
    }
    const steady = rows.spans.slice(2).map(({ start, end }) => (end - start) / 1e6);
    const mean = sum(steady) / steady.length;
    expect(facts).toMatchObject({ how: 'range', name: 'registered step', warmUp: 2, slow: 2, iterations: 20 });
    expect(facts.medianMs).toBeCloseTo(median(steady), 9);
    expect(facts.variation).toBeCloseTo(Math.sqrt(sum(steady.map((one) => (one - mean) ** 2)) / steady.length) / mean, 9);
    expect(facts.medianBetweenMs).toBeCloseTo(500 / 1e6, 9);
    expect(told[9]?.because.slice(0, 2).map(({ what }) => what).sort()).toEqual(['call cudaMalloc_v3020', 'devices idle']);
    expect(told[14]?.because[0]).toMatchObject({ what: 'kernel gemm', ms: expect.closeTo(0.13, 2) as number });
    expect(told[0]?.because[0]?.what).toBe('kernel embed');
    expect(told.filter(({ state, because }) => state === 'usual' && because.length > 0)).toEqual([]);
  });

  it('by the sequence of kernels where nothing is marked', async () => {
    const rows = loop(seed, { mark: () => null });
    const { rows: told, facts, notes } = asked(await made(rows));
    // From one embed to the next: the last has no end.
    expect(facts).toMatchObject({ how: 'sequence', iterations: rows.spans.length - 1, warmUp: 2, slow: 2 });
    const starts = rows.kernels.filter(({ shortName, deviceId }) => shortName === 1 && deviceId === 0).map(({ start }) => start);
    for (const [i, one] of told.entries()) expect(one.ms).toBeCloseTo(((starts[i + 1] ?? 0) - (starts[i] ?? 0)) / 1e6, 9);
    expect(notes.join(' ')).toContain('repeats after 14');
  });
});

it('numbers in texts do not tell ranges apart, and parts of a step are no steps', async () => {
  const rows = loop('four', { mark: (step) => `ProfilerStep#${step}` });
  const all = rows.spans.flatMap((span, step) => [
    { ...span, eventType: 59, text: `ProfilerStep#${step}`, globalTid: globalTidOf(pid, 1) },
    { start: span.start + 10, end: span.start + 900, eventType: 59, text: 'Optimizer.step#Adam.step', globalTid: globalTidOf(pid, 1) },
    { start: span.start + 10, end: null, eventType: 59, text: `step open ${step}`, globalTid: globalTidOf(pid, 1) },
  ]);
  const db = await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: rows.kernels, NVTX_EVENTS: all }, strings);
  expect(asked(db).facts).toMatchObject({ how: 'range', name: 'ProfilerStep#', iterations: 20 });
  expect(asked(db, { range: 'optimizer' }).facts).toMatchObject({ name: 'Optimizer.step#Adam.step', iterations: 20 });
  expect(asked(db, { order: 'slowest', limit: 1 }).rows).toMatchObject([{ ms: Math.max(...rows.spans.map(({ start, end }) => end - start)) / 1e6 }]);
  expect(abstention(db, 'iterations', { range: 'nowhere' })).toContain('no range has "nowhere"');
});

it('of ranges that nest the outer ones count, and each thread is by itself', async () => {
  const on = (tid: number, start: number, end: number, text: string) => ({ start, end, eventType: 60, text, globalTid: globalTidOf(pid, tid) });
  const db = await profileOf({ NVTX_EVENTS: [0, 1, 2, 3].flatMap((i) => [on(1, i * 100, i * 100 + 90, `step ${i}`), on(2, i * 100, i * 100 + 60, `step ${i}`), ...(i === 0 ? [on(1, 10, 20, 'step 100')] : [])]) });
  // One of four is nested, which is more than a tenth: such ranges are taken only when they are asked for.
  expect(asked(db)).toMatchObject({ facts: { name: 'step #', iterations: 4, medianMs: 60 / 1e6, medianBusyShare: null } });
  expect(asked(db, { range: 'step #' }).facts).toMatchObject({ iterations: 4, medianMs: 90 / 1e6 });
});

it('what does not repeat has no iterations', async () => {
  const kernel = (i: number, name: number): Kernel => ({ start: i * 100, end: i * 100 + 50, deviceId: 0, streamId: 7, correlationId: i, globalPid: globalPidOf(pid), demangledName: name, shortName: name });
  const random = seededRandom('five');
  expect(abstention(await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: Array.from({ length: 300 }, (_, i) => kernel(i, 1 + Math.floor(random() * 5))) }, strings), 'iterations')).toContain('nothing in it repeats');
  expect(abstention(await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: Array.from({ length: 9 }, (_, i) => kernel(i, 1)) }, strings), 'iterations')).toContain('nothing in it repeats');
  expect(abstention(await profileOf({ OSRT_API: [{ start: 1, end: 2, globalTid: 1, nameId: 1 }] }, strings), 'iterations')).toContain('the profile has no NVTX_EVENTS');
});

describe.skipIf(!existsSync(realProfiles))('on real profiles', () => {
  it('the inference repeats every 62 kernels of a device, in 29.3 ms, and one of them takes 175 ms', async () => {
    const { facts, rows } = asked(await profileOf(join(realProfiles, 'nsys-h100-2gpu-inference.sqlite')), { order: 'slowest' });
    expect(facts).toMatchObject({ how: 'sequence', medianMs: expect.closeTo(29.34, 1) as number, slow: 1 });
    expect(rows[0]).toMatchObject({ state: 'slow', ms: expect.closeTo(175.5, 0) as number });
  });
});

it('there may be more of them than arguments that a function takes', async () => {
  const count = 150_000;
  const db = await profileOf({ NVTX_EVENTS: Array.from({ length: count }, (_, i) => ({ start: i * 100, end: i * 100 + 50 + (i % 2), eventType: 59, text: 'step gc', globalTid: globalTidOf(pid, 1) })) });
  expect(asked(db, { range: 'step' }).facts).toMatchObject({ iterations: count, minMs: 50 / 1e6, maxMs: 51 / 1e6 });
  expect(answerOf(db, 'gc').rows).toMatchObject([{ count, maxMs: 51 / 1e6 }]);
});
