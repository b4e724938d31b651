import { z } from 'zod';
import { entry } from '../entry.js';
import { Numbers } from '../numbers.js';
import type { ProfileDatabase } from '../open.js';
import { defineTool, firstRows } from '../tool.js';
import { callColumns } from './columns/calls.js';
import { launchesOf } from './columns/launches.js';
import { workColumns, workKinds } from './columns/work.js';
import { StreamQueue } from './stream-queue.js';
import { deviceSchema, kernelsCaptured, limitSchema } from './support.js';

const input = z.object({
  device: deviceSchema,
  tiny_us: z.number().min(0).default(10).describe('Kernels shorter than this are tiny, in microseconds: about what a launch costs.'),
  limit: limitSchema,
});

const row = z.object({
  kernel: z.string(),
  count: z.int(),
  /** From the end of the call that launched it to its start on the device: waiting in the stream, and the way there. */
  medianQueueUs: z.number(),
  maxQueueUs: z.number(),
  /** For how long the host was in the call that launched it. */
  medianCallUs: z.number(),
  medianKernelUs: z.number(),
  /**
   * Time of the calls by time of the kernels: above 1, the host takes longer to launch them than the device to execute them. A call that
   * launches several, as that of a graph does, counts with the first of them; null where no call does.
   */
  callByKernel: z.number().nullable(),
});

const facts = z.object({
  kernels: z.int(),
  /** Those whose launch is in the profile, 0 to 1: a slice loses launches. */
  joined: z.number(),
  /** Each call once, however many kernels it launched. */
  callMs: z.number(),
  kernelMs: z.number(),
  /** Of all kernels, 0 to 1, and the time of those on the devices. */
  tiny: z.number(),
  tinyMs: z.number(),
  /** Kernels that waited in the stream when a call that launched another returned. 0: the host is barely ahead. Null without launches. */
  medianQueueDepth: z.number().nullable(),
  maxQueueDepth: z.int(),
  /** Of the calls, 0 to 1: those that found their stream with no kernel, graph, copy or set left to do, so that the device waited for the host. */
  foundIdle: z.number(),
});

const kernel = workKinds.indexOf('kernel');

const kernelsSql = `
SELECT COUNT(*) AS kernels, COALESCE(AVG("end" - start < :tinyNs), 0) AS tiny, COALESCE(SUM(CASE WHEN "end" - start < :tinyNs THEN "end" - start END), 0) / 1e6 AS tinyMs
FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE :device IS NULL OR deviceId = :device`;

export const launch = defineTool({
  name: 'launch',
  aliases: ['nsys_sql_launch', 'kernel_launches'],
  summary: 'how long launches take the host, how long kernels wait for their turn and how many with them, and how many are tiny',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured, CUPTI_ACTIVITY_KIND_RUNTIME: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { device, tiny_us: tinyUs, limit }) {
    const names = new Map<number, OfName>();
    const queues = new Map<number, Map<number, StreamQueue>>();
    const depths = new Numbers();
    let maxQueueDepth = 0;
    let foundIdle = 0;
    let counted = 0;
    const [work, calls, launches] = [workColumns(db), callColumns(db), launchesOf(db)];
    const isCounted = new Uint8Array(calls.start.length);
    for (let i = 0; i < work.device.length; i++) {
      const [on, start, end] = [work.device[i]!, work.start[i]!, work.end[i]!];
      if (device !== null && on !== device) continue;
      const queue = entry(entry(queues, on, () => new Map<number, StreamQueue>()), work.stream[i]!, () => new StreamQueue());
      if (work.kind[i] === kernel) {
        launches.eachCall(i, (call) => {
          const launched = calls.end[call]!;
          const isFirst = isCounted[call] === 0;
          entry(names, work.name[i]!, () => new OfName()).add(start, end, { callNs: launched - calls.start[call]!, launched, isFirst });
          if (isFirst) {
            isCounted[call] = 1;
            counted += 1;
            const depth = queue.depthAt(launched);
            depths.add(depth);
            maxQueueDepth = Math.max(maxQueueDepth, depth);
            if (queue.isIdleAt(launched)) foundIdle += 1;
          }
          queue.addKernel(start);
        });
      }
      queue.addWork(end);
    }
    const all = [...names].map(([name, one]) => ({ kernel: nameOf(db, name), one })).toSorted((a, b) => b.one.callNs - a.one.callNs || (a.kernel < b.kernel ? -1 : 1));
    const sum = (of: (one: OfName) => number): number => [...names.values()].reduce((total, one) => total + of(one), 0);
    const [count, callNs, kernelNs] = [sum(({ count }) => count), sum((one) => one.callNs), sum((one) => one.kernelNs)];
    const ofAll = db.prepare<[object], { kernels: number; tiny: number; tinyMs: number }>(kernelsSql).get({ device, tinyNs: tinyUs * 1000 }) ?? { kernels: 0, tiny: 0, tinyMs: 0 };
    const joined = count / Math.max(1, ofAll.kernels);
    return {
      ...firstRows(all.map(({ kernel, one }) => ({ kernel, ...one.row() })), limit),
      facts: { ...ofAll, joined, callMs: callNs / 1e6, kernelMs: kernelNs / 1e6, medianQueueDepth: depths.median(), maxQueueDepth, foundIdle: foundIdle / Math.max(1, counted) },
      notes: joined < 0.99 ? [`Only ${(100 * joined).toFixed(0)}% of the kernels have their launch in the profile: the others were launched before it began, in graphs, or lost with a slice. Depths of queues count those alone that have it.`] : [],
    };
  },
});

/** Of the kernels of one name, in nanoseconds. */
class OfName {
  count = 0;
  callNs = 0;
  kernelNs = 0;
  #calls = 0;
  #maxQueueNs = 0;
  readonly #queued = new Numbers();
  readonly #called = new Numbers();
  readonly #executed = new Numbers();

  /** `isFirst`: of the kernels of its call. */
  add(start: number, end: number, { callNs, launched, isFirst }: { callNs: number; launched: number; isFirst: boolean }): void {
    const queueNs = Math.max(0, start - launched);
    this.count += 1;
    if (isFirst) {
      this.#calls += 1;
      this.callNs += callNs;
    }
    this.kernelNs += end - start;
    this.#maxQueueNs = Math.max(this.#maxQueueNs, queueNs);
    this.#queued.add(queueNs);
    this.#called.add(callNs);
    this.#executed.add(end - start);
  }

  row(): Omit<z.infer<typeof row>, 'kernel'> {
    const us = (numbers: Numbers): number => (numbers.median() ?? 0) / 1e3;
    return {
      count: this.count,
      medianQueueUs: us(this.#queued),
      maxQueueUs: this.#maxQueueNs / 1e3,
      medianCallUs: us(this.#called),
      medianKernelUs: us(this.#executed),
      callByKernel: this.kernelNs > 0 && this.#calls > 0 ? this.callNs / this.kernelNs : null,
    };
  }
}

function nameOf(db: ProfileDatabase, id: number): string {
  return db.prepare<[number], string>('SELECT value FROM StringIds WHERE id = ?').pluck().get(id) ?? '(unnamed)';
}
