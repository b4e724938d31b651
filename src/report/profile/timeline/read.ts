import { entry } from '../../../profile/tools/entry.js';
import { firstEvent } from '../../../profile/tools/gpu/extent.js';
import type { ProfileDatabase } from '../../../profile/tools/open.js';
import { tablesOf } from '../../../profile/tools/tables.js';
import { readFunctions } from './functions.js';
import { Labels } from './labels.js';
import { Names } from './names.js';
import { Places } from './places.js';
import { sources, type EventRow } from './sources.js';
import { Titles } from './titles.js';
import { keysPerProcess, Timeline, type Track, type TrackKind } from './timeline.js';

export interface ReadTimeline {
  timeline: Timeline;
  names: Names;
}

/** Every event of a profile, by device and stream, process and thread. */
export function readTimeline(db: ProfileDatabase, { mostSpans = 3_000_000 }: { mostSpans?: number } = {}): ReadTimeline {
  const timeline = new Timeline(mostSpans);
  const names = new Names();
  const there = tablesOf(db);
  const labels = new Labels(db, names);
  const titles = new Titles(db);
  const places = new Places(db, timeline, titles);
  const origin = firstEvent(db);
  const processes = new Map<number, number>();
  for (const source of sources) {
    if (!there.has(source.table)) continue;
    const { kind, sql } = source;
    const launches = kind === 'call' || source.isDevice;
    const asked = sql.includes(':last') ? { origin, last: lastEvent(db, there) } : { origin };
    for (const [start, end, what, owner, part, key, also, launcher] of db.prepare<[object], EventRow>(sql).raw().iterate(asked)) {
      const from = launcher ?? 0;
      const process = entry(processes, from, () => processes.size);
      timeline.add(places.track(source, owner ?? 0, part ?? 0, from), {
        start: Math.max(0, start),
        end: Math.max(0, start, end),
        name: labels.of(kind, what, also),
        key: launches && key !== null && launcher !== null ? process * keysPerProcess + key : -1,
      });
    }
  }
  places.nameProcesses();
  readFunctions(db, timeline, names, titles, origin);
  timeline.tracks.sort(inOrder);
  return { timeline, names };
}

function lastEvent(db: ProfileDatabase, there: ReadonlySet<string>): bigint {
  const tables = ['PERFLOOP_DEVICE_WORK', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS'].filter((name) => there.has(name));
  return db.prepare<[], bigint | null>(`SELECT MAX(at) FROM (${tables.map((name) => `SELECT MAX(COALESCE("end", start)) AS at FROM ${name}`).join(' UNION ALL ')})`).pluck().safeIntegers().get() ?? 0n;
}

const order: readonly TrackKind[] = ['range', 'open', 'mark', 'call', 'system', 'function', 'kernel', 'graph', 'copy', 'set'];
const ofDevices: ReadonlySet<TrackKind> = new Set(sources.filter(({ isDevice }) => isDevice).map(({ kind }) => kind));
const isOfDevice = ({ kind }: Track): boolean => ofDevices.has(kind);
const natural = new Intl.Collator('en', { numeric: true });

/** Devices first, by their streams; then processes, by their threads: ranges above calls. */
function inOrder(a: Track, b: Track): number {
  return Number(isOfDevice(b)) - Number(isOfDevice(a)) || natural.compare(a.group, b.group) || natural.compare(a.title, b.title) || order.indexOf(a.kind) - order.indexOf(b.kind);
}
