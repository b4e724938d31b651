import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';

/** Launches of CUDA graphs that were traced as a whole: when the device was busy with them is known, and not with which kernels. */
export function wholeGraphs(db: ProfileDatabase): number {
  if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE')) return 0;
  return db.prepare<[], number>('SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_GRAPH_TRACE').pluck().get() ?? 0;
}

/** A note where there are any. `unknown`: what cannot be told of their kernels. */
export function wholeGraphNotes(db: ProfileDatabase, unknown: string): string[] {
  const count = wholeGraphs(db);
  return count === 0 ? [] : [`${count} launches of CUDA graphs were traced as a whole: ${unknown}. Profile with --cuda-graph-trace=node to see them.`];
}
