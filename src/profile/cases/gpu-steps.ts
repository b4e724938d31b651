import type { AnalysisCase } from './case.js';
import type { SimulatedProgram } from './simulated.js';

const gemm = 'sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize128x128x64_warpgroupsize1x1x1_execute_segment_k_off_kernel__5x_cublas';
const steps = 60;

/** A profile of a program that does the same in each of its steps. */
export function inSteps(step: (program: SimulatedProgram) => void): AnalysisCase['profile'] {
  return { simulate: (program) => repeat(() => step(program)) };
}

export function repeat(body: () => void): void {
  for (let step = 0; step < steps; step++) body();
}

/** Large multiplications, as a healthy step of training has them: the device is behind the host. */
export function layers(program: SimulatedProgram, count: number, us = 200): void {
  for (let i = 0; i < count; i++) program.launch(gemm, us);
}
