import { z } from 'zod';
import { entry } from '../entry.js';
import { defineTool, firstRows } from '../tool.js';
import { eachWork } from './columns/work.js';
import { deviceSchema, limitSchema, workCaptured } from './support.js';
import { Union } from './union.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  device: z.int(),
  /** Null where the profile does not say. */
  stream: z.int().nullable(),
  kernels: z.int(),
  copies: z.int(),
  /** Union of the stream's own work. */
  busyMs: z.number(),
  /** From its first to its last work. */
  spanMs: z.number(),
  /** Of the time in which the device was busy at all, 0 to 1. */
  shareOfDevice: z.number(),
});

const facts = z.object({ streams: z.int() });

export const streams = defineTool({
  name: 'streams',
  aliases: ['nsys_sql_streams'],
  summary: 'how the work of each device is spread over its streams',
  needs: { PERFLOOP_DEVICE_WORK: workCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const devices = new Map<number, Union>();
    const found = new Map<number, Map<number | null, { union: Union; kernels: number; copies: number }>>();
    eachWork(db, device, (on, stream, start, end, kind) => {
      entry(devices, on, () => new Union()).add(start, end);
      const own = entry(entry(found, on, () => new Map<number | null, { union: Union; kernels: number; copies: number }>()), stream, () => ({ union: new Union(), kernels: 0, copies: 0 }));
      own.union.add(start, end);
      if (kind === 'kernel' || kind === 'graph') own.kernels += 1;
      else if (kind === 'memcpy') own.copies += 1;
    });
    const all = [...found].flatMap(([on, streams]) => [...streams].map(([stream, { union, kernels, copies }]) => ({
      device: on,
      stream,
      kernels,
      copies,
      busyMs: union.covered / 1e6,
      spanMs: union.span / 1e6,
      shareOfDevice: union.covered / Math.max(1, devices.get(on)?.covered ?? 0),
    })));
    all.sort((a, b) => b.busyMs - a.busyMs || a.device - b.device || (a.stream ?? -1) - (b.stream ?? -1));
    return { ...firstRows(all, limit), facts: { streams: all.length }, notes: [] };
  },
});
