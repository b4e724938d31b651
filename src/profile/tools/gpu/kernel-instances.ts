import { z } from 'zod';
import { defineTool } from '../tool.js';
import { firstEvent } from './extent.js';
import { deviceSchema, kernelsCaptured, limitSchema } from './support.js';

const input = z.object({
  match: z.string().max(500).nullable().default(null).describe('Only kernels whose name contains this, in any letter case.'),
  device: deviceSchema,
  order: z.enum(['longest', 'first']).default('longest').describe('The longest first, or in the order of time.'),
  limit: limitSchema,
});

const row = z.object({
  kernel: z.string(),
  device: z.int(),
  /** Null where the profile does not say. */
  stream: z.int().nullable(),
  /** From the first event of the profile. */
  atMs: z.number(),
  us: z.number(),
  /** Threads of a block, and blocks, in x, y and z; null where that was not captured. */
  grid: z.string().nullable(),
  block: z.string().nullable(),
  registers: z.int().nullable(),
  sharedBytes: z.int().nullable(),
  /** By which it is found again: in the table CUPTI_ACTIVITY_KIND_KERNEL, and at its launch. */
  row: z.int(),
  correlation: z.string().nullable(),
});

const facts = z.object({ kernels: z.int() });

const asked = `
FROM CUPTI_ACTIVITY_KIND_KERNEL AS k LEFT JOIN StringIds AS whole ON whole.id = demangledName LEFT JOIN StringIds AS short ON short.id = shortName
WHERE (:device IS NULL OR deviceId = :device) AND (:match IS NULL OR INSTR(LOWER(COALESCE(whole.value, short.value, '')), LOWER(:match)) > 0)`;

const sql = `
SELECT COALESCE(short.value, whole.value, '(unnamed)') AS kernel, deviceId AS device, streamId AS stream,
  (start - :origin) / 1e6 AS atMs, ("end" - start) / 1e3 AS us,
  gridX || 'x' || gridY || 'x' || gridZ AS grid, blockX || 'x' || blockY || 'x' || blockZ AS block,
  registersPerThread AS registers, staticSharedMemory + dynamicSharedMemory AS sharedBytes, k.rowid AS "row", CAST(correlationId AS TEXT) AS correlation
${asked}`;

export const kernelInstances = defineTool({
  name: 'kernel_instances',
  aliases: ['nsys_sql_kernel_instances'],
  summary: 'single launches of kernels: when, for how long, with which grid, and where they stand in the profile',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { match, device, order, limit }) {
    const by = order === 'longest' ? '"end" - start DESC, start, k.rowid' : 'start, k.rowid';
    const rows = db.prepare<[object], z.infer<typeof row>>(`${sql} ORDER BY ${by} LIMIT :limit`).all({ match, device, limit, origin: firstEvent(db) });
    const kernels = db.prepare<[object], number>(`SELECT COUNT(*) ${asked}`).pluck().get({ match, device }) ?? 0;
    return { rows, more: kernels - rows.length, facts: { kernels }, notes: [] };
  },
});
