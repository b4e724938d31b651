import { z } from 'zod';
import { eachRow } from '../each-row.js';
import { entry } from '../entry.js';
import { defineTool, firstRows } from '../tool.js';
import { communication, deviceSchema, kernelsCaptured, limitSchema } from './support.js';
import { Union } from './union.js';

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
  /** From the first to the last kernel, and of that, 0 to 1: only computation, both, only communication, and no kernel. They add up to 1. */
  spanMs: z.number(),
  computeOnlyShare: z.number(),
  overlapShare: z.number(),
  exposedShare: z.number(),
  idleShare: z.number(),
});

const facts = z.object({ devices: z.int(), communicationMs: z.number(), exposedMs: z.number() });

const sql = `
SELECT deviceId, start, "end", shortName IN (SELECT id FROM StringIds WHERE ${communication('value')}) AS communicates
FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE :device IS NULL OR deviceId = :device ORDER BY deviceId, start`;

export const overlap = defineTool({
  name: 'overlap',
  aliases: ['nsys_sql_overlap'],
  summary: 'how much of the communication of each device computation hides',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const devices = new Map<number, { computing: Union; communicating: Union; either: Union }>();
    eachRow(db, sql, { device }, (on: number, start: number, end: number, communicates: number) => {
      const unions = entry(devices, on, () => ({ computing: new Union(), communicating: new Union(), either: new Union() }));
      (communicates === 1 ? unions.communicating : unions.computing).add(start, end);
      unions.either.add(start, end);
    });
    const all = [...devices].map(([on, { computing: { covered: compute }, communicating: { covered: communicate }, either: { covered: either, span } }]) => {
      // What both cover is counted twice in their sum, and once in their union.
      const both = compute + communicate - either;
      const share = (ns: number): number => (span > 0 ? ns / span : 0);
      return {
        device: on,
        computeMs: compute / 1e6,
        communicationMs: communicate / 1e6,
        eitherMs: either / 1e6,
        overlapMs: both / 1e6,
        exposedMs: (communicate - both) / 1e6,
        hiddenShare: communicate > 0 ? both / communicate : null,
        spanMs: span / 1e6,
        computeOnlyShare: share(compute - both),
        overlapShare: share(both),
        exposedShare: share(communicate - both),
        idleShare: share(span - either),
      };
    });
    const sum = (of: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + of(one), 0);
    const communicationMs = sum((one) => one.communicationMs);
    return {
      ...firstRows(all, limit),
      facts: { devices: all.length, communicationMs, exposedMs: sum((one) => one.exposedMs) },
      notes: communicationMs === 0 ? ['No kernel of NCCL or NVSHMEM ran: there is no communication between devices by kernels. Copies between them are in `memcpy`.'] : [],
    };
  },
});
