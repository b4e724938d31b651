import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { tablesOf } from '../tables.js';
import { defineTool } from '../tool.js';
import { eventTables } from './event-tables.js';
import { extentOf, firstEvent, spanOf } from './extent.js';

const row = z.object({
  table: z.string(),
  rows: z.int(),
  what: z.string(),
  /** Of its first event and its last, from the first event of the profile: tables that begin later or end earlier were captured in a slice. Null where the table is empty. */
  firstMs: z.number().nullable(),
  lastMs: z.number().nullable(),
});

const facts = z.object({
  product: z.string().nullable(),
  schema: z.string().nullable(),
  /** Between the first and the last event of a device or of calls. */
  spanMs: z.number(),
  /** Of kernels, 0 to 1: those whose launch is in the profile; null without kernels or calls. */
  launchesJoined: z.number().nullable(),
  gpus: z.array(z.string()),
  /** The profiler's own work that it measured, added up over threads; null where it did not. */
  overheadMs: z.number().nullable(),
});

/** More of them say the same in other words. */
const mostWarnings = 20;

/** Warnings and errors of nsys itself, such as of events that it lost, each once, errors first. */
function warningsOf(db: ProfileDatabase, there: ReadonlySet<string>): string[] {
  if (!there.has('DIAGNOSTIC_EVENT')) return [];
  const all = db.prepare<[], { text: string; severity: number; count: number }>('SELECT text, severity, COUNT(*) AS count FROM DIAGNOSTIC_EVENT GROUP BY text, severity ORDER BY severity DESC, count DESC, text').all();
  const told = all.slice(0, mostWarnings).map(({ text, severity, count }) => `${severity === 3 ? 'Error' : 'Warning'} of nsys${count > 1 ? ` (${count} times)` : ''}: ${text.trim()}`);
  return all.length > mostWarnings ? [...told, `${all.length - mostWarnings} more warnings of nsys: see the table DIAGNOSTIC_EVENT.`] : told;
}

export const health = defineTool({
  name: 'health',
  aliases: ['profile_health'],
  summary: 'what was captured and what was not, and how far it can be trusted',
  needs: {},
  input: z.object({}),
  row,
  facts,
  run(db) {
    const there = tablesOf(db);
    const origin = firstEvent(db);
    const rows = Object.entries(eventTables).filter(([table]) => there.has(table)).map(([table, { what, ends }]) => {
      const { rows: count, first, latest, ended } = extentOf(db, table);
      return { table, rows: count, what, firstMs: sinceMs(origin, first), lastMs: sinceMs(origin, ends ? ended : latest) };
    });
    const overheads = ['CUPTI_ACTIVITY_KIND_OVERHEAD', 'PROFILER_OVERHEAD'].filter((table) => there.has(table)).map((table) => `SELECT SUM("end" - start) AS ns FROM ${table}`);
    const overheadMs = overheads.length === 0 ? null : (db.prepare<[], number | null>(`SELECT SUM(ns) / 1e6 FROM (${overheads.join(' UNION ALL ')})`).pluck().get() ?? 0);
    const meta = (name: string): string | null => db.prepare<[string], string>('SELECT value FROM META_DATA_EXPORT WHERE name = ?').pluck().get(name) ?? null;
    const joins = there.has('CUPTI_ACTIVITY_KIND_KERNEL') && there.has('CUPTI_ACTIVITY_KIND_RUNTIME');
    const launchesJoined = joins ? (db.prepare<[], number | null>(joinedSql).pluck().get() ?? null) : null;
    const gpus = there.has('TARGET_INFO_GPU') ? db.prepare<[], string>('SELECT name FROM TARGET_INFO_GPU ORDER BY id').pluck().all() : [];
    const missing = ['CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS', 'OSRT_API'].filter((table) => !there.has(table));
    return {
      rows,
      more: 0,
      facts: { product: meta('EXPORT_PRODUCT_VERSION'), schema: meta('EXPORT_SCHEMA_VERSION'), spanMs: spanOf(db), launchesJoined, gpus, overheadMs },
      notes: [...warningsOf(db, there), ...db.prepare<[], string>('SELECT text FROM PERFLOOP_NOTES').pluck().all(), ...missing.map((table) => `Not captured: ${eventTables[table]?.what ?? table}.`)],
    };
  },
});

const sinceMs = (origin: bigint, time: number | null): number | null => (time === null ? null : (time - Number(origin)) / 1e6);

/** Of kernels, 0 to 1, those whose launch is in the profile; null without kernels. By the index, which takes half the time of reading columns that nobody has read yet. */
const joinedSql = `
SELECT AVG(EXISTS (SELECT 1 FROM CUPTI_ACTIVITY_KIND_RUNTIME AS r WHERE r.globalPid = k.globalPid AND r.correlationId = k.correlationId)) FROM CUPTI_ACTIVITY_KIND_KERNEL AS k`;
