import { z } from 'zod';

const number = z.number().catch(Number.NaN);

/** An event of Chrome's format, as PyTorch writes it; times in microseconds. */
export const eventSchema = z.object({
  ph: z.string(),
  cat: z.string().optional(),
  name: z.string().catch(''),
  pid: z.union([z.number(), z.string()]).optional(),
  tid: z.union([z.number(), z.string()]).optional(),
  ts: number.optional(),
  dur: number.optional(),
  args: z.record(z.string(), z.unknown()).catch({}).optional(),
});
export type TraceEvent = z.infer<typeof eventSchema>;

/** What stands around the events. */
export const aroundSchema = z.object({
  /** What the times of events count from, in nanoseconds since 1970. */
  baseTimeNanoseconds: z.number().optional(),
  distributedInfo: z.object({ rank: z.int().optional(), world_size: z.int().optional() }).loose().optional(),
  deviceProperties: z.array(z.object({ id: z.int(), name: z.string(), totalGlobalMem: z.number().optional(), computeMajor: z.int().optional(), computeMinor: z.int().optional(), numSms: z.int().optional() }).loose()).optional(),
}).loose().catch({});
export type Around = z.infer<typeof aroundSchema>;

const kinds = ['kernel', 'gpu_memcpy', 'gpu_memset', 'cuda_sync', 'cuda_runtime', 'cuda_driver', 'cpu_op', 'user_annotation', 'python_function'] as const;
export type EventKind = (typeof kinds)[number];

/** Builds of PyTorch without Kineto, such as Debian's, name no categories: their processes tell. */
const withoutKineto: Record<string, EventKind> = { 'CPU functions': 'cpu_op', 'CUDA functions': 'kernel' };

/** Null for what perfloop does not keep. */
export function kindOf({ cat, pid }: TraceEvent): EventKind | null {
  if (cat === undefined) return withoutKineto[String(pid)] ?? null;
  return kinds.find((kind) => kind === cat) ?? null;
}
