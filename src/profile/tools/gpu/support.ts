import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { tablesOf } from '../tables.js';

export const limitSchema = z.int().min(1).max(100_000).default(20).describe('How many rows.');
export const deviceSchema = z.int().min(0).nullable().default(null).describe('Only of this device.');

export const kernelsCaptured = 'profile with `nsys profile -t cuda`';
export const workCaptured = 'it holds no work of a device; profile with `nsys profile -t cuda`';

/** When the first event of a device or of a call began, in nanoseconds: what times of rows are counted from. */
export function firstEvent(db: ProfileDatabase): bigint {
  const tables = ['PERFLOOP_DEVICE_WORK', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS', 'OSRT_API'];
  const there = tablesOf(db);
  const starts = tables.filter((table) => there.has(table)).map((table) => `SELECT MIN(start) AS start FROM ${table}`);
  if (starts.length === 0) return 0n;
  return db.prepare<[], bigint | null>(`SELECT MIN(start) FROM (${starts.join(' UNION ALL ')})`).pluck().safeIntegers().get() ?? 0n;
}

/** SQL: whether a kernel's short name is of a library that communicates (ncclDevKernel_AllReduce_…, nvshmem…, mscclpp…). */
export const communication = (name: string): string => `(${name} GLOB 'nccl*' OR ${name} GLOB 'nvshmem*' OR ${name} GLOB 'msccl*')`;
