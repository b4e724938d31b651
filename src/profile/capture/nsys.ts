import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PerfloopError } from '../../core/errors.js';
import { needNsys, needQdstrmImporter } from '../nsys-binaries.js';
import type { Recorder, RecorderPlace } from './recorder.js';
import { timedCommand } from './timed.js';

/**
 * Nsight Systems follows all children. CPU samples with stacks by frame pointer: nsys's default, the branch records of Intel
 * processors, is not to be had in virtual machines. Throws PL_NSYS_MISSING.
 */
export function nsysRecorder({ outDir, env, window }: RecorderPlace): Recorder {
  const nsys = needNsys('perfloop profile --kind nsys', env);
  const report = join(outDir, 'profile');
  const timesFile = join(outDir, 'times');
  const options = [
    '--trace=cuda,nvtx,osrt',
    '--sample=process-tree',
    '--backtrace=fp',
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
    stopFile: null,
    graceMs: 0,
    timesFile,
    hidesExit: false,
    collect: async (say) => {
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

/** nsys takes whole seconds. */
const seconds = (ms: number): number => Math.max(1, Math.round(ms / 1000));

/** After the range the command goes on, unrecorded. */
function rangeOptions(range: string | null): string[] {
  if (range === null) return [];
  const end = '--capture-range-end=stop';
  if (range === 'cudaProfilerApi') return ['--capture-range=cudaProfilerApi', end];
  return ['--capture-range=nvtx', `--nvtx-capture=${range.includes('@') ? range : `${range}@*`}`, end];
}

/** Debian's nsys does not find its own importer. */
async function importRecording(nsys: string, recording: string, report: string): Promise<void> {
  const importer = needQdstrmImporter(nsys, recording);
  try {
    await promisify(execFile)(importer, ['--input-file', recording, '--output-file', report], { maxBuffer: 64 << 20 });
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr ?? '';
    throw new PerfloopError('PL_NSYS_FAILED', 'The importer of Nsight Systems could not read its recording.', { where: recording, fix: `Run it by hand: ${importer} -i ${recording}`, problems: said.trim().split('\n').slice(-5), cause });
  }
}
