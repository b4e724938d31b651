import { containerLimits } from '../../measure/container-limits.js';
import { kernelCountsProcesses } from '../../measure/limits/rlimits.js';
import { sandboxSupport, type SandboxSupport } from '../../measure/sandbox/probe.js';
import { sizeText } from '../../core/config/size.js';
import type { Check } from './check.js';

/** What decides which limits of a command hold here, and by whom. */
export interface LimitFacts {
  platform: NodeJS.Platform;
  root: boolean;
  sandbox: SandboxSupport;
  /** Whether the kernel counts the processes of a sandbox. */
  countsProcesses: boolean;
  /** Of the control group that the worker is in. */
  memoryBytes: number | null;
}

export async function limitsCheck(): Promise<Check> {
  return limitsHold({ platform: process.platform, root: process.getuid?.() === 0, sandbox: await sandboxSupport(), countsProcesses: kernelCountsProcesses, memoryBytes: containerLimits().memoryBytes });
}

/** Which of `[limits]` hold, and how. */
export function limitsHold({ platform, root, sandbox, countsProcesses, memoryBytes }: LimitFacts): Check {
  const check = { name: 'limits', neededFor: 'keeping commands of targets from taking the whole machine, [limits]' };
  if (platform !== 'linux') return { ...check, status: 'warn', found: `none: they need Linux, and this is ${platform}`, fix: 'Run perfloop on Linux, or in a Linux virtual machine.' };
  const bounded = sandbox.works && sandbox.bounds;
  const byKernel = ['cpu_time of each process', 'file_size', 'open_files', ...(sandbox.works && countsProcesses ? ['processes'] : []), ...(bounded ? ['shm'] : [])];
  const whole = memoryBytes === null ? 'no control group bounds the memory of the worker with all of it' : `a control group bounds the worker with all of it at ${sizeText(memoryBytes)} of memory`;
  const found = `watched: memory, processes, cpu_time, disk; by the kernel: ${byKernel.join(', ')}; ${whole}`;
  if (!sandbox.works) return { ...check, status: 'warn', found: `${found}; not shm${root ? ', and as root a command can raise what the kernel keeps' : ''}`, fix: 'Get bubblewrap to work, see above.' };
  if (!bounded) return { ...check, status: 'warn', found: `${found}; not shm`, fix: 'Install bubblewrap 0.7 or newer.' };
  return { ...check, status: 'ok', found, fix: null };
}
