import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { computeCapabilityOf } from './gpu-models.js';

export interface KnownGpu {
  name: string;
  /** Such as 9.0, as the profile says or as the GPU's name tells; null where neither does. */
  computeCapability: number | null;
}

/** The GPUs that the profile says it is of, in the order of their ids; none where it does not say, never this machine's. */
export function gpusOf(db: ProfileDatabase): KnownGpu[] {
  if (!hasTable(db, 'TARGET_INFO_GPU')) return [];
  return db.prepare<[], KnownGpu>('SELECT name, computeMajor + computeMinor / 10.0 AS computeCapability FROM TARGET_INFO_GPU ORDER BY id').all()
    .map(({ name, computeCapability }) => ({ name, computeCapability: computeCapability ?? computeCapabilityOf(name) }));
}
