import type { ProfileDatabase } from '../open.js';
import { tablesOf } from '../tables.js';

const computing = ['CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE'] as const;

/** Ids of the devices that ran kernels: one that was only copied to or cleared has no part in the work. */
export function computingDevices(db: ProfileDatabase): number[] {
  const there = tablesOf(db);
  const parts = computing.filter((table) => there.has(table)).map((table) => `SELECT DISTINCT deviceId FROM ${table}`);
  return parts.length === 0 ? [] : db.prepare<[], number>(`SELECT DISTINCT deviceId FROM (${parts.join(' UNION ALL ')}) ORDER BY deviceId`).pluck().all();
}
