import { expect, it } from 'vitest';
import { copiesOverTime } from '../../src/report/profile/copies.js';
import { encodeTimeline } from '../../src/report/profile/timeline/encode.js';
import { Names } from '../../src/report/profile/timeline/names.js';
import { readTimeline } from '../../src/report/profile/timeline/read.js';
import { Timeline } from '../../src/report/profile/timeline/timeline.js';
import { squarified, treemapOf } from '../../src/report/profile/treemap.js';
import { profileOf, sum } from '../profile/ask-tool.js';
import { profiled } from '../profile/made-profile.js';
import { globalPidOf, globalTidOf } from '../profile/nsys-export.js';
import { trainingProfile } from './support/profile-pages.js';

/** What the page's script makes of a timeline. */
interface Decoded {
  lanes: { track: number; first: number; size: number }[];
  names: [string, string | 0, number][];
  start: Float64Array;
  end: Float64Array;
  name: Uint32Array;
  count: Uint32Array;
  busy: Float64Array;
  launch: Int32Array;
  total: number;
}

interface Script {
  decodeTimeline: (index: unknown, data: string) => Promise<Decoded>;
  longestOf: (data: Decoded, from: number, to: number) => number;
  firstAbove: (values: Float64Array, limit: number, from: number, to: number) => number;
  firstAboveNear: (values: Float64Array, limit: number, from: number, to: number, step: number) => number;
}

const script = (await import(new URL('../../src/report/profile/browser/data.js', import.meta.url).href)) as Script;

/** The same numbers each time (mulberry32). */
function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

it('gives the script every event with its times, its name and its launch', async () => {
  const random = randomly(1);
  const timeline = new Timeline(1e6);
  const names = new Names();
  const calls = timeline.track('process', 'thread', 'call');
  const kernels = timeline.track('GPU', 'stream', 'kernel');
  const events = Array.from({ length: 3000 }, (_, i) => ({ start: i * 50 + random(50), length: random(i % 10 === 0 ? 130 : 40), name: names.of(`name ${random(40)}`, 'other'), key: i }));
  for (const { start, length, name, key } of events) timeline.add(calls, { start, end: start + length, name, key });
  const started = events.map((event) => ({ ...event, start: event.start + 1_000_000 })).sort((a, b) => a.start - b.start);
  for (const { start, length, name, key } of started) timeline.add(kernels, { start, end: start + length, name, key: key % 10 === 0 ? -1 : key });
  const { index, data } = encodeTimeline(timeline, names);
  const decoded = await script.decodeTimeline(index, data);
  const dropped = sum(timeline.tracks.map((track) => track.dropped));
  expect(decoded.total).toBe(6000 - dropped);
  const text = (span: number): string => `${decoded.start[span]} ${decoded.end[span]} ${decoded.names[decoded.name[span] ?? 0]?.[0]}`;
  const expected = new Set([...events, ...started].map(({ start, length, name }) => `${start} ${start + length} ${names.list[name]?.[0]}`));
  let joined = 0;
  for (const { track, first, size } of decoded.lanes) {
    for (let span = first; span < first + size; span++) {
      expect(expected.has(text(span))).toBe(true);
      if (span > first) expect(decoded.start[span]).toBeGreaterThanOrEqual(decoded.end[span - 1] ?? 0);
      const launch = decoded.launch[span] ?? -1;
      if (track === 1 && launch >= 0) {
        expect(decoded.start[span]).toBe((decoded.start[launch] ?? 0) + 1_000_000);
        joined += 1;
      }
    }
  }
  expect([dropped, joined]).toEqual([0, 2700]);
});

it('finds the longest span of a stretch, and places, as a scan does', async () => {
  const random = randomly(2);
  for (const size of [1, 15, 16, 17, 255, 256, 257, 5000]) {
    const timeline = new Timeline(1e6);
    const names = new Names();
    const track = timeline.track('GPU', 'stream', 'kernel');
    let at = 0;
    for (let i = 0; i < size; i++) {
      const end = at + 1 + random(1e6);
      timeline.add(track, { start: at, end, name: names.of('k', 'other'), key: -1 });
      at = end;
    }
    const { index, data } = encodeTimeline(timeline, names);
    const decoded = await script.decodeTimeline(index, data);
    const length = (span: number): number => (decoded.end[span] ?? 0) - (decoded.start[span] ?? 0);
    for (let turn = 0; turn < 40; turn++) {
      const from = random(size);
      const to = from + 1 + random(size - from);
      expect(length(script.longestOf(decoded, from, to))).toBe(Math.max(...Array.from({ length: to - from }, (_, i) => length(from + i))));
      const limit = random(at);
      const scanned = decoded.end.findIndex((end) => end > limit);
      expect(script.firstAbove(decoded.end, limit, 0, size)).toBe(scanned === -1 ? size : scanned);
      expect(script.firstAboveNear(decoded.end, limit, 0, size, 1 + random(50))).toBe(scanned === -1 ? size : scanned);
    }
  }
});

it('merges short neighbours only, and keeps their number and time', () => {
  const random = randomly(3);
  const timeline = new Timeline(400);
  const names = new Names();
  const track = timeline.track('GPU', 'stream', 'kernel');
  const events = Array.from({ length: 5000 }, (_, i) => ({ start: i * 1000, end: i * 1000 + (i % 500 === 0 ? 900_000 : 1 + random(900)) })).filter(({ start }, i, all) => all.slice(Math.max(0, i - 901), i).every(({ end }) => end <= start));
  for (const event of events) timeline.add(track, { ...event, name: names.of('k', 'other'), key: 1 });
  expect(timeline.spans).toBeLessThanOrEqual(400);
  const [lane] = track.lanes;
  const spans = Array.from({ length: lane?.size ?? 0 }, (_, i) => ({ count: lane?.countOf(i) ?? 0, busy: lane?.busyOf(i) ?? 0, length: (lane?.end[i] ?? 0) - (lane?.start[i] ?? 0) }));
  expect(sum(spans.map(({ count }) => count))).toBe(events.length);
  expect(sum(spans.map(({ busy }) => busy))).toBe(sum(events.map(({ start, end }) => end - start)));
  for (const { length } of spans.filter(({ count }) => count > 1)) expect(length).toBeLessThanOrEqual(timeline.resolution);
});

it('puts ranges into those around them, and events without an end until the last', async () => {
  const thread = globalTidOf(5, 6);
  const range = (start: number, end: number | null, text: string): object => ({ start, end, eventType: 59, text, textId: null, globalTid: thread });
  const db = await profileOf({ NVTX_EVENTS: [range(300, 400, 'c'), range(100, 900, 'a'), range(150, 500, 'b'), range(600, 700, 'd'), range(800, null, 'open'), { ...range(200, null, 'here'), eventType: 34 }] });
  const { timeline, names } = readTimeline(db);
  const told = timeline.tracks.map(({ kind, lanes }) => [kind, lanes.map(({ name, start, end }) => name.map((one, i) => `${names.list[one]?.[0]} ${start[i]}-${end[i]}`))]);
  expect(told).toEqual([['range', [['a 0-800'], ['b 50-400', 'd 500-600'], ['c 200-300']]], ['open', [['open (open) 700-800']]], ['mark', [['here 100-100']]]]);
});

it('keeps streams of several processes apart, and launches with their process', async () => {
  const kernel = (pid: number, start: number): object => ({ start, end: start + 10, deviceId: 0, contextId: 1, streamId: 7, correlationId: 1, globalPid: globalPidOf(pid), demangledName: 1, shortName: 1 });
  const call = (pid: number, start: number): object => ({ start, end: start + 5, globalTid: globalTidOf(pid, pid), correlationId: 1, nameId: 2 });
  const db = await profileOf({ CUPTI_ACTIVITY_KIND_KERNEL: [kernel(8, 20), kernel(9, 120)], CUPTI_ACTIVITY_KIND_RUNTIME: [call(8, 0), call(9, 100)] }, { 1: 'k', 2: 'cudaLaunchKernel_v7000' });
  const { timeline, names } = readTimeline(db);
  expect(timeline.tracks.map(({ title }) => title)).toEqual(['stream 7 · process 8', 'stream 7 · process 9', 'thread 8', 'thread 9']);
  const { index, data } = encodeTimeline(timeline, names);
  const { start, launch } = await script.decodeTimeline(index, data);
  expect([...start].map((at, i) => [at, (launch[i] ?? -1) < 0 ? null : start[launch[i] ?? 0]])).toEqual([[20, 0], [120, 100], [0, null], [100, null]]);
});

it('shows functions as long as they stay on the stacks of samples', async () => {
  const db = await profiled(['main@main.js:1 > a@a.js:3 > sort', 30], ['main@main.js:1 > b@b.js:9', 10], ['main@main.js:1 > a@a.js:3', 60]);
  const { timeline, names } = readTimeline(db);
  const [track] = timeline.tracks;
  expect(track?.lanes.map(({ name, start, end }) => name.map((one, i) => `${names.list[one]?.[0]} ${(start[i] ?? 0) / 1e6}-${(end[i] ?? 0) / 1e6}`))).toEqual([['main 0-100'], ['a 0-30', 'b 30-40', 'a 40-100'], ['sort 0-30']]);
});

it('keeps times of weeks and a million letters out of harm', async () => {
  const db = await profileOf({ CUPTI_ACTIVITY_KIND_RUNTIME: [{ start: -5n, end: 10, globalTid: 1, correlationId: 1, nameId: 1 }, { start: 2n ** 51n, end: 2n ** 51n + 5n, globalTid: 1, correlationId: 2, nameId: 1 }] }, { 1: 'x'.repeat(1_000_000) });
  const { timeline, names } = readTimeline(db);
  const { index, data } = encodeTimeline(timeline, names);
  const decoded = await script.decodeTimeline(index, data);
  expect(decoded.total).toBe(2);
  expect(Math.abs((decoded.start[1] ?? 0) / 2 ** 51 - 1)).toBeLessThan(1e-9);
  expect(data.length).toBeLessThan(10_000);
});

it('fills a box with boxes as large as their numbers', () => {
  const random = randomly(4);
  const items = Array.from({ length: 60 }, () => ({ ms: random(1000) + (random(10) === 0 ? 20_000 : 0) }));
  const boxes = squarified(items, { x: 1, y: 2, width: 3, height: 1 });
  const total = sum(items.map(({ ms }) => ms));
  for (const { item, box } of boxes) {
    expect((box.width * box.height) / 3).toBeCloseTo(item.ms / total, 9);
    expect(box.x >= 1 - 1e-9 && box.x + box.width <= 4 + 1e-9 && box.y >= 2 - 1e-9 && box.y + box.height <= 3 + 1e-9).toBe(true);
  }
  expect(sum(boxes.map(({ box }) => box.width * box.height))).toBeCloseTo(3, 9);
});

it('adds up to all kernels and all bytes', async () => {
  const db = await trainingProfile();
  const { kernels, families } = treemapOf(db, 3) ?? { kernels: [], families: [] };
  expect(sum(kernels.map(({ ms }) => ms))).toBeCloseTo(20 * 0.33, 9);
  expect(families.map(({ tone, share }) => [tone, share.toFixed(3)])).toEqual([['matrix', (240 / 330).toFixed(3)], ['elementwise', (90 / 330).toFixed(3)]]);
  const copies = copiesOverTime(db, 19_700_000);
  expect(copies?.series.map(({ tone, bytes }) => [tone, Math.round(sum(bytes))])).toEqual([['to-device', 10_000_000], ['to-host', 10_000_000]]);
  for (const { gigabytesPerSecond } of copies?.series ?? []) for (const speed of gigabytesPerSecond.filter((one) => one > 0)) expect(speed).toBeCloseTo(5, 6);
});
