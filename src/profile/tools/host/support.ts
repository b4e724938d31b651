import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';

export const rootSchema = z.string().min(1).max(4096).nullable().default(null).describe('The repository\'s folder as the profile names it: only its own files, named from there. Without it, everything, named as the profile does.');

/** A function as rows name it. `file` and `line` are null for native code. */
export const functionColumns = { function: z.string(), file: z.string().nullable(), line: z.int().nullable() };

/** What would make a profiler write what all host tools read. */
export const hostCaptured = 'it holds no samples and no functions of host code; profile with `perfloop profile`, a .cpuprofile of V8, or `python -m cProfile -o FILE`';

/** Whether a table is there and has a row. */
export const hasRows = (db: ProfileDatabase, table: string): boolean => hasTable(db, table) && db.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined;

/** Abstains where no profiler of host code wrote anything. */
export const withoutHostTime = (db: ProfileDatabase): string | null => (hasRows(db, 'PERFLOOP_CHARGES') ? null : hostCaptured);

/** Whether functions were counted (cProfile), of which no stacks are known. */
export const isCounted = (db: ProfileDatabase): boolean => hasRows(db, 'PERFLOOP_FUNCTIONS');
