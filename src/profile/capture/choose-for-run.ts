import { relative } from 'node:path';
import { simpleCommands } from '../../core/shell-words.js';
import { readElf } from '../import/perf/elf.js';
import { findNsys } from '../nsys-binaries.js';
import { programOf } from './command-words.js';
import { hasGpu } from './has-gpu.js';
import { findProfilers, isUsable } from './profilers.js';
import type { RecorderKind } from './recorder.js';

/** A shell command to be profiled, with its folder and environment. */
export interface ChosenFor {
  command: string;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * What `auto` is for the profiled commands of a run, one for all of them: profiles of several kinds are not put together. nsys where one
 * starts a Python program that imports torch, this machine has a GPU, and nsys is there; perf where each starts a native program of the
 * repository and nothing of Node or Python; else the hooks of V8 and cProfile. `own`: our environment, which may name nsys.
 */
export async function chooseForRun(commands: readonly ChosenFor[], own: NodeJS.ProcessEnv): Promise<RecorderKind> {
  const isOfTorch = commands.some(({ command, cwd, env }) => usesTorch(programOf(['sh', '-c', command], { cwd, path: env['PATH'] ?? '' })));
  if (isOfTorch && findNsys(own) !== null && (await hasGpu(own))) return 'nsys';
  return commands.every(startsNative) && (await findProfilers(own)).some((one) => one.kind === 'perf' && isUsable(one)) ? 'perf' : 'hooks';
}

const interpreted = /(?:^|[\s/;&|'"])(?:node|nodejs|npm|npx|pnpm|yarn|tsx|python[0-9.]*|pytest|torchrun)\b/;

/** Whether one of its programs is a compiled one that lies in its folder, and none is of Node or Python. */
function startsNative({ command, cwd, env }: ChosenFor): boolean {
  if (interpreted.test(command)) return false;
  const path = env['PATH'] ?? '';
  const programs = simpleCommands(command).map((words) => programOf(words, { cwd, path }));
  if (programs.some(({ kind }) => kind === 'node' || kind === 'python')) return false;
  return programs.some((program) => program.kind === 'native' && !relative(cwd, program.file).startsWith('..') && readElf(program.file) !== null);
}

const usesTorch = (program: ReturnType<typeof programOf>): boolean => 'usesTorch' in program && program.usesTorch;
