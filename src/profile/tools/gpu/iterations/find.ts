import type { ProfileDatabase } from '../../open.js';
import type { WorkColumns } from '../columns/work.js';
import { workNames } from '../columns/work-names.js';
import { byRange } from './by-range.js';
import { bySequence } from './by-sequence.js';

/** The program's own repetition: training steps, batches, requests, tokens. Times are nanoseconds from the profile's first event. */
export interface Found {
  how: 'range' | 'sequence';
  /** Of the ranges, numbers as #; or of the kernel that an iteration begins with. */
  name: string;
  /** globalTid of the ranges, as text since it has 64 bits; null for a sequence. */
  thread: string | null;
  /** Of the sequence; null for ranges. */
  device: number | null;
  /** In their order, one after the other. */
  spans: { start: number; end: number }[];
  notes: string[];
}

/** By the ranges that `range` names; without it by ranges whose name says it, else by the sequence of kernels. Null where there are none. */
export function findIterations(db: ProfileDatabase, work: WorkColumns | null, asked: { range: string | null; origin: bigint }): Found | null {
  return byRange(db, asked) ?? (asked.range === null && work !== null ? bySequence(work, workNames(db)) : null);
}
