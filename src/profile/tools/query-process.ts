import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
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

function answer({ database, sql, limit }: QueryRequest): QueryAnswer {
  try {
    return { ok: true, result: runQuery(openProfile(database), sql, limit) };
  } catch (error) {
    if (error instanceof PerfloopError) return { ok: false, error: error.toJSON() };
    throw error;
  }
}

/** The query runs in a thread, so that this one sees when who asked is gone: nobody else would end a query that does not end. */
function watchedAnswer(): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, 200);
  const worker = new Worker(new URL(import.meta.url), { workerData: JSON.parse(readFileSync(0, 'utf8')) });
  worker.once('message', (found: QueryAnswer) => process.stdout.write(JSON.stringify(found)));
  worker.once('exit', () => clearInterval(watch));
}

if (isMainThread) watchedAnswer();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
else parentPort?.postMessage(answer(workerData as QueryRequest));
