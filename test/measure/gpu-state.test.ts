import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { GpuState, Pair } from '../../src/core/sample.js';
import { awaitFreeGpu } from '../../src/measure/gpu-state.js';
import { parseGpuStates } from '../../src/measure/gpu.js';
import { pairSchema } from '../../src/measure/sample-journal.js';

const printed = (name: string): Promise<string> => readFile(join(import.meta.dirname, '../fixtures/nvidia-smi', `${name}.xml`), 'utf8');
const free: GpuState = { smMhz: 1980, throttled: [], computing: [] };
const hot: GpuState = { ...free, smMhz: 900, throttled: ['hw_thermal_slowdown'] };
const used: GpuState = { ...free, computing: ['python', 'python'] };

/** Sees these one after the other, and the last one from then on. */
function looks(...states: (GpuState | null)[]): { look: () => Promise<GpuState | null>; count: () => number } {
  let count = 0;
  return { look: async () => Promise.resolve(states[Math.min(count++, states.length - 1)] ?? null), count: () => count };
}

describe('the state of a GPU', () => {
  test('is its clock, what throttles it, and who computes on it', async () => {
    expect(parseGpuStates(await printed('515-tesla-t4'))).toEqual([{ smMhz: 585, throttled: [], computing: ['python'] }]);
    expect(parseGpuStates(await printed('535-a100-mig'))).toEqual([{ smMhz: 1275, throttled: ['sw_power_cap', 'hw_thermal_slowdown'], computing: [] }]);
    expect(parseGpuStates(await printed('590-two-a5000')).map(({ computing }) => computing)).toEqual([null, null]);
  });

  test('does not count what only draws the screen', async () => {
    const drawn = (await printed('515-tesla-t4')).replace('<type>C</type>', '<type>G</type>');
    expect(parseGpuStates(drawn)).toMatchObject([{ computing: [] }]);
  });
});

describe('before a pair on a GPU', () => {
  test('one that is free is told at once, and so is one that does not tell', async () => {
    expect(await awaitFreeGpu(looks(free).look)).toEqual(free);
    expect(await awaitFreeGpu(looks(null).look)).toBeNull();
  });

  test('heat and other programs are waited out', async () => {
    const { look, count } = looks(hot, used, free);
    expect(await awaitFreeGpu(look)).toEqual(free);
    expect(count()).toBe(3);
  });

  test('a program that stays refuses the sampling, by its name', async () => {
    await expect(awaitFreeGpu(looks(used).look, { patienceMs: 1 })).rejects.toMatchObject({ code: 'PL_GPU_IN_USE', message: expect.stringMatching(/: python$/) as string });
  });

  test('heat that stays is measured and marked; a cap of the power is not waited for', async () => {
    expect(await awaitFreeGpu(looks(hot).look, { patienceMs: 1 })).toEqual(hot);
    const capped = { ...free, throttled: ['sw_power_cap'] };
    const { look, count } = looks(capped);
    expect(await awaitFreeGpu(look)).toEqual(capped);
    expect(count()).toBe(1);
  });

  test('what was seen stands with the pair in its journal', () => {
    const sample = { ok: true as const, wallMs: 40, metrics: {} };
    const pair: Pair = { stage: 'confirm', index: 0, order: 'ab', a: sample, b: sample, device: 'h/gpu0', gpu: { before: free, after: hot }, load: 0, at: 0 };
    expect(pairSchema.parse(JSON.parse(JSON.stringify(pair)))).toEqual(pair);
  });
});
