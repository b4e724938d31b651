import { PerfloopError } from '../../core/errors.js';
import type { CommandRequest, CommandResult } from '../../measure/command.js';
import { captureProfile, type Capture } from './capture.js';
import { chooseForRun } from './choose-for-run.js';
import { findProfilers, isUsable } from './profilers.js';
import type { RecorderKind } from './recorder.js';

export interface RunCapture {
  kind: RecorderKind | 'auto';
  /** Each with a folder of its own, see `captureProfile`. */
  asked: readonly { command: CommandRequest; outDir: string }[];
  runCommand: (request: CommandRequest) => Promise<CommandResult>;
  own: NodeJS.ProcessEnv;
}

/**
 * Profiles the commands of a run with one profiler. With `auto`, what leaves nothing to the hooks of V8 and cProfile is run once more with perf.
 * Throws as `captureProfile` does.
 */
export async function captureForRun({ kind, asked, runCommand, own }: RunCapture): Promise<Capture[]> {
  const captureAll = async (chosen: RecorderKind): Promise<Capture[]> => {
    const all: Capture[] = [];
    for (const { command, outDir } of asked) all.push(await captureProfile({ kind: chosen, command, outDir, runCommand, own }));
    return all;
  };
  if (kind !== 'auto') return await captureAll(kind);
  const chosen = await chooseForRun(asked.map(({ command }) => command), own);
  try {
    return await captureAll(chosen);
  } catch (error) {
    if (chosen !== 'hooks' || !(error instanceof PerfloopError) || error.code !== 'PL_PROFILE_EMPTY') throw error;
    const perf = (await findProfilers(own)).find((one) => one.kind === 'perf');
    if (perf === undefined || !isUsable(perf)) throw withoutPerf(error, perf?.hindrance ?? `perf is not installed: ${perf?.install ?? ''}`);
    const all = await captureAll('perf');
    all[0]?.notes.push('no process of Node or Python came up, so it ran again with perf');
    return all;
  }
}

function withoutPerf(error: PerfloopError, why: string): PerfloopError {
  return new PerfloopError('PL_PROFILE_EMPTY', `${error.message} Programs of other languages are profiled with perf, which cannot be used here.`, { where: error.where ?? '', fix: `${why}. ${error.fix ?? ''}` });
}
