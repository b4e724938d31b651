import { entry } from '../../entry.js';
import type { ProfileDatabase } from '../../open.js';
import { hasTable } from '../../tables.js';

/** Bytes, and nanoseconds from the profile's first event. Peak and what is left are of the memory of one device, the one with the highest peak. */
export interface Live {
  most: { device: number | null; peak: number; peakAt: number; atEnd: number; /** Allocated in all. */ bytes: number } | null;
  /** Of memory of the host, pinned or pageable. */
  hostPeak: number;
  /** Memory that was given back and whose allocation is not in the profile. */
  unmatched: number;
  kinds: { device: number | null; kind: number | null; count: number; bytes: number; peak: number }[];
}

/** Kinds of memory that no device has: pageable and pinned (cupti_activity.h, CUpti_ActivityMemoryKind, as nsys numbers them). */
const ofHost: ReadonlySet<number> = new Set([0, 1]);

/** By process and address: what is given back has no size in some exports. Addresses have 64 bits, and are texts here. */
const sql = `
SELECT start - :origin AS at, COALESCE(globalPid, '') || ' ' || COALESCE(address, '') AS place, deviceId AS device, memKind AS kind, bytes, memoryOperationType = 1 AS freed
FROM CUDA_GPU_MEMORY_USAGE_EVENTS WHERE :device IS NULL OR deviceId = :device ORDER BY start, freed DESC`;

/** What of the memory of devices was in use, from each allocation to its end; null where that was not captured. */
export function live(db: ProfileDatabase, asked: { device: number | null; origin: bigint }): Live | null {
  if (!hasTable(db, 'CUDA_GPU_MEMORY_USAGE_EVENTS')) return null;
  const held = new Map<string, { bytes: number; own: { now: number }; all: { now: number } }>();
  const kinds = new Map<string, { device: number | null; kind: number | null; count: number; bytes: number; peak: number; now: number }>();
  const devices = new Map<number | null | 'host', { now: number; peak: number; peakAt: number; bytes: number }>();
  let unmatched = 0;
  for (const { at, place, device, kind, bytes, freed } of db.prepare<[object], { at: number; place: string; device: number | null; kind: number | null; bytes: number; freed: number }>(sql).iterate(asked)) {
    const before = held.get(place);
    // Memory that is allocated again without having been given back was given back unseen.
    if (before !== undefined) {
      before.all.now -= before.bytes;
      before.own.now -= before.bytes;
      held.delete(place);
    } else if (freed === 1) unmatched += 1;
    if (freed === 1) continue;
    const own = entry(kinds, `${device} ${kind}`, () => ({ device, kind, count: 0, bytes: 0, peak: 0, now: 0 }));
    own.count += 1;
    own.bytes += bytes;
    own.now += bytes;
    own.peak = Math.max(own.peak, own.now);
    const all = entry(devices, kind !== null && ofHost.has(kind) ? 'host' : device, () => ({ now: 0, peak: 0, peakAt: at, bytes: 0 }));
    all.bytes += bytes;
    all.now += bytes;
    held.set(place, { bytes, own, all });
    if (all.now > all.peak) [all.peak, all.peakAt] = [all.now, at];
  }
  const [most] = [...devices].flatMap(([device, { now, ...all }]) => (device === 'host' ? [] : [{ device, ...all, atEnd: now }])).sort((a, b) => b.peak - a.peak);
  return { most: most ?? null, hostPeak: devices.get('host')?.peak ?? 0, unmatched, kinds: [...kinds.values()].sort((a, b) => b.peak - a.peak).map(({ device, kind, count, bytes, peak }) => ({ device, kind, count, bytes, peak })) };
}
