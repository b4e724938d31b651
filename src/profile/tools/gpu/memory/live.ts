import { entry } from '../../entry.js';
import type { ProfileDatabase } from '../../open.js';
import { hasTable } from '../../tables.js';

/** Bytes, and nanoseconds from the profile's first event. */
export interface Live {
  peak: number;
  peakAt: number;
  atEnd: number;
  /** Allocated in all. */
  bytes: number;
  /** Memory that was given back and whose allocation is not in the profile. */
  unmatched: number;
  kinds: { device: number | null; kind: number | null; count: number; bytes: number; peak: number }[];
}

/** By process and address: what is given back has no size in some exports. Addresses have 64 bits, and are texts here. */
const sql = `
SELECT start - :origin AS at, COALESCE(globalPid, '') || ' ' || COALESCE(address, '') AS place, deviceId AS device, memKind AS kind, bytes, memoryOperationType = 1 AS freed
FROM CUDA_GPU_MEMORY_USAGE_EVENTS WHERE :device IS NULL OR deviceId = :device ORDER BY start, freed DESC`;

/** What of the memory of devices was in use, from each allocation to its end; null where that was not captured. */
export function live(db: ProfileDatabase, asked: { device: number | null; origin: bigint }): Live | null {
  if (!hasTable(db, 'CUDA_GPU_MEMORY_USAGE_EVENTS')) return null;
  const held = new Map<string, { bytes: number; kind: { now: number } }>();
  const kinds = new Map<string, { device: number | null; kind: number | null; count: number; bytes: number; peak: number; now: number }>();
  const all = { peak: 0, peakAt: 0, atEnd: 0, bytes: 0, unmatched: 0 };
  for (const { at, place, device, kind, bytes, freed } of db.prepare<[object], { at: number; place: string; device: number | null; kind: number | null; bytes: number; freed: number }>(sql).iterate(asked)) {
    const before = held.get(place);
    // Memory that is allocated again without having been given back was given back unseen.
    if (before !== undefined) {
      all.atEnd -= before.bytes;
      before.kind.now -= before.bytes;
      held.delete(place);
    } else if (freed === 1) all.unmatched += 1;
    if (freed === 1) continue;
    const own = entry(kinds, `${device} ${kind}`, () => ({ device, kind, count: 0, bytes: 0, peak: 0, now: 0 }));
    own.count += 1;
    own.bytes += bytes;
    own.now += bytes;
    own.peak = Math.max(own.peak, own.now);
    all.bytes += bytes;
    all.atEnd += bytes;
    held.set(place, { bytes, kind: own });
    if (all.atEnd > all.peak) [all.peak, all.peakAt] = [all.atEnd, at];
  }
  return { ...all, kinds: [...kinds.values()].sort((a, b) => b.peak - a.peak).map(({ device, kind, count, bytes, peak }) => ({ device, kind, count, bytes, peak })) };
}
