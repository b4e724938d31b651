import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRecorder } from './make-recorder.js';
import { NothingRecorded } from './nothing-recorded.js';
import { measureOverhead, type Overhead } from './overhead.js';
import { checkPlace, keepProfile, NotKept, type ProfilePlace } from './place.js';
import type { RecorderKind, Window } from './recorder.js';
import { runRecorded, type Interrupts, type RecordedRun } from './run-recorded.js';

export interface RecordRequest {
  kind: RecorderKind;
  argv: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  window: Window;
  /** Where the profile goes: what the profiler wrote, or a database that perfloop makes of it where this ends in .sqlite. */
  place: ProfilePlace;
  /** Whether the command is also run without and with the profiler, to compare. */
  withOverhead: boolean;
  interrupts: Interrupts;
  say: (text: string) => void;
}

export interface Recording {
  /** The profile: a file as the profiler wrote it, or a database of perfloop where there are several. */
  file: string;
  /** Files that the profiler wrote. */
  files: number;
  run: RecordedRun;
  interrupted: boolean;
  overhead: Overhead | null;
  /** Why there is none. */
  overheadUnknown: string | null;
}

/**
 * Runs a command with a profiler and leaves the profile where it was asked for. Throws PL_PROFILE_EMPTY when nothing was recorded,
 * PL_PROFILE_OUT, PL_PROFILE_EXISTS, PL_DISK_FULL, PL_PROFILE_COMMAND_MISSING, PL_PROFILE_RANGE, PL_NSYS_MISSING, PL_NSYS_FAILED.
 */
export async function record(request: RecordRequest): Promise<Recording> {
  const { kind, argv, interrupts, say } = request;
  await checkPlace(request.place);
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-record-'));
  let isNeeded = false;
  try {
    const once = async (name: string, isRecorded: boolean, isShown: boolean): Promise<{ run: RecordedRun; collect: () => Promise<string[]> }> => {
      const outDir = join(folder, name);
      await mkdir(outDir);
      const { cwd, env, window } = request;
      const recorder = isRecorded ? await makeRecorder(kind, { outDir, root: await realpath(cwd), env, own: env, window, isWatched: true }) : null;
      const run = await runRecorded({ argv, cwd, env, recorder, window, isShown, interrupts });
      return { run, collect: async () => (recorder === null ? [] : recorder.collect(say)) };
    };
    const { run, collect } = await once('kept', true, true);
    const interrupted = interrupts.count > 0;
    const files = await collect();
    if (files.length === 0) throw new NothingRecorded(request, run);
    const file = await keepProfile(files, request.place.out, say);

    const why = overheadHindrance(request, run, interrupted);
    let taken = 0;
    const overhead = why !== null ? null : await measureOverhead(run, async (isRecorded) => {
      if (interrupts.count > 0) return null;
      if (taken === 0) say('running it again without and with the profiler, to compare (--no-overhead does without)');
      const again = (await once(`run-${++taken}`, isRecorded, false)).run;
      return hasFailed(again) || interrupts.count > 0 ? null : again;
    });
    return { file, files: files.length, run, interrupted, overhead, overheadUnknown: overhead === null ? (why ?? 'a run to compare with failed or was interrupted') : null };
  } catch (error) {
    isNeeded = error instanceof NotKept;
    throw error;
  } finally {
    if (!isNeeded) await rm(folder, { recursive: true, force: true });
  }
}

/** As far as is known: py-spy does not tell. */
export const hasFailed = ({ exitCode, signal }: Pick<RecordedRun, 'exitCode' | 'signal'>): boolean => signal !== null || (exitCode !== null && exitCode !== 0);

function overheadHindrance({ withOverhead, window }: RecordRequest, run: RecordedRun, interrupted: boolean): string | null {
  if (!withOverhead) return 'it was not asked for';
  if (interrupted) return 'the command was interrupted';
  if (window.durationMs !== null) return 'the command was ended after the duration, not by itself';
  if (hasFailed(run)) return 'the command failed';
  return null;
}
