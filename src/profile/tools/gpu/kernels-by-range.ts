import { entry } from '../entry.js';
import { Numbers } from '../numbers.js';
import type { ProfileDatabase } from '../open.js';
import { sweepRanges } from './range-sweep.js';

/** Kernels with the innermost range around their launch. Times in nanoseconds. */
export interface RangeKernels {
  /** Null for kernels whose launch is in no range. */
  range: string | null;
  count: number;
  totalNs: number;
  medianNs: number;
  minNs: number;
  maxNs: number;
}

const launchesOf = (where: string): string => `
SELECT r.globalTid, r.start, k."end" - k.start AS value
FROM CUPTI_ACTIVITY_KIND_RUNTIME AS r CROSS JOIN CUPTI_ACTIVITY_KIND_KERNEL AS k ON k.globalPid = r.globalPid AND k.correlationId = r.correlationId
WHERE ${where}`;

/** The most time first. `where`: SQL over the columns of kernels, with `parameters`. */
export function kernelsByRange(db: ProfileDatabase, where: string, parameters: object): RangeKernels[] {
  const groups = new Map<string | null, { times: Numbers; count: number; totalNs: number; minNs: number; maxNs: number }>();
  sweepRanges<string>(db, launchesOf(where), {
    begin: ({ name }) => name,
    point(_around, innermost, ns) {
      const group = entry(groups, innermost, () => ({ times: new Numbers(), count: 0, totalNs: 0, minNs: ns, maxNs: ns }));
      group.times.add(ns);
      group.count += 1;
      group.totalNs += ns;
      group.minNs = Math.min(group.minNs, ns);
      group.maxNs = Math.max(group.maxNs, ns);
    },
  }, parameters);
  return [...groups].map(([range, { times, ...sums }]) => ({ range, ...sums, medianNs: times.median() ?? 0 })).toSorted((a, b) => b.totalNs - a.totalNs || ((a.range ?? '') < (b.range ?? '') ? -1 : 1));
}
