import { access, constants, copyFile, mkdir, mkdtemp, realpath, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { importProfileInThread } from '../import/in-thread.js';
import { makeRecorder } from './make-recorder.js';
import { measureOverhead, type Overhead } from './overhead.js';
import type { RecorderKind, Window } from './recorder.js';
import { runRecorded, type Interrupts, type RecordedRun } from './run-recorded.js';

export interface RecordRequest {
  kind: RecorderKind;
  argv: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  window: Window;
  /** Where the profile goes, absolute: what the profiler wrote, or a database that perfloop makes of it where this ends in .sqlite. */
  out: string;
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
 * PL_PROFILE_OUT, PL_PROFILE_COMMAND_MISSING, PL_PROFILE_RANGE, PL_NSYS_MISSING, PL_NSYS_FAILED.
 */
export async function record(request: RecordRequest): Promise<Recording> {
  const { kind, argv, interrupts, say } = request;
  await checkPlace(request.out);
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-record-'));
  try {
    const once = async (name: string, isRecorded: boolean, isShown: boolean): Promise<{ run: RecordedRun; collect: () => Promise<string[]> }> => {
      const outDir = join(folder, name);
      await mkdir(outDir);
      const { cwd, env, window } = request;
      const recorder = isRecorded ? await makeRecorder(kind, { outDir, root: await realpath(cwd), env, window, isWatched: true }) : null;
      const run = await runRecorded({ argv, cwd, env, recorder, window, isShown, interrupts });
      return { run, collect: async () => (recorder === null ? [] : recorder.collect(say)) };
    };
    const { run, collect } = await once('kept', true, true);
    const interrupted = interrupts.count > 0;
    const files = await collect();
    if (files.length === 0) throw nothingRecorded(request, run);
    const file = await keep(files, request.out, say);

    const why = overheadHindrance(request, run, interrupted);
    let taken = 0;
    const overhead = why !== null ? null : await measureOverhead(run, async (isRecorded) => {
      if (interrupts.count > 0) return null;
      if (taken === 0) say('running it again without and with the profiler, to compare (--no-overhead does without)');
      const again = (await once(`run-${++taken}`, isRecorded, false)).run;
      return hasFailed(again) || interrupts.count > 0 ? null : again;
    });
    return { file, files: files.length, run, interrupted, overhead, overheadUnknown: overhead === null ? (why ?? 'a run to compare with failed or was interrupted') : null };
  } finally {
    await rm(folder, { recursive: true, force: true });
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

/** Before the command ran for nothing. */
async function checkPlace(out: string): Promise<void> {
  const refuse = (why: string, cause?: unknown): PerfloopError => new PerfloopError('PL_PROFILE_OUT', `The profile cannot be written: ${why}.`, { where: out, fix: 'Name a file in a folder that you may write: --out FILE.', cause });
  if ((await stat(out).catch(() => null))?.isDirectory() === true) throw refuse('that is a folder');
  try {
    await mkdir(dirname(out), { recursive: true });
    await access(dirname(out), constants.W_OK);
  } catch (cause) {
    throw refuse((cause as Error).message, cause);
  }
}

/** One file stays as it is; several become one database, and lie beside it. */
async function keep(files: readonly string[], out: string, say: (text: string) => void): Promise<string> {
  const [first] = files;
  if (first !== undefined && files.length === 1 && extname(out) !== '.sqlite') {
    await move(first, out);
    return out;
  }
  const stem = out.replace(/(?:\.trace)?\.json\.gz$|\.[^./]+$/, '');
  const folder = `${stem}.files`;
  await mkdir(folder, { recursive: true });
  const kept: string[] = [];
  for (const file of files) {
    kept.push(join(folder, basename(file)));
    await move(file, join(folder, basename(file)));
  }
  say(`importing ${kept.length} ${kept.length === 1 ? 'profile' : 'profiles'} into one`);
  const database = `${stem}.sqlite`;
  await importProfileInThread({ files: kept, kind: 'auto', database });
  return database;
}

/** Also to another file system. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, to);
  }
}

function nothingRecorded({ kind, argv, window }: RecordRequest, { exitCode, signal }: RecordedRun): PerfloopError {
  const what = { hooks: 'No Node or Python process', v8: 'No Node process', cprofile: 'No Python process', pyspy: 'No Python process', torch: 'No process that imports torch', perf: 'No process', nsys: 'No process' }[kind];
  const ended = signal !== null ? `The command was ended by ${signal}.` : exitCode === null ? 'How the command ended is not known.' : exitCode === 0 ? 'The command itself ended well.' : `The command failed with exit code ${exitCode}.`;
  const fix =
    window.range !== null ? `See that the command comes to the range ${window.range}, or leave --range out.`
    : window.delayMs > 0 ? 'See that the command runs for longer than the delay.'
    : exitCode !== null && exitCode !== 0 ? 'See what it printed, and run it by hand first.'
    : 'Choose another --kind: `perfloop profile --list` says what each sees. Hooks do not see a cleared NODE_OPTIONS or PYTHONPATH, `python -I`, `-E` or `-S`, os._exit, SIGKILL, containers and other hosts.';
  return new PerfloopError('PL_PROFILE_EMPTY', `${what} of the command left a profile. ${ended}`, { where: argv.join(' '), fix });
}
