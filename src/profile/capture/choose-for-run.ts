import { findNsys } from '../nsys-binaries.js';
import { programOf } from './command-words.js';
import { hasGpu } from './has-gpu.js';
import type { RecorderKind } from './recorder.js';

/** A shell command to be profiled, with its folder and environment. */
export interface ChosenFor {
  command: string;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * What `auto` is for the profiled commands of a run. nsys for all of them where one starts a Python program that imports torch, this
 * machine has a GPU, and nsys is there: profiles of several kinds are not put together. Else the hooks of V8 and cProfile. `own`: our environment, which may name nsys.
 */
export async function chooseForRun(commands: readonly ChosenFor[], own: NodeJS.ProcessEnv): Promise<RecorderKind> {
  const isOfTorch = commands.some(({ command, cwd, env }) => usesTorch(programOf(['sh', '-c', command], { cwd, path: env['PATH'] ?? '' })));
  return isOfTorch && findNsys(own) !== null && (await hasGpu(own)) ? 'nsys' : 'hooks';
}

const usesTorch = (program: ReturnType<typeof programOf>): boolean => 'usesTorch' in program && program.usesTorch;
