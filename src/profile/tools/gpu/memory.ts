import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import { findIterations } from './iterations/find.js';
import { memoryLabels } from './labels.js';
import { live } from './memory/live.js';
import { unified } from './memory/unified.js';
import { firstEvent } from './extent.js';
import { deviceSchema, limitSchema } from './support.js';
import { workColumns } from './columns/work.js';

const input = z.object({
  device: deviceSchema,
  range: z.string().min(1).max(500).nullable().default(null).describe('The ranges that are iterations, by a part of their text. Without it they are looked for.'),
  limit: limitSchema,
});

const row = z.object({
  /** `allocations`: memory of one kind on a device; `call`: of the allocator, on the host; `migration` and `page fault`: of unified memory. */
  what: z.enum(['allocations', 'call', 'migration', 'page fault']),
  /** Kind of memory, call, or direction and cause. */
  name: z.string(),
  device: z.int().nullable(),
  count: z.int(),
  /** Allocated, or moved, in all. */
  megabytes: z.number().nullable(),
  /** At most at one time. */
  peakMegabytes: z.number().nullable(),
  totalMs: z.number().nullable(),
  maxMs: z.number().nullable(),
  /** Of calls: in each iteration after the first, in the mean; null where no iterations are found. */
  perIteration: z.number().nullable(),
});

const facts = z.object({
  /** Of the memory of one device, at one time at most, on that with the most; null where its allocations were not captured. */
  peakMegabytes: z.number().nullable(),
  peakDevice: z.int().nullable(),
  peakAtMs: z.number().nullable(),
  /** On that device. */
  liveAtEndMegabytes: z.number().nullable(),
  /** Of the host, pinned or pageable, as far as CUDA allocates it. */
  hostPeakMegabytes: z.number().nullable(),
  /** Megabytes allocated in all by the peak, on that device: 1 where nothing is allocated again. */
  churn: z.number().nullable(),
  calls: z.int(),
  callMs: z.number(),
  /** Calls in each iteration after the first, in the mean: an allocator that keeps memory comes to none. */
  callsPerIteration: z.number().nullable(),
  pageFaults: z.int().nullable(),
});

/** Calls that take and give back memory of devices, or pinned memory of the host (CUDA Runtime and Driver API, "Memory Management"). */
const allocators = ['cudaMalloc*', 'cudaFree*', 'cudaHostAlloc*', 'cudaHostRegister*', 'cudaHostUnregister*', 'cuMemAlloc*', 'cuMemFree*', 'cuMemHostAlloc*', 'cuMemHostRegister*', 'cuMemHostUnregister*', 'cuMemCreate*', 'cuMemRelease*', 'cuMemMap*', 'cuMemUnmap*'].map((pattern) => `value GLOB '${pattern}'`).join(' OR ');

const callsSql = `
SELECT value AS name, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs, MAX("end" - start) / 1e6 AS maxMs, SUM(start - :origin >= :from AND start - :origin < :to) AS later
FROM (SELECT nameId, start, "end" FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE nameId IN (SELECT id FROM StringIds WHERE ${allocators})) JOIN StringIds ON StringIds.id = nameId
GROUP BY nameId ORDER BY totalMs DESC, name`;

type Row = z.infer<typeof row>;

export const memory = defineTool({
  name: 'memory',
  aliases: ['nsys_sql_memory', 'gpu_memory'],
  summary: 'memory of devices: what was allocated and its peak, calls of the allocator inside iterations, page faults of unified memory',
  needs: {},
  input,
  row,
  facts,
  run(db, { device, range, limit }) {
    const tables = ['CUDA_GPU_MEMORY_USAGE_EVENTS', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'CUDA_UM_GPU_PAGE_FAULT_EVENTS', 'CUDA_UM_CPU_PAGE_FAULT_EVENTS'];
    if (!tables.some((table) => hasTable(db, table))) return { abstained: `the profile has no ${tables.join(', ')}: profile with \`nsys profile -t cuda --cuda-memory-usage=true\`` };
    const origin = firstEvent(db);
    const called = calls(db, { range, origin });
    const held = live(db, { device, origin });
    const most = held?.most ?? null;
    const kindOf = memoryLabels(db);
    const moved = unified(db, device);
    const none = { megabytes: null, peakMegabytes: null, totalMs: null, maxMs: null, perIteration: null };
    const rows: Row[] = [
      ...(held?.kinds ?? []).map(({ device: on, kind, count, bytes, peak }): Row => ({ what: 'allocations', name: kind === null ? 'not captured' : kindOf(kind), device: on, count, ...none, megabytes: bytes / 1e6, peakMegabytes: peak / 1e6 })),
      ...called.rows,
      ...moved.map((one): Row => ({ ...none, ...one })),
    ];
    const sum = (all: readonly Row[], of: (one: Row) => number): number => all.reduce((total, one) => total + of(one), 0);
    return {
      ...firstRows(rows, limit),
      facts: {
        peakMegabytes: most === null ? null : most.peak / 1e6,
        peakDevice: most?.device ?? null,
        peakAtMs: most === null ? null : most.peakAt / 1e6,
        liveAtEndMegabytes: most === null ? null : most.atEnd / 1e6,
        hostPeakMegabytes: held === null ? null : held.hostPeak / 1e6,
        churn: most === null || most.peak === 0 ? null : most.bytes / most.peak,
        calls: sum(called.rows, ({ count }) => count),
        callMs: sum(called.rows, ({ totalMs }) => totalMs ?? 0),
        callsPerIteration: called.iterations === 0 ? null : sum(called.rows, ({ perIteration }) => perIteration ?? 0),
        pageFaults: hasTable(db, 'CUDA_UM_GPU_PAGE_FAULT_EVENTS') || hasTable(db, 'CUDA_UM_CPU_PAGE_FAULT_EVENTS') ? sum(rows.filter(({ what }) => what === 'page fault'), ({ count }) => count) : null,
      },
      notes: [
        ...(held === null ? ['Allocations were not captured: profile with --cuda-memory-usage=true. What a framework keeps in its own pool is one allocation for CUDA.'] : held.unmatched > 0 ? [`${held.unmatched} times memory was given back whose allocation is not in the profile: it was allocated before.`] : []),
        ...(called.iterations === 0 && called.rows.length > 0 ? ['No iterations were found: whether calls of the allocator come again and again is not known.'] : []),
      ],
    };
  },
});

/** Calls of the allocator, with how many there are in each iteration after the first. */
function calls(db: ProfileDatabase, { range, origin }: { range: string | null; origin: bigint }): { rows: Row[]; iterations: number } {
  if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_RUNTIME')) return { rows: [], iterations: 0 };
  const grouped = (from: number, to: number) => db.prepare<[object], { name: string; count: number; totalMs: number; maxMs: number; later: number }>(callsSql).all({ origin, from, to });
  if (grouped(0, 0).length === 0) return { rows: [], iterations: 0 };
  const found = findIterations(db, hasTable(db, 'PERFLOOP_DEVICE_WORK') ? workColumns(db) : null, { range, origin });
  const later = found?.spans.slice(1) ?? [];
  const rows = grouped(later[0]?.start ?? 0, later.at(-1)?.end ?? 0).map(({ later: inside, ...one }): Row => ({ what: 'call', device: null, ...one, megabytes: null, peakMegabytes: null, perIteration: later.length === 0 ? null : inside / later.length }));
  return { rows, iterations: later.length };
}
