import { PerfloopError } from '../../core/errors.js';
import type { ProfileDatabase } from './open.js';

export type QueryRow = Record<string, string | number | null>;

export interface QueryResult {
  rows: QueryRow[];
  /** 1 where there are more rows than were asked for. */
  more: number;
  columns: string[];
}

/** Longer texts say nothing more. In UTF-16 code units. */
const longestText = 2000;

/** The first rows of a SELECT. Throws PL_TOOL_SQL for what is no statement that only reads. */
export function runQuery(db: ProfileDatabase, sql: string, limit: number): QueryResult {
  const rows: QueryRow[] = [];
  try {
    const statement = db.prepare<[], Record<string, unknown>>(sql);
    if (!statement.reader || !statement.readonly) throw new Error('it does not only read');
    const columns = statement.columns().map(({ name }) => name);
    // Exact: a JavaScript number has 53 bits.
    for (const found of statement.safeIntegers().iterate()) {
      if (rows.length === limit) return { rows, more: 1, columns };
      rows.push(Object.fromEntries(Object.entries(found).map(([name, value]) => [name, plain(value)])));
    }
    return { rows, more: 0, columns };
  } catch (cause) {
    throw new PerfloopError('PL_TOOL_SQL', `The query failed: ${cause instanceof Error ? cause.message : String(cause)}.`, { where: sql.slice(0, 200), fix: 'Give one SELECT. `perfloop tool health` names the tables.', cause });
  }
}

function plain(value: unknown): string | number | null {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'string') return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  if (typeof value === 'number') return value;
  return value instanceof Uint8Array ? `${value.length} bytes` : null;
}
