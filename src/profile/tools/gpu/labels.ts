import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';

type Label = (id: number) => string;

/**
 * Labels of CUPTI for files without their enumeration (cupti_activity.h, CUpti_ActivityMemcpyKind, CUpti_ActivityMemoryKind); from 11 on,
 * moves of unified memory, as nsys numbers them.
 */
export const directions: Record<number, string> = {
  0: 'Unknown', 1: 'Host-to-Device', 2: 'Device-to-Host', 3: 'Host-to-Array', 4: 'Array-to-Host', 5: 'Array-to-Array', 6: 'Array-to-Device', 7: 'Device-to-Array',
  8: 'Device-to-Device', 9: 'Host-to-Host', 10: 'Peer-to-Peer', 11: 'Unified Host-to-Device', 12: 'Unified Device-to-Host', 13: 'Unified Device-to-Device',
};
export const memories: Record<number, string> = { 0: 'Pageable', 1: 'Pinned', 2: 'Device', 3: 'Array', 4: 'Managed', 5: 'Device Static', 6: 'Managed Static', 7: 'Unknown' };

/** What the file itself calls its numbers, by one of its enumerations; what it does not name has a name of `otherwise`. */
export function labels(db: ProfileDatabase, table: string, otherwise: Record<number, string>): Label {
  const known = new Map(hasTable(db, table) ? db.prepare<[], { id: number; label: string | null }>(`SELECT id, COALESCE(label, name) AS label FROM ${table}`).all().map(({ id, label }) => [id, label]) : []);
  return (id) => known.get(id) ?? otherwise[id] ?? `kind ${id}`;
}

/** Of copies, by copyKind. */
export const directionLabels = (db: ProfileDatabase): Label => labels(db, 'ENUM_CUDA_MEMCPY_OPER', directions);

/** Of memory, by srcKind, dstKind and memKind. */
export const memoryLabels = (db: ProfileDatabase): Label => labels(db, 'ENUM_CUDA_MEM_KIND', memories);
