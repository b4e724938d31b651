import { z } from 'zod';
import { defineTool, firstRows } from '../tool.js';
import { overlapByDevice } from './overlap-by-device.js';
import { deviceSchema, kernelsCaptured, limitSchema } from './support.js';
import { wholeGraphNotes, wholeGraphs } from './whole-graphs.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  device: z.int(),
  /** Union of the kernels that compute, of the kernels that communicate, and of both. */
  computeMs: z.number(),
  communicationMs: z.number(),
  eitherMs: z.number(),
  /** For which both ran. */
  overlapMs: z.number(),
  /** Communication that no computation hides. */
  exposedMs: z.number(),
  /** Of the communication, 0 to 1; null where there is none. */
  hiddenShare: z.number().nullable(),
  /** From the first to the last work, and of that, 0 to 1: only computation, both, only communication, no kernel but a copy, a set or a graph that was traced as a whole, and nothing. They add up to 1. */
  spanMs: z.number(),
  computeOnlyShare: z.number(),
  overlapShare: z.number(),
  exposedShare: z.number(),
  otherShare: z.number(),
  idleShare: z.number(),
});

/** How the communication of one device goes with its computation. */
export type DeviceOverlap = z.infer<typeof row>;

const facts = z.object({ devices: z.int(), communicationMs: z.number(), exposedMs: z.number() });

export const overlap = defineTool({
  name: 'overlap',
  aliases: ['nsys_sql_overlap'],
  summary: 'how much of the communication of each device computation hides',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const all = overlapByDevice(db, device);
    const sum = (of: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + of(one), 0);
    const communicationMs = sum((one) => one.communicationMs);
    return {
      ...firstRows(all, limit),
      facts: { devices: all.length, communicationMs, exposedMs: sum((one) => one.exposedMs) },
      notes: [...(communicationMs > 0 ? [] : wholeGraphs(db) > 0 ? ['No kernel of NCCL or NVSHMEM is seen outside of graphs. Copies between devices are in `memcpy`.'] : ['No kernel of NCCL or NVSHMEM ran: there is no communication between devices by kernels. Copies between them are in `memcpy`.']), ...wholeGraphNotes(db, 'whether their kernels compute or communicate is not known, and their time is in the other share')],
    };
  },
});
