import { firstEvent } from '../tools/gpu/extent.js';
import { hasRows } from '../tools/host/support.js';
import type { ProfileDatabase } from '../tools/open.js';
import { hasTable } from '../tools/tables.js';
import { deviceEvents, launchArrows } from './device-events.js';
import { eventText, type ChromeEvent } from './event.js';
import { hostEvents } from './host-events.js';
import { sampleEvents } from './sample-events.js';
import { Tracks } from './tracks.js';

/**
 * The profile as a trace of Chrome's format, for Perfetto and chrome://tracing, in pieces. Work of devices and calls have the
 * categories of PyTorch's traces.
 */
export function* chromeTrace(db: ProfileDatabase): Generator<string> {
  const tracks = new Tracks(db);
  const first = firstOf(db);
  yield `{"schemaVersion":1,"displayTimeUnit":"ns","deviceProperties":${JSON.stringify(devices(db))},"traceEvents":[\n`;
  let comma = '';
  for (const part of [hostEvents, deviceEvents, launchArrows, sampleEvents]) {
    for (const event of part(db, tracks, first)) {
      yield comma + eventText(event);
      comma = ',\n';
    }
  }
  for (const event of tracks.named() as Iterable<ChromeEvent>) {
    yield comma + eventText(event);
    comma = ',\n';
  }
  yield '\n]}\n';
}

/** Whether there is anything to draw. */
export function hasEvents(db: ProfileDatabase): boolean {
  return ['CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_MEMCPY', 'CUPTI_ACTIVITY_KIND_MEMSET', 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'OSRT_API', 'NVTX_EVENTS', 'PERFLOOP_SAMPLES'].some((table) => hasRows(db, table));
}

function firstOf(db: ProfileDatabase): bigint {
  const sampled = hasTable(db, 'COMPOSITE_EVENTS') ? db.prepare<[], bigint | null>('SELECT MIN(start) FROM COMPOSITE_EVENTS').pluck().safeIntegers().get() : null;
  const other = ['PERFLOOP_DEVICE_WORK', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS', 'OSRT_API'].some((table) => hasTable(db, table)) ? firstEvent(db) : null;
  if (sampled === null || sampled === undefined) return other ?? 0n;
  return other === null || sampled < other ? sampled : other;
}

function devices(db: ProfileDatabase): object[] {
  if (!hasTable(db, 'TARGET_INFO_GPU')) return [];
  return db.prepare<[], object>('SELECT id, name, totalMemory AS totalGlobalMem, computeMajor, computeMinor, smCount AS numSms FROM TARGET_INFO_GPU ORDER BY id').all().map((device) => Object.fromEntries(Object.entries(device).filter(([, value]) => value !== null)));
}
