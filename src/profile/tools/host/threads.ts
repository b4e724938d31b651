import { z } from 'zod';
import { limitSchema } from '../gpu/support.js';
import { defineTool } from '../tool.js';
import { hasRows, isCounted } from './support.js';
import { threadTables, threadTimes } from './thread-times.js';

const input = z.object({ limit: limitSchema });

const ms = z.number().nullable();

const row = z.object({
  process: z.int(),
  thread: z.int(),
  /** On a processor: by the scheduler where it was captured, else by samples, or by cProfile. */
  busyMs: ms,
  waitMs: ms,
  /** In calls of CUDA. */
  cudaMs: ms,
  /** In calls of the operating system that can block. */
  systemMs: ms,
  samples: z.int().nullable(),
  name: z.string().nullable(),
  processName: z.string().nullable(),
});

const facts = z.object({ threads: z.int(), processes: z.int() });

const milliseconds = (ns: number | null): number | null => (ns === null ? null : ns / 1e6);

export const threads = defineTool({
  name: 'threads',
  aliases: ['thread_summary'],
  summary: 'every thread: for how long it ran, waited, and was in calls of CUDA and of the operating system',
  needs: {},
  input,
  row,
  facts,
  run(db, { limit }) {
    const unknown = threadTables.some((table) => hasRows(db, table)) ? null : 'it holds no samples, no scheduling and no calls of the host; profile with `nsys profile -t cuda,osrt -s process-tree --cpuctxsw=process-tree`';
    if (unknown !== null) return { abstained: unknown };
    const all = threadTimes(db);
    const rows = all.slice(0, limit).map(({ process, thread, processName, name, runningNs, waitingNs, cudaNs, systemNs, samples }) => ({
      process, thread, busyMs: milliseconds(runningNs), waitMs: milliseconds(waitingNs), cudaMs: milliseconds(cudaNs), systemMs: milliseconds(systemNs), samples, name, processName,
    }));
    const notes: string[] = [];
    if (!hasRows(db, 'SCHED_EVENTS') && !hasRows(db, 'PERFLOOP_CHARGES')) notes.push('Neither scheduling nor samples were captured: for how long threads ran is not known.');
    if (isCounted(db)) notes.push('cProfile sees only the thread that it was started in, and waiting only in calls that are known to wait.');
    return { rows, more: all.length - rows.length, facts: { threads: all.length, processes: new Set(all.map(({ process }) => process)).size }, notes };
  },
});
