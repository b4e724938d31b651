import { entry } from '../../profile/tools/entry.js';
import { firstEvent } from '../../profile/tools/gpu/extent.js';
import type { ProfileDatabase } from '../../profile/tools/open.js';
import { hasTable } from '../../profile/tools/tables.js';
import { copyTone, type Tone } from './tones.js';

/** Copies of one direction over time, by bins of equal length. */
export interface CopySeries {
  tone: Tone;
  name: string;
  bytes: number[];
  /** While at least one copy of this direction ran: bytes by the time of copies, in GB/s; 0 without any. */
  gigabytesPerSecond: number[];
}

export interface CopiesOverTime {
  spanNs: number;
  binNs: number;
  series: CopySeries[];
}

const names: Partial<Record<Tone, string>> = { 'to-device': 'host to device', 'to-host': 'device to host', 'on-device': 'on and between devices' };
const bins = 160;
const zeros = (): number[] => Array.from({ length: bins }, () => 0);

/** A copy counts in each bin for the part of its time that is in it. Null where there are no copies. */
export function copiesOverTime(db: ProfileDatabase, spanNs: number): CopiesOverTime | null {
  if (spanNs <= 0 || !hasTable(db, 'CUPTI_ACTIVITY_KIND_MEMCPY')) return null;
  const binNs = spanNs / bins;
  const found = new Map<Tone, { bytes: number[]; ns: number[] }>();
  const rows = db.prepare<[object], [number, number, number, number]>('SELECT start - :origin, "end" - :origin, bytes, copyKind FROM CUPTI_ACTIVITY_KIND_MEMCPY').raw();
  for (const [start, end, bytes, kind] of rows.iterate({ origin: firstEvent(db) })) {
    const tone = copyTone(kind);
    const series = entry(found, tone, () => ({ bytes: zeros(), ns: zeros() }));
    const at = (time: number): number => Math.min(bins - 1, Math.max(0, Math.floor(time / binNs)));
    for (let bin = at(start), last = at(end); bin <= last; bin++) {
      const within = Math.max(0, Math.min(end, (bin + 1) * binNs) - Math.max(start, bin * binNs));
      series.bytes[bin] = (series.bytes[bin] ?? 0) + (end > start ? (bytes * within) / (end - start) : bytes);
      series.ns[bin] = (series.ns[bin] ?? 0) + within;
    }
  }
  if (found.size === 0) return null;
  const series = (['to-device', 'to-host', 'on-device'] as const).flatMap((tone) => {
    const one = found.get(tone);
    return one === undefined ? [] : [{ tone, name: names[tone] ?? tone, bytes: one.bytes, gigabytesPerSecond: one.bytes.map((bytes, bin) => ((one.ns[bin] ?? 0) > 0 ? bytes / (one.ns[bin] ?? 1) : 0)) }];
  });
  return { spanNs, binNs, series };
}
