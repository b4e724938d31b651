import { z } from 'zod';
import { mostOf } from '../extremes.js';
import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { hasRows } from '../host/support.js';
import { defineTool, firstRows } from '../tool.js';
import { inFunctions } from './pauses/in-stacks.js';
import { idleNs, merged, namedRanges, totalNs } from './pauses/spans.js';
import { firstEvent } from './extent.js';
import { limitSchema } from './support.js';
import { workColumns } from './columns/work.js';

const input = z.object({ limit: limitSchema });

const row = z.object({
  /** What saw it: ranges of NVTX or of a trace, V8's own samples, stacks. */
  seen: z.enum(['range', 'V8', 'stack']),
  /** The range; or the function in which it happened, or that collects. */
  name: z.string(),
  file: z.string().nullable(),
  line: z.int().nullable(),
  /** Ranges or samples; null where only the time is known. */
  count: z.int().nullable(),
  totalMs: z.number(),
  maxMs: z.number().nullable(),
  /** For which devices did nothing meanwhile, in the mean over devices; null where that was not captured. */
  idleMs: z.number().nullable(),
});

const facts = z.object({
  /** Each moment of ranges once; of V8 and stacks all threads added up. */
  rangeMs: z.number(),
  sampledMs: z.number(),
  /** Of V8's busy time, 0 to 1; null without V8. */
  shareOfV8: z.number().nullable(),
  idleMs: z.number().nullable(),
});

/** CPython's own functions that collect (Modules/gcmodule.c, Python/gc.c), as native stacks name them, and what Python code calls. */
const collectors = "symbol.value IN ('gc_collect_main', 'gc_collect_generations', 'gc_collect_with_callback', '_PyGC_Collect', 'PyGC_Collect', 'collect_generations', '_Py_RunGC', 'gc.collect', '<built-in method gc.collect>', '<built-in method collect>')";

/** The functions while which V8 collected. */
const v8Sql = `
SELECT 'V8' AS seen, COALESCE(symbol.value, '(outside of functions)') AS name, module.value AS file, line, NULL AS count, SUM(ns) / 1e6 AS totalMs, NULL AS maxMs, NULL AS idleMs
FROM PERFLOOP_CHARGES LEFT JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame LEFT JOIN StringIds AS symbol ON symbol.id = symbol LEFT JOIN StringIds AS module ON module.id = module
WHERE category = 'collector' GROUP BY frame HAVING SUM(ns) > 0 ORDER BY SUM(ns) DESC, name`;

const shareSql = "SELECT 1.0 * SUM(CASE category WHEN 'collector' THEN ns END) / NULLIF(SUM(ns), 0) FROM PERFLOOP_CHARGES JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = profile WHERE kind = 'v8' AND category <> 'idle'";

type Row = z.infer<typeof row>;

export const gc = defineTool({
  name: 'gc',
  aliases: ['garbage_collection'],
  summary: 'pauses for garbage collection: ranges of Python\'s, V8\'s by the function that ran, and what devices did meanwhile',
  needs: {},
  input,
  row,
  facts,
  run(db, { limit }) {
    if (!['NVTX_EVENTS', 'PERFLOOP_CHARGES', 'PERFLOOP_SAMPLES', 'PERFLOOP_FUNCTIONS'].some((table) => hasRows(db, table))) return { abstained: 'the profile has no NVTX_EVENTS and no functions of the host: mark collections with gc.callbacks and NVTX, or profile the host with `perfloop profile`' };
    const origin = firstEvent(db);
    const ranges = namedRanges(db, { likes: ['%gc%', '%garbage%'], pattern: /(?:^|[^a-z])gc(?:$|[^a-z])|garbage.?collect/i, origin });
    const work = ranges.length > 0 && hasTable(db, 'PERFLOOP_DEVICE_WORK') ? workColumns(db) : null;
    const all = merged(ranges.map(({ spans }) => spans));
    const ofRanges = ranges.map(({ name, spans }): Row => ({ seen: 'range', name, file: null, line: null, count: spans.length, totalMs: totalNs(spans) / 1e6, maxMs: mostOf(spans.map(({ start, end }) => end - start)) / 1e6, idleMs: inMs(idleNs(work, spans)) }));
    const ofV8 = hasTable(db, 'PERFLOOP_CHARGES') ? db.prepare<[], Row>(v8Sql).all() : [];
    const ofStacks = inFunctions(db, collectors).map(({ function: name, module, line, count, totalMs }): Row => ({ seen: 'stack', name, file: module === '' ? null : module, line, count, totalMs, maxMs: null, idleMs: null }));
    const rows = [...ofRanges, ...ofV8, ...ofStacks].sort((a, b) => b.totalMs - a.totalMs || (a.name < b.name ? -1 : 1));
    const sum = (own: readonly Row[]): number => own.reduce((total, { totalMs }) => total + totalMs, 0);
    return {
      ...firstRows(rows, limit),
      facts: { rangeMs: totalNs(all) / 1e6, sampledMs: sum(ofV8) + sum(ofStacks), shareOfV8: shareOfV8(db), idleMs: inMs(idleNs(work, all)) },
      notes: rows.length === 0 ? ['No collection was seen. Python does not tell of them by itself: mark them with gc.callbacks and NVTX.'] : [],
    };
  },
});

const inMs = (ns: number | null): number | null => (ns === null ? null : ns / 1e6);

const shareOfV8 = (db: ProfileDatabase): number | null => (hasTable(db, 'PERFLOOP_CHARGES') && hasTable(db, 'PERFLOOP_PROFILES') ? (db.prepare<[], number | null>(shareSql).pluck().get() ?? null) : null);
