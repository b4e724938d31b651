import { readFileSync } from 'node:fs';
import { PerfloopError } from '../../core/errors.js';
import { openProfile } from './open.js';
import { runQuery, type QueryResult } from './run-query.js';

/** What the process of a query is given on its standard input. */
export interface QueryRequest {
  database: string;
  sql: string;
  limit: number;
}

/** What it writes. */
export type QueryAnswer = { ok: true; result: QueryResult } | { ok: false; error: ReturnType<PerfloopError['toJSON']> };

function answer(): QueryAnswer {
  try {
    const { database, sql, limit } = JSON.parse(readFileSync(0, 'utf8')) as QueryRequest;
    return { ok: true, result: runQuery(openProfile(database), sql, limit) };
  } catch (error) {
    if (error instanceof PerfloopError) return { ok: false, error: error.toJSON() };
    throw error;
  }
}

process.stdout.write(JSON.stringify(answer()));
