import { z } from 'zod';
import { medianOf } from '../median.js';
import type { ProfileDatabase } from '../open.js';
import { defineTool } from '../tool.js';
import { computingDevices } from './computing-devices.js';
import { gpuModel, whyLesser, type MatrixType } from './gpu-models.js';
import { gpusOf } from './gpu-of.js';
import { findIterations } from './iterations/find.js';
import { inIterations } from './iterations/in-iterations.js';
import { slowOnes } from './iterations/slow.js';
import { firstEvent } from './extent.js';
import { workCaptured } from './support.js';
import { workOfDevices } from './columns/work.js';

const positive = z.number().positive().nullable().default(null);

const input = z.object({
  flops: positive.describe('Floating-point operations of one iteration, on all GPUs of the profile together.'),
  parameters: positive.describe('Of a transformer instead: how many parameters, without those of position embeddings.'),
  tokens: positive.describe('Tokens of one iteration, on all GPUs of the profile together.'),
  layers: positive.describe('Layers of the transformer, for the part of attention.'),
  heads: positive.describe('Heads of attention of a layer.'),
  head_dim: positive.describe('Dimension of a head.'),
  sequence: positive.describe('Length of a sequence, in tokens.'),
  passes: z.enum(['training', 'inference']).default('training').describe('Forward and backward, or forward alone.'),
  type: z.enum(['bf16', 'fp16', 'tf32', 'fp32', 'fp64', 'fp8', 'int8']).default('bf16').describe('In which products are computed: it chooses the peak.'),
  peak: positive.describe('TFLOP/s of one GPU at most, where the profile does not tell its model.'),
  range: z.string().min(1).max(500).nullable().default(null).describe('The ranges that are iterations, by a part of their text. Without it they are looked for.'),
  of: z.enum(['iteration', 'profile']).default('iteration').describe('What the operations are of: one iteration, or the whole profile.'),
});

const row = z.object({
  /** `wall`: by the usual iteration; `busy`: by the time for which devices worked in it, as if they never waited. */
  by: z.enum(['wall', 'busy']),
  ms: z.number(),
  /** Of one GPU. */
  teraflops: z.number(),
  /** By the peak; 0 to 1. */
  utilization: z.number(),
});

const facts = z.object({
  mfu: z.number(),
  flops: z.number(),
  /** How they were found. */
  formula: z.string(),
  peakTeraflops: z.number(),
  /** The document that has the peak. */
  peakSource: z.string(),
  gpu: z.string().nullable(),
  gpus: z.int(),
  iterations: z.int(),
});

type Input = z.infer<typeof input>;

/** Model FLOPs utilization: Chowdhery et al. 2022 (PaLM), appendix B. Recomputed activations and padding do not count as work. */
export const mfu = defineTool({
  name: 'mfu',
  aliases: ['nsys_sql_mfu'],
  summary: 'model FLOPs utilization: what of the GPUs\' peak the program\'s own arithmetic uses, given its FLOPs or the shape of a transformer',
  needs: { PERFLOOP_DEVICE_WORK: workCaptured },
  input,
  row,
  facts,
  run(db, asked) {
    const work = flopsOf(asked);
    if (work === null) return { abstained: 'a profile does not say what is computed: give --flops of one iteration, or --parameters and --tokens, with --layers, --heads, --head-dim and --sequence for the part of attention' };
    const peak = peakOf(db, asked);
    if ('missing' in peak) return { abstained: peak.missing };
    const devices = computingDevices(db);
    if (devices.length === 0) return { abstained: 'no kernel ran in it: nothing was computed' };
    const time = timeOf(db, devices, asked);
    if (time === null) return { abstained: 'no iterations were found in it: give --range, or the operations of the whole profile with --of profile' };
    const row_ = (by: 'wall' | 'busy', ms: number): z.infer<typeof row> => {
      const teraflops = ms > 0 ? work.flops / time.gpus / (ms / 1e3) / 1e12 : 0;
      return { by, ms, teraflops, utilization: teraflops / peak.teraflops };
    };
    const rows = [row_('wall', time.wallMs), row_('busy', time.busyMs)];
    const mfu_ = rows[0]?.utilization ?? 0;
    const notes = mfu_ > 1 ? ['More than the peak cannot be: the operations, the type or the peak are not those of this program.'] : [];
    return {
      rows,
      more: 0,
      facts: { mfu: mfu_, ...work, peakTeraflops: peak.teraflops, peakSource: peak.source, gpu: peak.gpu, gpus: time.gpus, iterations: time.iterations },
      notes: [...notes, ...time.notes, 'Operations and tokens are of the GPUs in this profile: of a run on more of them, those of all by their share.'],
    };
  },
});

/**
 * Of one token in training 6 N + 12 L H Q T: N parameters, L layers, H heads of dimension Q, T the length of a sequence (PaLM, appendix
 * B). A forward pass alone is a third of it: 2 N + 4 L H Q T.
 */
function flopsOf({ flops, parameters, tokens, layers, heads, head_dim: dim, sequence, passes }: Input): { flops: number; formula: string } | null {
  if (flops !== null) return { flops, formula: 'given' };
  if (parameters === null || tokens === null) return null;
  const third = passes === 'training' ? 3 : 1;
  const attention = layers !== null && heads !== null && dim !== null && sequence !== null ? 4 * third * layers * heads * dim * sequence : null;
  return { flops: tokens * (2 * third * parameters + (attention ?? 0)), formula: `tokens × (${2 * third} N${attention === null ? '), without attention' : ` + ${4 * third} L H Q T)`}` };
}

function peakOf(db: ProfileDatabase, { peak, type }: { peak: number | null; type: MatrixType }): { teraflops: number; source: string; gpu: string | null } | { missing: string } {
  const gpus = new Set(gpusOf(db).map(({ name }) => name));
  const [gpu = null] = gpus;
  if (peak !== null) return { teraflops: peak, source: 'given', gpu };
  if (gpu === null) return { missing: 'the profile does not say which GPU it is of: give --peak, in TFLOP/s' };
  const model = gpuModel(gpu);
  const known = model?.peak[type];
  if (gpus.size > 1) return { missing: `it is of several models of GPUs (${[...gpus].join(', ')}): give --peak, in TFLOP/s` };
  const lesser = whyLesser(gpu);
  if (lesser !== null) return { missing: `no peak is known of ${gpu}: ${lesser}. Give --peak, in TFLOP/s` };
  if (model === undefined) return { missing: `no model is known by the name ${gpu} alone: give --peak, in TFLOP/s` };
  if (known === undefined) return { missing: `no peak is known of ${gpu} for ${type}: choose another --type, or give --peak, in TFLOP/s` };
  return { teraflops: known, source: `${model.source}: ${model.model}, ${type}, without sparsity`, gpu };
}

/** Of the usual iteration after the warm-up, or of the whole profile; milliseconds, `busyMs` of one device in the mean. */
function timeOf(db: ProfileDatabase, devices: readonly number[], { range, of }: Input): { wallMs: number; busyMs: number; gpus: number; iterations: number; notes: string[] } | null {
  const origin = firstEvent(db);
  const gpus = devices.length;
  const work = workOfDevices(db, devices);
  const first = work.start.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = work.end.reduce((a, b) => Math.max(a, b), 0);
  const found = of === 'profile' ? { spans: [{ start: first, end: last }], notes: [] } : findIterations(db, work, { range, origin });
  if (found === null) return null;
  const ms = found.spans.map(({ start, end }) => (end - start) / 1e6);
  const { warmUp } = slowOnes(ms);
  const { busy } = inIterations(work, found.spans);
  return { wallMs: medianOf(ms.slice(warmUp)), busyMs: medianOf(busy.slice(warmUp)) / 1e6 / gpus, gpus, iterations: found.spans.length - warmUp, notes: found.notes };
}
