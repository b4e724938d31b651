import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { programOutput } from '../../measure/program-output.js';
import { importRecording } from '../import/nsys/report.js';
import { needNsys } from '../nsys-binaries.js';
import { endAgents } from './nsys-agents.js';
import type { Recorder, RecorderPlace } from './recorder.js';
import { timedCommand } from './timed.js';

/**
 * Nsight Systems follows all children. CPU samples with stacks by frame pointer: nsys's default, the branch records of Intel
 * processors, is not to be had in virtual machines. Throws PL_NSYS_MISSING.
 */
export async function nsysRecorder({ outDir, own, window }: RecorderPlace): Promise<Recorder> {
  const nsys = needNsys('profiling with nsys', own);
  const samples = canSample(await programOutput(nsys, ['--version'], own));
  const session = `perfloop-${randomBytes(6).toString('hex')}`;
  const report = join(outDir, 'profile');
  const timesFile = join(outDir, 'times');
  const options = [
    '--trace=cuda,nvtx,osrt',
    ...(samples ? ['--sample=process-tree', '--backtrace=fp'] : ['--sample=none', '--cpuctxsw=none']),
    `--session-new=${session}`,
    '--force-overwrite=true',
    `--output=${report}`,
    ...(window.delayMs > 0 ? [`--delay=${seconds(window.delayMs)}`] : []),
    ...(window.durationMs === null ? [] : [`--duration=${seconds(window.durationMs)}`]),
    ...rangeOptions(window.range),
  ];
  return {
    kind: 'nsys',
    prefix: [nsys, 'profile', ...options, ...timedCommand(timesFile)],
    // Else a name counts only when the program registered it with NVTX, which PyTorch does not.
    env: window.range === null ? {} : { NSYS_NVTX_PROFILER_REGISTER_ONLY: '0' },
    keepsDuration: true,
    endsBy: 'SIGINT',
    begunFile: null,
    stopFile: null,
    graceMs: 0,
    timesFile,
    hidesExit: false,
    collect: async (say) => {
      endAgents(session);
      if (!samples) say('without samples of the CPU: nsys before 2023 does not come to an end with them on new kernels');
      const file = `${report}.nsys-rep`;
      const recording = `${report}.qdstrm`;
      if (!existsSync(file) && existsSync(recording)) {
        say('nsys left a recording: its importer makes a report of it');
        await importRecording(nsys, recording, file);
      }
      await rm(recording, { force: true });
      return existsSync(file) ? [file] : [];
    },
  };
}

/** Seen with 2022.4 on Linux 6.18: with samples or switches of threads its agent goes on for ever at the end of most recordings. */
const canSample = (version: string | null): boolean => Number(/version (\d{4})\./.exec(version ?? '')?.[1] ?? 2023) >= 2023;

/** nsys takes whole seconds. */
const seconds = (ms: number): number => Math.max(1, Math.round(ms / 1000));

/** After the range the command goes on, unrecorded. */
function rangeOptions(range: string | null): string[] {
  if (range === null) return [];
  const end = '--capture-range-end=stop';
  if (range === 'cudaProfilerApi') return ['--capture-range=cudaProfilerApi', end];
  return ['--capture-range=nvtx', `--nvtx-capture=${range.includes('@') ? range : `${range}@*`}`, end];
}
