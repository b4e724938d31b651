import type { ProfileDatabase } from '../../../profile/tools/open.js';
import { entry } from '../../../profile/tools/entry.js';
import { processNumber } from '../../../profile/tools/process-number.js';
import { tablesOf } from '../../../profile/tools/tables.js';
import type { Tone } from '../tones.js';
import type { Names } from './names.js';
import type { Timeline, Track } from './timeline.js';
import type { Titles } from './titles.js';

/** Folded stacks have counts, not times: they stand one after the other in no order. */
const samplesSql = `
SELECT COMPOSITE_EVENTS.start - :origin, durationNs, stack, profile
FROM PERFLOOP_SAMPLES JOIN COMPOSITE_EVENTS ON COMPOSITE_EVENTS.id = PERFLOOP_SAMPLES.event
JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = profile AND PERFLOOP_PROFILES.kind <> 'folded'
ORDER BY profile, COMPOSITE_EVENTS.start`;

/** Outermost first; nothing of a thread that waits. */
const stackSql = `
SELECT frame FROM PERFLOOP_STACK_FRAMES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack
JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame
WHERE stack = ? AND category <> 'idle' AND PERFLOOP_FRAMES.kind <> 'root' ORDER BY stackDepth DESC`;

const frameSql = `
SELECT symbol.value AS name, module.value AS module, line, kind FROM PERFLOOP_FRAMES
JOIN StringIds AS symbol ON symbol.id = symbol JOIN StringIds AS module ON module.id = module WHERE PERFLOOP_FRAMES.id = ?`;

const profileSql = `SELECT ${processNumber('globalTid')}, globalTid & 0xFFFFFF FROM PERFLOOP_PROFILES WHERE id = ?`;

/** A function over samples that follow each other. */
interface Open {
  frame: number;
  start: number;
}

/** Stacks of the samples of each thread over time: a function lasts as long as it stays on the stack, from sample to sample. */
export function readFunctions(db: ProfileDatabase, timeline: Timeline, names: Names, titles: Titles, origin: bigint): void {
  const there = tablesOf(db);
  if (!['PERFLOOP_SAMPLES', 'COMPOSITE_EVENTS', 'PROCESSES'].every((name) => there.has(name))) return;
  const stacks = new Map<number, number[]>();
  const framesOf = (stack: number): number[] => entry(stacks, stack, () => db.prepare<[number], number>(stackSql).pluck().all(stack));
  const numbers = new Map<number, number>();
  const nameOf = (frame: number): number => entry(numbers, frame, () => functionName(db, names, frame));
  let track: Track | null = null;
  let profile = -1;
  let open: Open[] = [];
  let reached = 0;
  const closeTo = (depth: number): void => {
    for (let i = open.length - 1; i >= depth; i--) {
      const { frame, start } = open[i] as Open;
      if (track !== null) timeline.addAt(track, i, { start, end: reached, name: nameOf(frame), key: -1 });
    }
    open.length = Math.min(open.length, depth);
  };
  for (const [at, lasts, stack, of] of db.prepare<[object], [number, number, number, number]>(samplesSql).raw().iterate({ origin })) {
    if (of !== profile) {
      closeTo(0);
      profile = of;
      reached = 0;
      track = functionTrack(db, timeline, titles, of);
    }
    if (at + lasts <= 0) {
      timeline.early += 1;
      continue;
    }
    // Samples come about, not exactly, as often as each stands for.
    if (at - reached > lasts) closeTo(0);
    const start = Math.max(at, reached);
    if (open.length > 0) reached = start;
    const frames = framesOf(stack);
    let same = 0;
    while (same < open.length && same < frames.length && (open[same] as Open).frame === frames[same]) same += 1;
    closeTo(same);
    for (const frame of frames.slice(same)) open.push({ frame, start });
    reached = Math.max(reached, at + lasts);
  }
  closeTo(0);
  open = [];
}

function functionTrack(db: ProfileDatabase, timeline: Timeline, titles: Titles, profile: number): Track {
  const [process, tid] = db.prepare<[number], [number, number]>(profileSql).raw().get(profile) ?? [0, 0];
  return timeline.track(titles.process(process), titles.thread(process, tid), 'function');
}

export function functionTone(kind: string): Tone {
  if (kind === 'source' || kind === 'inlined') return 'script';
  return kind === 'library' || kind === 'loader' ? 'library' : 'native';
}

function functionName(db: ProfileDatabase, names: Names, frame: number): number {
  const found = db.prepare<[number], { name: string; module: string; line: number | null; kind: string }>(frameSql).get(frame);
  if (found === undefined) return names.of('(unknown)', 'native');
  const { name, module, line, kind } = found;
  return names.of(name === '' ? '(anonymous)' : name, functionTone(kind), module === '' ? '' : `${name} ${module}${line === null ? '' : `:${line}`}`);
}
