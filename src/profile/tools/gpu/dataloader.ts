import { z } from 'zod';
import { medianOf } from '../median.js';
import { hasTable } from '../tables.js';
import { hasRows } from '../host/support.js';
import { defineTool, firstRows } from '../tool.js';
import { inFunctions } from './pauses/in-stacks.js';
import { blockingCalls } from './pauses/blocking-calls.js';
import { idleNs, merged, namedRanges, totalNs, type Span } from './pauses/spans.js';
import { firstEvent } from './extent.js';
import { limitSchema } from './support.js';
import { workColumns } from './columns/work.js';

const input = z.object({ limit: limitSchema });

const row = z.object({
  /** What saw it: ranges of NVTX or of a trace, waiting calls of the operating system in a thread that drives devices, stacks. */
  seen: z.enum(['range', 'call', 'stack']),
  /** Of the range, with numbers as #; of the call; of the function. */
  name: z.string(),
  /** That it is waiting for data: high by PyTorch's own names, medium by a name that says it, low for a call that may wait for anything. */
  confidence: z.enum(['high', 'medium', 'low']),
  process: z.int().nullable(),
  thread: z.int().nullable(),
  /** Whether the thread makes calls of CUDA, so that devices may wait for it; a worker that loads ahead does not. */
  drives: z.boolean().nullable(),
  count: z.int(),
  totalMs: z.number(),
  medianMs: z.number().nullable(),
  maxMs: z.number().nullable(),
  /** For which devices did nothing meanwhile, in the mean over devices; null where that was not captured. */
  idleMs: z.number().nullable(),
});

const facts = z.object({
  /** Of ranges and stacks that say that they wait for data, in threads that drive devices where that is known; each moment once. */
  waitMs: z.number(),
  /** Of it, for which devices did nothing: what loading ahead can save at most. */
  idleMs: z.number().nullable(),
  /** Of all time in which devices did nothing, between their first and last work, 0 to 1. */
  shareOfIdle: z.number().nullable(),
});

/** PyTorch's own: enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__ (torch/utils/data/dataloader.py). */
const torch = /enumerate\(DataLoader\)#/;
const telling = /enumerate\(DataLoader\)#|data[ _-]?load|load[ _-]?(?:data|batch)|(?:next|get|fetch)[ _-]?batch|train_dataloader_next|input[ _-]?pipeline/i;
const likes = ['%data%load%', '%load%data%', '%load%batch%', '%next%batch%', '%get%batch%', '%fetch%batch%', '%input%pipeline%'];

/** Functions of PyTorch's loader that wait for its workers or load by themselves. */
const functions = `module.value LIKE '%torch/utils/data/%' AND (${['__next__', '_next_data', '_get_data', '_try_get_data', 'fetch'].map((name) => `symbol.value GLOB '*${name}'`).join(' OR ')})`;

type Row = z.infer<typeof row>;

export const dataloader = defineTool({
  name: 'dataloader',
  aliases: ['nsys_sql_dataloader', 'data_loading'],
  summary: 'waits for data: ranges of loaders, waiting calls of threads that drive devices, and what devices did meanwhile',
  needs: {},
  input,
  row,
  facts,
  run(db, { limit }) {
    if (!['NVTX_EVENTS', 'OSRT_API', 'PERFLOOP_SAMPLES', 'PERFLOOP_FUNCTIONS'].some((table) => hasRows(db, table))) return { abstained: 'the profile has no NVTX_EVENTS, no OSRT_API and no functions of the host: profile with `nsys profile -t cuda,nvtx,osrt`, or with PyTorch\'s profiler' };
    const origin = firstEvent(db);
    const ranges = namedRanges(db, { likes, pattern: telling, origin });
    const calls = blockingCalls(db, origin);
    const work = ranges.length + calls.length > 0 && hasTable(db, 'PERFLOOP_DEVICE_WORK') ? workColumns(db) : null;
    const measured = (spans: readonly Span[]): Pick<Row, 'count' | 'totalMs' | 'medianMs' | 'maxMs' | 'idleMs'> => {
      const lengths = spans.map(({ start, end }) => end - start).sort((a, b) => a - b);
      const idle = idleNs(work, spans);
      return { count: spans.length, totalMs: totalNs(spans) / 1e6, medianMs: medianOf(lengths) / 1e6, maxMs: (lengths.at(-1) ?? 0) / 1e6, idleMs: idle === null ? null : idle / 1e6 };
    };
    const rows: Row[] = [
      ...ranges.map(({ name, process, thread, drives, spans }): Row => ({ seen: 'range', name, confidence: torch.test(name) ? 'high' : 'medium', process, thread, drives, ...measured(spans) })),
      ...inFunctions(db, functions).map(({ function: name, count, totalMs }): Row => ({ seen: 'stack', name, confidence: 'high', process: null, thread: null, drives: null, count, totalMs, medianMs: null, maxMs: null, idleMs: null })),
      ...calls.map(({ name, process, thread, spans }): Row => ({ seen: 'call', name, confidence: 'low', process, thread, drives: true, ...measured(spans) })),
    ];
    const driving = ranges.filter(({ drives }) => drives);
    const waits = merged((driving.length > 0 ? driving : ranges).map(({ spans }) => spans));
    const ofStacks = rows.filter(({ seen }) => seen === 'stack').reduce((sum, { totalMs }) => sum + totalMs, 0);
    const idle = waits.length === 0 ? null : idleNs(work, waits);
    const inAll = work === null || work.start.length === 0 ? null : idleNs(work, [{ start: least(work.start), end: most(work.end) }]);
    const rank = { high: 0, medium: 1, low: 2 };
    rows.sort((a, b) => rank[a.confidence] - rank[b.confidence] || b.totalMs - a.totalMs || (a.name < b.name ? -1 : 1));
    return {
      ...firstRows(rows, limit),
      facts: { waitMs: waits.length > 0 ? totalNs(waits) / 1e6 : ofStacks, idleMs: idle === null ? null : idle / 1e6, shareOfIdle: idle === null || inAll === null || inAll === 0 ? null : Math.min(1, idle / inAll) },
      notes: [
        ...(rows.every(({ seen }) => seen === 'call') ? ['No range or function has the name of a data loader. Mark waiting for data with NVTX, such as "data loading".'] : []),
        ...(rows.some(({ seen }) => seen === 'call') ? ['A waiting call of the operating system may be for anything: its call stack tells.'] : []),
      ],
    };
  },
});

const least = (values: Float64Array): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
const most = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0);
