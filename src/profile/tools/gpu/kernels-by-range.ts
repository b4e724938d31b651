import { entry } from '../entry.js';
import { Numbers } from '../numbers.js';
import type { ProfileDatabase } from '../open.js';
import type { PointsOfCall } from './call-points.js';
import { launchesOf } from './columns/launches.js';
import { workColumns, workKinds } from './columns/work.js';
import { sweepRanges } from './range-sweep.js';

const kernel = workKinds.indexOf('kernel');

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

/** The most time first. `wants`: whether a kernel counts, by its place in WorkColumns. */
export function kernelsByRange(db: ProfileDatabase, wants: (kernel: number) => boolean): RangeKernels[] {
  const [work, launches] = [workColumns(db), launchesOf(db)];
  const times: PointsOfCall = (call, point) => launches.eachWork(call, (at) => {
    if (work.kind[at] === kernel && wants(at)) point(work.end[at]! - work.start[at]!);
  });
  const groups = new Map<string | null, { times: Numbers; count: number; totalNs: number; minNs: number; maxNs: number }>();
  sweepRanges<string>(db, times, {
    begin: ({ name }) => name,
    point(_around, innermost, ns) {
      const group = entry(groups, innermost, () => ({ times: new Numbers(), count: 0, totalNs: 0, minNs: ns, maxNs: ns }));
      group.times.add(ns);
      group.count += 1;
      group.totalNs += ns;
      group.minNs = Math.min(group.minNs, ns);
      group.maxNs = Math.max(group.maxNs, ns);
    },
  });
  return [...groups].map(([range, { times, ...sums }]) => ({ range, ...sums, medianNs: times.median() ?? 0 })).toSorted((a, b) => b.totalNs - a.totalNs || ((a.range ?? '') < (b.range ?? '') ? -1 : 1));
}
