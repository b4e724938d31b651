import { z } from 'zod';
import { Durations } from '../durations.js';
import { eachRow } from '../each-row.js';
import { entry } from '../entry.js';
import type { ProfileDatabase } from '../open.js';
import { outermostCall } from '../os-calls.js';
import { defineTool, firstRows } from '../tool.js';
import { textOf } from './columns/work-names.js';
import { kernelsCaptured, limitSchema } from './support.js';

const input = z.object({ limit: limitSchema });

const row = z.object({ call: z.string(), count: z.int(), totalMs: z.number(), /** Of the time of all calls, 0 to 1. */ share: z.number(), meanUs: z.number(), medianUs: z.number(), maxUs: z.number(), /** Calls that returned an error. */ failed: z.int() });

const facts = z.object({ calls: z.int(), totalMs: z.number(), threads: z.int() });

type Row = [name: number | null, ns: number, failed: number];

/** In one pass, without the sort that GROUP BY makes of all rows. `from`: a table, or what of it counts. */
function summed(db: ProfileDatabase, from: string): { rows: z.infer<typeof row>[]; totalNs: number } {
  const groups = new Map<number | null, { of: Durations; failed: number }>();
  eachRow<Row>(db, `SELECT nameId, "end" - start AS ns, returnValue <> 0 AS failed FROM ${from}`, {}, (name, ns, failed) => {
    const group = entry(groups, name, () => ({ of: new Durations(), failed: 0 }));
    group.of.add(ns);
    if (failed === 1) group.failed += 1;
  });
  const text = textOf(db);
  const totalNs = [...groups.values()].reduce((sum, { of }) => sum + of.totalNs, 0);
  const rows = [...groups].map(([name, { of, failed }]) => ({ call: (name === null ? undefined : text(name)) ?? '(unnamed)', count: of.count, totalMs: of.totalNs / 1e6, share: totalNs > 0 ? of.totalNs / totalNs : 0, meanUs: of.totalNs / of.count / 1e3, medianUs: of.medianNs() / 1e3, maxUs: of.maxNs / 1e3, failed }));
  rows.sort((a, b) => b.totalMs - a.totalMs || (a.call < b.call ? -1 : 1));
  return { rows, totalNs };
}

function sumTool({ name, aliases, summary, table, where, captured }: { name: string; aliases: string[]; summary: string; table: string; where?: string; captured: string }) {
  const from = where === undefined ? table : `${table} WHERE ${where}`;
  return defineTool({
    name,
    aliases,
    summary,
    needs: { [table]: captured },
    input,
    row,
    facts,
    run(db, { limit }) {
      const { rows: all, totalNs } = summed(db, from);
      const threads = db.prepare<[], number>(`SELECT COUNT(DISTINCT globalTid) FROM ${from}`).pluck().get() ?? 0;
      return { ...firstRows(all, limit), facts: { calls: all.reduce((sum, { count }) => sum + count, 0), totalMs: totalNs / 1e6, threads }, notes: [] };
    },
  });
}

export const apiSum = sumTool({ name: 'api_sum', aliases: ['cuda_api_sum'], summary: 'calls of CUDA by their time on the host', table: 'CUPTI_ACTIVITY_KIND_RUNTIME', captured: kernelsCaptured });

export const osrtSum = sumTool({ name: 'osrt_sum', aliases: [], summary: 'calls of the operating system by their time: waiting, reading, locking; a call within another is part of that one', table: 'OSRT_API', where: outermostCall, captured: 'profile with `nsys profile -t osrt`' });
