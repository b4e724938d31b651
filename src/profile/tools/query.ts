import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';
import { defineTool } from './tool.js';

const input = z.object({
  sql: z.string().min(1).max(20_000).describe('One SELECT. Times are nanoseconds; texts are in StringIds.'),
  limit: z.int().min(1).max(10_000).default(100).describe('How many rows.'),
});

const row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

/** Longer texts say nothing more. In UTF-16 code units. */
const longestText = 2000;

/** Throws PL_TOOL_SQL for what is no statement that only reads. */
export const query = defineTool({
  name: 'query',
  aliases: ['sql'],
  summary: 'one SELECT of your own',
  needs: {},
  input,
  row,
  facts: z.object({ columns: z.array(z.string()) }),
  run(db, { sql, limit }) {
    const rows: Record<string, string | number | null>[] = [];
    let more = 0;
    try {
      const statement = db.prepare<[], Record<string, unknown>>(sql);
      if (!statement.reader || !statement.readonly) throw new Error('it does not only read');
      const columns = statement.columns().map(({ name }) => name);
      // Exact: a JavaScript number has 53 bits.
      for (const found of statement.safeIntegers().iterate()) {
        if (rows.length === limit) {
          more = 1;
          break;
        }
        rows.push(Object.fromEntries(Object.entries(found).map(([name, value]) => [name, plain(value)])));
      }
      return { rows, more, facts: { columns }, notes: more === 0 ? [] : [`There are more than ${limit} rows.`] };
    } catch (cause) {
      throw new PerfloopError('PL_TOOL_SQL', `The query failed: ${cause instanceof Error ? cause.message : String(cause)}.`, { where: sql.slice(0, 200), fix: 'Give one SELECT. `perfloop tool health` names the tables.', cause });
    }
  },
});

function plain(value: unknown): string | number | null {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'string') return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  if (typeof value === 'number') return value;
  return value instanceof Uint8Array ? `${value.length} bytes` : null;
}
