import { z } from 'zod';
import { defineTool, firstRows } from '../tool.js';
import { collectives } from './collectives.js';
import { deviceSchema, kernelsCaptured, limitSchema } from './support.js';
import { wholeGraphNotes, wholeGraphs } from './whole-graphs.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  /** Such as AllReduce; the kernel's name where it does not tell. */
  op: z.string(),
  device: z.int(),
  /** Null where the profile does not say. */
  stream: z.int().nullable(),
  /** The process group of PyTorch, or NCCL's communicator, and how many ranks it has; null where that was not captured. */
  group: z.string().nullable(),
  ranks: z.int().nullable(),
  count: z.int(),
  totalMs: z.number(),
  medianUs: z.number(),
  maxUs: z.number(),
  /** Of messages, the larger of what this rank sends and receives; null where that was not captured. */
  megabytes: z.number().nullable(),
  /** 10^9 bytes a second of time in the kernel, as nccl-tests counts `algbw` (PERFORMANCE.md). */
  gigabytesPerSecond: z.number().nullable(),
  /** The slowest by the median: far above 1, some ranks arrive late, or sizes differ. */
  maxByMedian: z.number().nullable(),
  /** How much later than on the first device an operation begins here, and how often it begins here last, 0 to 1; null where that cannot be compared. */
  medianLateUs: z.number().nullable(),
  lastShare: z.number().nullable(),
});

/** Kernels of one operation, device, stream and process group. */
export type Collective = z.infer<typeof row>;

const facts = z.object({ kernels: z.int(), totalMs: z.number(), /** Of the time of all kernels, 0 to 1. */ share: z.number() });

const allSql = 'SELECT COALESCE(SUM("end" - start), 0) / 1e6 FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE :device IS NULL OR deviceId = :device';

const noSizes = 'The profile does not say how large messages were: nsys exports that with --include-blobs=true (an import of a .nsys-rep asks for it), and PyTorch traces it since 2.3.';

export const nccl = defineTool({
  name: 'nccl',
  aliases: ['nsys_sql_nccl'],
  summary: 'kernels that communicate, by operation, device, stream and group, with their messages, and which device comes late',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const all = collectives(db, device);
    const totalMs = all.reduce((sum, one) => sum + one.totalMs, 0);
    const kernelMs = db.prepare<[object], number>(allSql).pluck().get({ device }) ?? 0;
    return {
      ...firstRows(all, limit),
      facts: { kernels: all.reduce((sum, { count }) => sum + count, 0), totalMs, share: kernelMs > 0 ? totalMs / kernelMs : 0 },
      notes: [...(all.length === 0 ? [wholeGraphs(db) > 0 ? 'No kernel of NCCL, NVSHMEM or MSCCL is seen outside of graphs.' : 'No kernel of NCCL, NVSHMEM or MSCCL ran.'] : all.every(({ lastShare }) => lastShare === null) ? ['Which device comes late cannot be told: no operation ran equally often on several devices of this profile.'] : ['Lateness is of the n-th operation of a kind on each device, as if all were of one communicator, and clocks of hosts agreed.']), ...(all.length > 0 && all.every(({ megabytes }) => megabytes === null) ? [noSizes] : []), ...wholeGraphNotes(db, 'kernels in them that communicate are not among these')],
    };
  },
});
