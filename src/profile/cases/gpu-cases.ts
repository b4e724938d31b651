import type { AnalysisCase } from './case.js';
import { gpuRepeatCases } from './gpu-repeat-cases.js';
import { layers, repeat } from './gpu-steps.js';
import { gpuWaitingCases, scalarRead } from './gpu-waiting-cases.js';
import { gpuWorkCases } from './gpu-work-cases.js';

const healthy: AnalysisCase = {
  name: 'a healthy training loop',
  program: scalarRead.program,
  profile: {
    simulate: (program) => {
      repeat(() => {
        program.range('forward and backward', () => layers(program, 12));
        program.copy({ direction: 'to device', bytes: 4_000_000, us: 160 }, { stream: 13 });
      });
      program.copy({ direction: 'to host', bytes: 4, us: 2, pinned: false });
      program.wait();
    },
  },
  truth: null,
};

/** Simulated as exports of nsys. */
export const gpuCases: readonly AnalysisCase[] = [...gpuWaitingCases, ...gpuWorkCases, ...gpuRepeatCases, healthy];
