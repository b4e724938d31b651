import { programOutput } from '../../measure/program-output.js';

/** Whether this machine has a GPU of NVIDIA, as its driver says. */
export async function hasGpu(env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await programOutput('nvidia-smi', ['-L'], env))?.includes('GPU ') === true;
}
