import { setTimeout as delay } from 'node:timers/promises';
import { PerfloopError } from '../core/errors.js';
import type { GpuState } from '../core/sample.js';
import { parseGpuStates } from './gpu.js';
import { programOutput } from './program-output.js';

/** A GPU that cools down, or that another program leaves, is waited for. */
const longestWaitMs = 30_000;
const lookEveryMs = 500;

/** Slow because of heat or of the power supply: it passes. A cap of the power is how the GPU always is under load. */
const passing = /thermal|brake/;

/** Looks at one GPU, by its number in nvidia-smi; null where it does not tell. */
export type LookAtGpu = () => Promise<GpuState | null>;

export function gpuLook(index: number): LookAtGpu {
  return async () => {
    const xml = await programOutput('nvidia-smi', ['-q', '-x', '-i', String(index)]);
    return xml === null ? null : (parseGpuStates(xml)[0] ?? null);
  };
}

/**
 * Waits before a pair until nobody else computes on the GPU and it is not slowed down by heat. While no sample runs, every
 * program on it is another's. It stands before the pair begins, so that it cannot depend on a result. Null where the GPU does
 * not tell. Throws PL_GPU_IN_USE where another program stays; one that stays hot is measured as it is, and the pair says so.
 */
export async function awaitFreeGpu(look: LookAtGpu, { signal, patienceMs = longestWaitMs }: { signal?: AbortSignal; patienceMs?: number } = {}): Promise<GpuState | null> {
  const began = performance.now();
  for (;;) {
    const state = await look();
    if (state === null) return null;
    const others = state.computing ?? [];
    const isHot = state.throttled?.some((reason) => passing.test(reason)) === true;
    if (others.length === 0 && !isHot) return state;
    if (performance.now() - began >= patienceMs) {
      if (others.length === 0) return state;
      throw new PerfloopError('PL_GPU_IN_USE', `other programs compute on the GPU that this run leases: ${[...new Set(others)].join(', ')}`, {
        where: 'nvidia-smi',
        fix: 'End them, or keep perfloop from that GPU with CUDA_VISIBLE_DEVICES of its worker. Samples beside them would say nothing.',
      });
    }
    await delay(Math.min(lookEveryMs, patienceMs), undefined, signal === undefined ? {} : { signal });
  }
}
