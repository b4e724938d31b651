import { Durations } from '../durations.js';
import { entry } from '../entry.js';
import type { ProfileDatabase } from '../open.js';
import type { PointsOfCall } from './call-points.js';
import { launchesOf } from './columns/launches.js';
import { workColumns, workKinds } from './columns/work.js';
import { sweepRanges } from './range-sweep.js';

const kernel = workKinds.indexOf('kernel');

/** Kernels by the innermost range around their launch, null for those in none. `wants`: whether a kernel counts, by its place in WorkColumns. */
export function kernelsByRange(db: ProfileDatabase, wants: (kernel: number) => boolean): Map<string | null, Durations> {
  const [work, launches] = [workColumns(db), launchesOf(db)];
  const times: PointsOfCall = (call, point) => launches.eachWork(call, (at) => {
    if (work.kind[at] === kernel && wants(at)) point(work.end[at]! - work.start[at]!);
  });
  const groups = new Map<string | null, Durations>();
  sweepRanges<string>(db, times, {
    begin: ({ name }) => name,
    point: (_around, innermost, ns) => entry(groups, innermost, () => new Durations()).add(ns),
  });
  return groups;
}
