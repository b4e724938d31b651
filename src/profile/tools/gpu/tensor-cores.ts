import { z } from 'zod';
import { entry } from '../entry.js';
import type { ProfileDatabase } from '../open.js';
import { defineTool, firstRows } from '../tool.js';
import { workKinds, workOfDevice } from './columns/work.js';
import { textOf } from './columns/work-names.js';
import { gpusOf } from './gpu-of.js';
import { matrixKernel } from './matrix-kernels.js';
import { deviceSchema, kernelsCaptured, limitSchema } from './support.js';

const input = z.object({
  device: deviceSchema,
  only: z.enum(['missed', 'all']).default('all').describe('Only kernels that could use tensor cores and do not, or all that multiply matrices, those first.'),
  limit: limitSchema,
});

const row = z.object({
  kernel: z.string(),
  work: z.enum(['gemm', 'gemv', 'convolution', 'attention']),
  precision: z.string().nullable(),
  /** Whether it uses tensor cores, as its name tells. */
  tensorCores: z.enum(['yes', 'no', 'unknown']),
  /** Whether tensor cores could do it; null where its name does not tell. */
  eligible: z.boolean().nullable(),
  confidence: z.enum(['high', 'medium', 'low']),
  reason: z.string(),
  count: z.int(),
  totalMs: z.number(),
  /** Of the time of all kernels, 0 to 1. */
  share: z.number(),
});

const facts = z.object({
  gpu: z.string().nullable(),
  /** Whether the GPU has tensor cores. `least`: the compute capability that the profile or its kernels' names show. */
  gpuHasTensorCores: z.enum(['yes', 'no', 'unknown']),
  least: z.number().nullable(),
  kernelMs: z.number(),
  /** Of kernels that multiply matrices: all, on tensor cores, eligible and not on them, and those whose name does not tell. */
  matrixMs: z.number(),
  onTensorCoresMs: z.number(),
  missedMs: z.number(),
  unknownMs: z.number(),
});

type Row = z.infer<typeof row>;

export const tensorCores = defineTool({
  name: 'tensor_cores',
  aliases: ['nsys_sql_tensor_cores'],
  summary: 'which matrix products could use tensor cores and do not, and why it is believed',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { device, only, limit }) {
    const kernels = kernelsByName(db, device);
    const sum = (all: readonly { totalMs: number }[]): number => all.reduce((total, { totalMs }) => total + totalMs, 0);
    const kernelMs = sum(kernels);
    const gpu = gpuIn(db, kernels.map(({ name }) => name));
    const matrices = kernels.flatMap(({ name, kernel, count, totalMs }): Row[] => {
      const told = matrixKernel(name);
      return told === null ? [] : [{ kernel, ...told, eligible: gpu.gpuHasTensorCores === 'no' ? false : told.eligible, count, totalMs, share: kernelMs > 0 ? totalMs / kernelMs : 0 }];
    });
    const isMissed = (one: Row): boolean => one.tensorCores === 'no' && one.eligible === true;
    matrices.sort((a, b) => Number(isMissed(b)) - Number(isMissed(a)) || b.totalMs - a.totalMs || (a.kernel < b.kernel ? -1 : 1));
    const missed = matrices.filter(isMissed);
    return {
      ...firstRows(only === 'missed' ? missed : matrices, limit),
      facts: { ...gpu, kernelMs, matrixMs: sum(matrices), onTensorCoresMs: sum(matrices.filter((one) => one.tensorCores === 'yes')), missedMs: sum(missed), unknownMs: sum(matrices.filter((one) => one.tensorCores === 'unknown')) },
      notes: notesOf(matrices, missed, gpu),
    };
  },
});

/** Kernels by their whole name, with a short one. */
function kernelsByName(db: ProfileDatabase, device: number | null): { name: string; kernel: string; count: number; totalMs: number }[] {
  const work = workOfDevice(db, device);
  const text = textOf(db);
  const groups = new Map<number, { short: number; count: number; ns: number }>();
  for (let at = 0; at < work.kind.length; at++) {
    if (workKinds[work.kind[at]!] !== 'kernel') continue;
    const group = entry(groups, work.detail[at]!, () => ({ short: work.name[at]!, count: 0, ns: 0 }));
    group.count += 1;
    group.ns += work.end[at]! - work.start[at]!;
  }
  return [...groups].map(([id, { short, count, ns }]) => {
    const [whole, kernel] = [text(id), text(short)];
    return { name: whole ?? kernel ?? '(unnamed)', kernel: kernel ?? whole ?? '(unnamed)', count, totalMs: ns / 1e6 };
  });
}

/** Architectures in names of kernels, which run on it or on a later one. */
const architectures: readonly [RegExp, number][] = [[/sm_?(?:100|120)|blackwell/i, 10], [/sm_?90|hopper|nvjet/i, 9], [/sm_?8[0-9]|ampere|cutlass_8\d/i, 8], [/sm_?75|turing/i, 7.5], [/sm_?7[02]|volta/i, 7]];

/** Tensor cores came with compute capability 7.0 (CUDA C++ Programming Guide, "Compute Capabilities"), but not to the GTX 16 series. */
function gpuIn(db: ProfileDatabase, names: readonly string[]): Pick<z.infer<typeof facts>, 'gpu' | 'gpuHasTensorCores' | 'least'> {
  const [first] = gpusOf(db);
  const shown = Math.max(0, ...names.map((name) => architectures.find(([pattern]) => pattern.test(name))?.[1] ?? 0));
  const least = first?.computeCapability ?? (shown > 0 ? shown : null);
  const gpuHasTensorCores = first !== undefined && /GTX 16\d\d/.test(first.name) ? 'no' : least === null ? 'unknown' : least >= 7 ? 'yes' : 'no';
  return { gpu: first?.name ?? null, gpuHasTensorCores, least };
}

function notesOf(matrices: readonly Row[], missed: readonly Row[], gpu: ReturnType<typeof gpuIn>): string[] {
  if (matrices.length === 0) return ['No kernel has a name of a matrix product.'];
  const notes = ['Names are all that a profile has of this. Nsight Compute measures it: sm__pipe_tensor_cycles_active.'];
  if (gpu.gpu === null) notes.push(gpu.least === null ? 'The profile does not say which GPU it is of: it may have no tensor cores.' : `The profile does not say which GPU it is of. Names of its kernels are for compute capability ${gpu.least} or later.`);
  if (missed.some(({ precision }) => precision === 'FP32')) notes.push(gpu.least !== null && gpu.least < 8 ? 'FP32 products use tensor cores in FP16 (autocast): TF32 and BF16 came with compute capability 8.0.' : "FP32 products use tensor cores in TF32 (torch.set_float32_matmul_precision('high')) or in BF16 (autocast), where the lower precision will do.");
  return notes;
}
