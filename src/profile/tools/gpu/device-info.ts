import { z } from 'zod';
import { hasTable } from '../tables.js';
import { defineTool } from '../tool.js';

const row = z.object({
  /** Index of the GPU in the profile. */
  gpu: z.int(),
  name: z.string(),
  computeCapability: z.string().nullable(),
  multiprocessors: z.int().nullable(),
  memoryGigabytes: z.number().nullable(),
  /** Of its memory, 10^9 a second. */
  gigabytesPerSecond: z.number().nullable(),
});

const facts = z.object({ driver: z.string().nullable(), cuda: z.string().nullable(), system: z.string().nullable() });

const sql = `
SELECT id AS gpu, name, computeMajor || '.' || computeMinor AS computeCapability, smCount AS multiprocessors,
  totalMemory / 1e9 AS memoryGigabytes, memoryBandwidth / 1e9 AS gigabytesPerSecond
FROM TARGET_INFO_GPU ORDER BY id`;

export const deviceInfo = defineTool({
  name: 'device_info',
  aliases: ['nsys_sql_device_info'],
  summary: 'which GPUs the profile is of, as it says itself',
  needs: { TARGET_INFO_GPU: 'it does not say which GPU it is of, and what this machine has says nothing about that' },
  input: z.object({}),
  row,
  facts,
  run(db) {
    const captured = hasTable(db, 'META_DATA_CAPTURE');
    const said = (name: string): string | null => (captured ? (db.prepare<[string], string>('SELECT value FROM META_DATA_CAPTURE WHERE name = ?').pluck().get(`SYSTEM:${name}`) ?? null) : null);
    return { rows: db.prepare<[], z.infer<typeof row>>(sql).all(), more: 0, facts: { driver: said('NvDriverVersion'), cuda: said('CudaDriverVersion'), system: said('OsDescription') }, notes: [] };
  },
});
