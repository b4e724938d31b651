import { describe, expect, it } from 'vitest';
import { abstention, answerOf, profileOf, type Answer } from './ask-tool.js';
import { globalPidOf, globalTidOf } from './nsys-export.js';

interface Row { by: string; ms: number; teraflops: number; utilization: number }
interface Facts { mfu: number; flops: number; formula: string; peakTeraflops: number; peakSource: string; gpu: string | null; gpus: number; iterations: number }

/** Steps of 10 ms, of which each of two devices works 4 and 6; the first takes 50. */
function steps(gpus: string[] = ['NVIDIA A100-SXM4-80GB', 'NVIDIA A100-SXM4-80GB']): object {
  const starts = Array.from({ length: 12 }, (_, i) => (i === 0 ? 0 : 50_000_000 + (i - 1) * 10_000_000));
  const kernel = (start: number, deviceId: number, ms: number) => ({ start, end: start + ms * 1_000_000, deviceId, streamId: 7, correlationId: null, globalPid: globalPidOf(1), demangledName: 1, shortName: 1 });
  return {
    CUPTI_ACTIVITY_KIND_KERNEL: starts.flatMap((start) => [kernel(start, 0, 4), kernel(start, 1, 6)]),
    NVTX_EVENTS: starts.map((start, i) => ({ start, end: start + (i === 0 ? 50_000_000 : 10_000_000), eventType: 59, text: `step ${i}`, globalTid: globalTidOf(1, 1) })),
    ...(gpus.length === 0 ? {} : { TARGET_INFO_GPU: gpus.map((name, id) => ({ id, name })) }),
  };
}
const strings = { 1: 'gemm' };
const asked = async (input: object, gpus?: string[]): Promise<Answer<Row, Facts>> => answerOf(await profileOf(steps(gpus), strings), 'mfu', input) as Answer<Row, Facts>;

describe('model FLOPs utilization', () => {
  it('of given operations: by the usual iteration, and by the time devices worked in it', async () => {
    const { rows, facts } = await asked({ flops: 3.12e12 });
    expect(rows).toMatchObject([{ by: 'wall', ms: 10 }, { by: 'busy', ms: 5 }]);
    // 1.56e12 of each GPU in 10 ms are 156 TFLOP/s, half of what an A100 has in BF16.
    expect(rows[0]?.teraflops).toBeCloseTo(156, 9);
    expect(facts.mfu).toBeCloseTo(0.5, 9);
    expect(rows[1]?.utilization).toBeCloseTo(1, 9);
    expect(facts).toMatchObject({ gpus: 2, iterations: 11, peakTeraflops: 312, formula: 'given', gpu: 'NVIDIA A100-SXM4-80GB' });
    expect(facts.peakSource).toContain('data sheet');
  });

  it('of a transformer, as PaLM and nanoGPT count: GPT-2 has 6 N + 12 L H Q T a token', async () => {
    const shape = { parameters: 124_000_000, tokens: 1024, layers: 12, heads: 12, head_dim: 64, sequence: 1024 };
    const training = 1024 * (6 * 124_000_000 + 12 * 12 * 12 * 64 * 1024);
    expect((await asked(shape)).facts.flops).toBe(training);
    expect((await asked({ ...shape, passes: 'inference' })).facts.flops).toBe(training / 3);
    expect((await asked({ parameters: 124_000_000, tokens: 1024 })).facts).toMatchObject({ flops: 1024 * 6 * 124_000_000, formula: 'tokens × (6 N), without attention' });
  });

  it('by another type or a given peak; more than the peak is called wrong', async () => {
    expect((await asked({ flops: 1e12, type: 'tf32' })).facts.peakTeraflops).toBe(156);
    expect((await asked({ flops: 1e12, peak: 1000 }, [])).facts).toMatchObject({ peakTeraflops: 1000, peakSource: 'given', gpu: null });
    expect((await asked({ flops: 1e14 })).notes[0]).toContain('More than the peak');
    expect((await asked({ flops: 1e12, of: 'profile' })).rows[0]).toMatchObject({ ms: 156 });
  });

  it('by the devices that ran kernels: one that was only cleared has no part in it', async () => {
    const rows = steps() as { CUPTI_ACTIVITY_KIND_KERNEL: object[] };
    const cleared = { start: 10_000, end: 10_001, deviceId: 2, streamId: 7, correlationId: null, globalPid: globalPidOf(1), bytes: 4, memKind: 2 };
    const { facts } = answerOf(await profileOf({ ...rows, CUPTI_ACTIVITY_KIND_MEMSET: [cleared] }, strings), 'mfu', { flops: 3.12e12 }) as Answer<Row, Facts>;
    expect(facts.gpus).toBe(2);
    expect(facts.mfu).toBeCloseTo(0.5, 9);
    const { CUPTI_ACTIVITY_KIND_KERNEL: _, ...without } = rows;
    expect(abstention(await profileOf({ ...without, CUPTI_ACTIVITY_KIND_MEMSET: [cleared] }, strings), 'mfu', { flops: 1 })).toContain('no kernel ran');
  });

  it.each(['NVIDIA GeForce RTX 4090 Laptop GPU', 'NVIDIA GeForce RTX 4090 D', 'NVIDIA A100-SXM4-40GB MIG 1g.5gb', 'NVIDIA H100 80GB HBM3 MIG 1g.10gb', 'GRID A100-10C'])('%s has not the peak of the whole card', async (name) => {
    const db = await profileOf(steps([name]), strings);
    expect(abstention(db, 'mfu', { flops: 1e12 })).toMatch(/no peak is known of .*(part of a GPU|laptop|fewer cores).*--peak/);
    expect((answerOf(db, 'mfu', { flops: 1e12, peak: 20 }) as Answer<Row, Facts>).facts).toMatchObject({ peakTeraflops: 20, gpu: name });
  });

  it('nothing is guessed', async () => {
    const why = async (input: object, gpus: string[] = []): Promise<string | null> => abstention(await profileOf(steps(gpus), strings), 'mfu', input);
    expect(await why({})).toContain('give --flops');
    expect(await why({ parameters: 1 })).toContain('give --flops');
    expect(await why({ flops: 1 })).toContain('does not say which GPU');
    expect(await why({ flops: 1 }, ['NVIDIA H100'])).toContain('no model is known by the name NVIDIA H100 alone');
    expect(await why({ flops: 1, type: 'fp8' }, ['NVIDIA A100-SXM4-80GB'])).toContain('for fp8');
    expect(await why({ flops: 1 }, ['NVIDIA A100-SXM4-80GB', 'NVIDIA H100 PCIe'])).toContain('several models');
    expect(await why({ flops: 1, peak: 1, range: 'nowhere' })).toContain('no iterations');
  });
});
