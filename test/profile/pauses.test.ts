import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/stats/random.js';
import { abstention, answerOf, covered, groupBy, median, profileOf, sum, type Answer, type Span } from './ask-tool.js';
import { profiled } from './made-profile.js';
import { globalPidOf, globalTidOf } from './nsys-export.js';
import { temporaryFolder } from './temporary-folder.js';

// gc and dataloader against plain code over the rows that the export was made of.

interface Row { seen: string; name: string; confidence: string; thread: number | null; drives: boolean | null; count: number | null; totalMs: number; medianMs: number; maxMs: number; idleMs: number | null; file: string | null; line: number | null }
interface LoaderFacts { waitMs: number; idleMs: number | null; shareOfIdle: number | null }
interface CollectorFacts { rangeMs: number; sampledMs: number; shareOfV8: number | null; idleMs: number | null }

const strings = { 1: 'gemm', 2: 'cudaLaunchKernel_v7000', 3: 'poll', 4: 'ioctl', 5: 'sem_timedwait', 6: 'GC: größe' };
const pid = 100;
const [main, worker] = [1, 2];

/** Those that overlap or touch as one. */
function joined(spans: readonly Span[]): Span[] {
  const edges = [...new Set(spans.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const starts = edges.filter((edge) => spans.some(({ start }) => start === edge) && !spans.some(({ start, end }) => start < edge && end >= edge));
  return starts.map((start, i) => ({ start, end: Math.max(...spans.filter((one) => one.start >= start && one.start < (starts[i + 1] ?? Number.POSITIVE_INFINITY)).map(({ end }) => end)) }));
}

/** Nanoseconds of spans for which a device does nothing, in the mean over two. */
const idle = (spans: readonly Span[], kernels: readonly (Span & { deviceId: number })[]): number => sum([0, 1].map((device) => {
  const own = kernels.filter(({ deviceId }) => deviceId === device);
  return covered(spans) - covered(spans.flatMap((span) => own.map(({ start, end }) => ({ start: Math.max(start, span.start), end: Math.min(end, span.end) })).filter(({ start, end }) => start < end)));
})) / 2;

describe.each(['one', 'two', 'three', 'four'])('on a generated profile (%s)', (seed) => {
  it('ranges of loaders and collectors, by name and thread, and what devices did meanwhile', async () => {
    const random = seededRandom(seed);
    const int = (below: number): number => Math.floor(random() * below);
    const kernels = Array.from({ length: 60 }, (_, i) => { const start = 1000 + int(900_000); return { start, end: start + int(9000), deviceId: i % 2, streamId: 7, correlationId: i, globalPid: globalPidOf(pid), demangledName: 1, shortName: 1 }; });
    const calls = [0, 1].map((i) => ({ start: 1000 + i * 950_000, end: 1010 + i * 950_000, globalTid: globalTidOf(pid, main), correlationId: 1000 + i, nameId: 2, returnValue: 0 }));
    const names = ['enumerate(DataLoader)#_MultiProcessingDataLoaderIter.__next__', 'get_batch 12', 'get_batch 13', 'gc.collect', 'GC gen 2', 'forward', 'Unloading', 'msgcount'];
    const ranges = Array.from({ length: 80 }, () => { const start = 1000 + int(900_000); const text = int(6) === 0 ? null : names[int(names.length)] ?? null; return { start, end: int(8) === 0 ? null : start + int(20_000), eventType: [59, 60, 34][int(3)] as number, text, textId: text === null ? 6 : null, globalTid: globalTidOf(pid, 1 + int(2)) }; });
    const db = await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: kernels, CUPTI_ACTIVITY_KIND_RUNTIME: calls, NVTX_EVENTS: ranges }, strings);
    const closed = ranges.filter((one): one is typeof one & { end: number } => one.end !== null && one.eventType !== 34).map(({ start, end, text, globalTid }) => ({ start: start - 1000, end: end - 1000, name: (text ?? strings[6]).replaceAll(/\d+/g, '#'), thread: Number(globalTid & 0xffffffn) }));
    const shifted = kernels.map(({ start, end, deviceId }) => ({ start: start - 1000, end: end - 1000, deviceId }));
    for (const [tool, own] of [['dataloader', ['enumerate(DataLoader)#_MultiProcessingDataLoaderIter.__next__', 'get_batch #']], ['gc', ['gc.collect', 'GC gen #', strings[6]]]] as const) {
      const { rows } = answerOf(db, tool) as Answer<Row>;
      const expected = groupBy(closed.filter(({ name }) => (own as readonly string[]).includes(name)), ({ name, thread }) => (tool === 'gc' ? name : `${name} ${thread}`));
      if (tool === 'dataloader') {
        expect(rows.map(({ name, thread }) => `${name} ${thread}`).sort()).toEqual([...expected.keys()].sort());
        for (const row of rows) {
          const spans = joined(expected.get(`${row.name} ${row.thread}`) ?? []);
          expect(row).toMatchObject({ count: spans.length, drives: row.thread === main, confidence: row.name.startsWith('enum') ? 'high' : 'medium' });
          expect(row.totalMs).toBeCloseTo(sum(spans.map(({ start, end }) => end - start)) / 1e6, 9);
          expect(row.medianMs).toBeCloseTo(median(spans.map(({ start, end }) => end - start)) / 1e6, 9);
          expect(row.idleMs).toBeCloseTo(idle(spans, shifted) / 1e6, 9);
        }
        const { facts } = answerOf(db, tool) as Answer<Row, LoaderFacts>;
        const waits = [...expected.values()].flat().filter(({ thread }) => thread === main);
        expect(facts.waitMs).toBeCloseTo(covered(waits) / 1e6, 9);
        expect(facts.idleMs).toBeCloseTo(idle(waits, shifted) / 1e6, 9);
        const all = { start: Math.min(...shifted.map(({ start }) => start)), end: Math.max(...shifted.map(({ end }) => end)) };
        expect(facts.shareOfIdle).toBeCloseTo(Math.min(1, idle(waits, shifted) / idle([all], shifted)), 9);
      } else {
        const { facts } = answerOf(db, tool) as Answer<Row, CollectorFacts>;
        expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(expected.keys()));
        expect(facts.rangeMs).toBeCloseTo(covered([...expected.values()].flat()) / 1e6, 9);
        expect(facts.idleMs).toBeCloseTo(idle([...expected.values()].flat(), shifted) / 1e6, 9);
      }
    }
  });
});

describe('dataloader', () => {
  it('long waits of threads that drive devices, but not those inside of calls of CUDA', async () => {
    const call = (nameId: number, tid: number, start: number, ms: number) => ({ start, end: start + ms * 1e6, globalTid: globalTidOf(pid, tid), nameId, returnValue: 0 });
    const rows = {
      CUPTI_ACTIVITY_KIND_RUNTIME: [{ start: 0, end: 10, globalTid: globalTidOf(pid, main), correlationId: 1, nameId: 2 }, { start: 50e6, end: 80e6, globalTid: globalTidOf(pid, main), correlationId: 2, nameId: 2 }],
      CUPTI_ACTIVITY_KIND_KERNEL: [{ start: 0, end: 12e6, deviceId: 0, streamId: 7, correlationId: 1, globalPid: globalPidOf(pid), demangledName: 1, shortName: 1 }],
      // Two that count; one within a call of CUDA, one too short, one of another name, one of a thread that drives nothing.
      OSRT_API: [call(3, main, 10e6, 5), call(5, main, 20e6, 3), call(3, main, 51e6, 20), call(3, main, 90e6, 0.5), call(4, main, 91e6, 5), call(3, worker, 10e6, 90)],
    };
    const { rows: told, facts, notes } = answerOf(await profileOf(rows, strings), 'dataloader') as Answer<Row, LoaderFacts>;
    expect(told).toMatchObject([{ seen: 'call', name: 'poll', confidence: 'low', thread: main, count: 1, totalMs: 5, idleMs: 3 }, { name: 'sem_timedwait', totalMs: 3, idleMs: 3 }]);
    expect(facts).toEqual({ waitMs: 0, idleMs: null, shareOfIdle: null });
    expect(notes.join(' ')).toContain('may be for anything');
  });

  it('stacks of Python in PyTorch\'s loader, each sample once', async () => {
    const file = join(temporaryFolder(), 'p.txt');
    const next = '__next__ (torch/utils/data/dataloader.py:630)';
    writeFileSync(file, [`main (train.py:10);${next};_next_data (torch/utils/data/dataloader.py:670);fetch (torch/utils/data/_utils/fetch.py:50) 30`, `main (train.py:10);${next} 5`, 'main (train.py:11);forward (model.py:3) 65', ''].join('\n'));
    const { rows } = answerOf(await profileOf(file), 'dataloader') as Answer<Row>;
    expect(rows).toMatchObject([{ seen: 'stack', name: '__next__', confidence: 'high', count: 2 }]);
    const all = answerOf(await profileOf(file), 'hot_functions', { top: 10 }) as Answer<{ totalMs: number; function: string }>;
    expect(rows[0]?.totalMs).toBeCloseTo(0.35 * (all.rows.find((one) => one.function === 'main')?.totalMs ?? 0), 6);
  });
});

describe('gc', () => {
  it('of V8, by the function that ran', async () => {
    const { rows, facts } = answerOf(await profiled(['main@r/a.js:1', 60], ['main@r/a.js:1 > (garbage collector)', 30], ['(garbage collector)', 10], ['(idle)', 100]), 'gc') as Answer<Row, CollectorFacts>;
    expect(sum(rows.map(({ totalMs }) => totalMs))).toBeCloseTo(40, 6);
    expect(rows[0]).toMatchObject({ seen: 'V8', name: 'main', file: '/repo/r/a.js' });
    expect(facts.shareOfV8).toBeCloseTo(0.4, 6);
    expect(facts).toMatchObject({ sampledMs: expect.closeTo(40, 6) as number, rangeMs: 0, idleMs: null });
  });

  it('and loaders are not answered where nothing of the host was captured', async () => {
    const db = await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: [{ start: 0, end: 1, deviceId: 0, streamId: 7, correlationId: 1, globalPid: globalPidOf(1), demangledName: 1, shortName: 1 }] }, strings);
    for (const tool of ['gc', 'dataloader']) expect(abstention(db, tool)).toMatch(/^the profile has no NVTX_EVENTS/);
  });
});

it('a trace of PyTorch has its steps and its loader by their names', async () => {
  const event = (cat: string, name: string, ts: number, dur: number, args: object = {}) => ({ ph: 'X', cat, name, pid: 42, tid: 42, ts, dur, args });
  const traceEvents = [0, 1, 2, 3].flatMap((i) => [
    event('user_annotation', `ProfilerStep#${i + 5}`, i * 1000, 990),
    event('user_annotation', 'enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__', i * 1000 + 10, 400),
    event('cuda_runtime', 'cudaLaunchKernel', i * 1000 + 420, 5, { correlation: i + 1 }),
    event('kernel', 'gemm', i * 1000 + 430, 500, { device: 0, context: 1, stream: 7, correlation: i + 1 }),
  ]);
  const file = join(temporaryFolder(), 'trace.json');
  writeFileSync(file, JSON.stringify({ schemaVersion: 1, traceEvents }));
  const db = await profileOf(file);
  expect(answerOf(db, 'iterations').facts).toMatchObject({ how: 'range', name: 'ProfilerStep#', iterations: 4, medianMs: expect.closeTo(0.99, 6) as number });
  expect(answerOf(db, 'dataloader')).toMatchObject({ rows: [{ confidence: 'high', count: 4, drives: true, totalMs: expect.closeTo(1.6, 6) as number, idleMs: expect.closeTo(1.6, 6) as number }], facts: { waitMs: expect.closeTo(1.6, 6) as number, shareOfIdle: 1 } });
});
