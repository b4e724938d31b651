import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';
import type { ProfileDatabase } from './open.js';
import type { QueryAnswer, QueryRequest } from './query-process.js';
import { runQuery, type QueryResult } from './run-query.js';
import { defineTool } from './tool.js';

const input = z.object({
  sql: z.string().min(1).max(20_000).describe('One SELECT. Times are nanoseconds; texts are in StringIds.'),
  limit: z.int().min(1).max(10_000).default(100).describe('How many rows.'),
  seconds: z.number().min(0.1).max(600).default(30).describe('For how long at most.'),
});

/** Throws PL_TOOL_SQL for what is no statement that only reads, PL_TOOL_TIME where it takes too long. */
export const query = defineTool({
  name: 'query',
  aliases: ['sql'],
  summary: 'one SELECT of your own',
  needs: {},
  input,
  row: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  facts: z.object({ columns: z.array(z.string()) }),
  run(db, { sql, limit, seconds }) {
    const { rows, more, columns } = limited(db, sql, limit, seconds);
    return { rows, more, facts: { columns }, notes: more === 0 ? [] : [`There are more than ${limit} rows.`] };
  },
});

/**
 * In a process of its own, which can be killed: better-sqlite3 cannot interrupt a statement, and a thread ends only when its
 * statement does. Run from TypeScript sources, where no compiled process exists, there is no limit.
 */
function limited(db: ProfileDatabase, sql: string, limit: number, seconds: number): QueryResult {
  const file = fileURLToPath(new URL('./query-process.js', import.meta.url));
  if (!existsSync(file)) return runQuery(db, sql, limit);
  const { error, stdout, stderr } = spawnSync(process.execPath, [file], { input: JSON.stringify({ database: db.name, sql, limit } satisfies QueryRequest), encoding: 'utf8', timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 2 ** 30 });
  if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') throw new PerfloopError('PL_TOOL_TIME', `The query took longer than ${seconds} s, and was stopped.`, { where: sql.slice(0, 200), fix: 'Ask for less, by a WHERE on indexed columns or without a join on times; or give it longer with --seconds.' });
  if (error !== undefined) throw error;
  if (stdout === '') throw new Error(`the process of the query ended without an answer: ${stderr.slice(0, 500)}`);
  const answer = JSON.parse(stdout) as QueryAnswer;
  if (answer.ok) return answer.result;
  throw new PerfloopError(answer.error.code, answer.error.message, { where: answer.error.where, fix: answer.error.fix });
}
