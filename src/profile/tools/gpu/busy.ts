import { z } from 'zod';
import { entry } from '../entry.js';
import { defineTool, firstRows } from '../tool.js';
import { eachWork, type WorkKind } from './columns/work.js';
import { deviceSchema, limitSchema, workCaptured } from './support.js';
import { Union } from './union.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  device: z.int(),
  /** For which at least one stream worked. */
  busyMs: z.number(),
  /** Between the first and the last work of the device, without any. */
  idleMs: z.number(),
  spanMs: z.number(),
  /** 0 to 1 of the span. */
  busyShare: z.number(),
  /** Time of kernels, of graphs traced as a whole, of copies and of sets, added up over streams. */
  kernelMs: z.number(),
  graphMs: z.number(),
  memcpyMs: z.number(),
  memsetMs: z.number(),
});

const facts = z.object({ devices: z.int() });

export const busy = defineTool({
  name: 'busy',
  aliases: ['nsys_sql_busy', 'gpu_utilization'],
  summary: 'for how long each device worked: the union over its streams, graphs and copies included',
  needs: { PERFLOOP_DEVICE_WORK: workCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const devices = new Map<number, { union: Union; ns: Record<WorkKind, number> }>();
    eachWork(db, device, (on, _stream, start, end, kind) => {
      const { union, ns } = entry(devices, on, () => ({ union: new Union(), ns: { kernel: 0, graph: 0, memcpy: 0, memset: 0 } }));
      union.add(start, end);
      ns[kind] += end - start;
    });
    const all = [...devices].map(([on, { union: { covered, span }, ns }]) => ({
      device: on,
      busyMs: covered / 1e6,
      idleMs: (span - covered) / 1e6,
      spanMs: span / 1e6,
      busyShare: span > 0 ? covered / span : 1,
      kernelMs: ns.kernel / 1e6,
      graphMs: ns.graph / 1e6,
      memcpyMs: ns.memcpy / 1e6,
      memsetMs: ns.memset / 1e6,
    }));
    return { ...firstRows(all, limit), facts: { devices: all.length }, notes: [] };
  },
});
