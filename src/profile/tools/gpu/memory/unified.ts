import type { ProfileDatabase } from '../../open.js';
import { hasTable } from '../../tables.js';
import { directionLabels, labels } from '../labels.js';

export interface Moved {
  what: 'migration' | 'page fault';
  name: string;
  device: number | null;
  count: number;
  megabytes: number | null;
  totalMs: number | null;
  maxMs: number | null;
}

/** Copies of unified memory have kinds of their own: 11 to a device, 12 to the host, 13 between devices (ENUM_CUDA_MEMCPY_OPER). */
const migrationsSql = `
SELECT copyKind, migrationCause AS cause, deviceId AS device, COUNT(*) AS count, SUM(bytes) / 1e6 AS megabytes, SUM("end" - start) / 1e6 AS totalMs, MAX("end" - start) / 1e6 AS maxMs
FROM CUPTI_ACTIVITY_KIND_MEMCPY WHERE copyKind BETWEEN 11 AND 13 AND (:device IS NULL OR deviceId = :device)
GROUP BY copyKind, migrationCause, deviceId ORDER BY totalMs DESC, copyKind, cause, device`;

/** A row may stand for several faults of a page. */
const gpuFaultsSql = `
SELECT deviceId AS device, faultAccessType AS access, SUM(COALESCE(numberOfPageFaults, 1)) AS count, SUM("end" - start) / 1e6 AS totalMs, MAX("end" - start) / 1e6 AS maxMs
FROM CUDA_UM_GPU_PAGE_FAULT_EVENTS WHERE :device IS NULL OR deviceId = :device GROUP BY deviceId, faultAccessType ORDER BY count DESC, device, access`;

/** CUPTI's numbers, for files without their enumerations (CUpti_ActivityUnifiedMemoryMigrationCause, CUpti_ActivityUnifiedMemoryAccessType). */
const causes: Record<number, string> = { 0: 'Unknown', 1: 'User prefetch', 2: 'Page fault', 3: 'Speculative prefetch', 4: 'Eviction', 5: 'Access counters' };
const accesses: Record<number, string> = { 0: 'Unknown', 1: 'Read', 2: 'Write', 3: 'Atomic', 4: 'Prefetch' };

/** What unified memory moved, and the page faults on devices and on the host. */
export function unified(db: ProfileDatabase, device: number | null): Moved[] {
  const moved: Moved[] = [];
  if (hasTable(db, 'CUPTI_ACTIVITY_KIND_MEMCPY')) {
    const direction = directionLabels(db);
    const cause = labels(db, 'ENUM_CUDA_UNIF_MEM_MIGRATION', causes);
    for (const { copyKind, cause: why, ...rest } of db.prepare<[object], Omit<Moved, 'what' | 'name'> & { copyKind: number; cause: number | null }>(migrationsSql).all({ device })) {
      moved.push({ what: 'migration', name: `${direction(copyKind)}${why === null ? '' : `, ${cause(why)}`}`, ...rest });
    }
  }
  if (hasTable(db, 'CUDA_UM_GPU_PAGE_FAULT_EVENTS')) {
    const access = labels(db, 'ENUM_CUDA_UNIF_MEM_ACCESS_TYPE', accesses);
    for (const { access: how, ...rest } of db.prepare<[object], Omit<Moved, 'what' | 'name' | 'megabytes'> & { access: number | null }>(gpuFaultsSql).all({ device })) {
      moved.push({ what: 'page fault', name: how === null ? 'of a device' : `of a device, ${access(how)}`, ...rest, megabytes: null });
    }
  }
  if (device === null && hasTable(db, 'CUDA_UM_CPU_PAGE_FAULT_EVENTS')) {
    const count = db.prepare<[], number>('SELECT COUNT(*) FROM CUDA_UM_CPU_PAGE_FAULT_EVENTS').pluck().get() ?? 0;
    if (count > 0) moved.push({ what: 'page fault', name: 'of the host', device: null, count, megabytes: null, totalMs: null, maxMs: null });
  }
  return moved;
}
