import { mkdir, realpath, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { shellWord } from '../../core/shell-word.js';
import type { CommandRequest, CommandResult } from '../../measure/command.js';
import { makeRecorder } from './make-recorder.js';
import { nothingSeen } from './nothing-recorded.js';
import { wholeCommand, type Recorder, type RecorderKind } from './recorder.js';
import { readTimes } from './timed.js';

export interface CaptureRequest {
  /** `hooks` puts those of V8 and cProfile in and sees which processes come up. */
  kind: RecorderKind;
  /** Its `env` gets what the recorder needs added, such as NODE_OPTIONS and PYTHONPATH. */
  command: CommandRequest;
  /** Absolute. Emptied first; holds the profiles and the hooks. */
  outDir: string;
  runCommand: (request: CommandRequest) => Promise<CommandResult>;
  /** Our environment, by which nsys is found; default: that of this process. */
  own?: NodeJS.ProcessEnv;
}

export interface Capture {
  kind: Exclude<RecorderKind, 'hooks'> | 'mixed';
  /** Of V8 one for each thread, of cProfile and torch one for each process; of others one. Sorted by name. */
  files: string[];
  /** Where the command saw its folder, and where that is: programs in it can be asked for the lines of their code. */
  recordedAt: { at: string; path: string };
  /** What a person should know of the recording. */
  notes: string[];
  /** Of the command in milliseconds: its own where the recorder can tell, else with the start and the end of the profiler. */
  wallMs: number;
}

/**
 * Runs a command with a profiler in all its processes. Throws PL_PROFILE_COMMAND_FAILED when the command fails,
 * PL_PROFILE_CANCELLED when it was cancelled, and PL_PROFILE_EMPTY when no process left a profile.
 */
export async function captureProfile({ kind, command, outDir, runCommand, own = process.env }: CaptureRequest): Promise<Capture> {
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  const recorder = await makeRecorder(kind, { outDir, root: await seenFolder(command), env: command.env, own, window: wholeCommand, isWatched: false });
  const result = await runCommand({ ...command, command: lineOf(recorder, command.command), env: { ...command.env, ...recorder.env } });
  const told = recorder.timesFile === null ? null : readTimes(recorder.timesFile);
  // Not every profiler ends as its command did.
  if (!result.ok || (told !== null && told.exitCode !== 0)) throw commandFailed(command, told === null ? result : { ...result, exitCode: told.exitCode });

  const notes: string[] = [];
  const collected = await recorder.collect((note) => notes.push(note));
  if (collected.length === 0) throw nothingCaptured(kind, command);
  const files = recorder.asText === undefined ? collected : [await printed(recorder.asText, { command, outDir, runCommand })];
  const kinds = new Set(recorder.kind === 'hooks' ? files.map((name) => (name.endsWith('.pstats') ? 'cprofile' : 'v8')) : [recorder.kind]);
  const [first] = kinds;
  return { kind: kinds.size === 1 && first ? first : 'mixed', files, recordedAt: command.sandbox === undefined ? { at: command.cwd, path: command.cwd } : command.sandbox.worktree, notes, wallMs: told?.wallMs ?? result.wallMs };
}

/** The command with its recorder. */
function lineOf({ prefix }: Recorder, command: string): string {
  return prefix.length === 0 ? command : [...prefix, '/bin/sh', '-c', command].map(shellWord).join(' ');
}

/** The recording as text, made where the command ran: other places may not have its programs. Throws PL_PROFILE_EMPTY where it holds no sample. */
async function printed(asText: readonly string[], { command, outDir, runCommand }: Pick<CaptureRequest, 'command' | 'outDir' | 'runCommand'>): Promise<string> {
  const text = join(outDir, 'profile.txt');
  // The log stays that of the command.
  const { logFile: _, ...rest } = command;
  const request = { ...rest, command: `${asText.map(shellWord).join(' ')} >${shellWord(text)}` };
  const result = await runCommand(request);
  if (!result.ok) throw commandFailed(request, result);
  if ((await stat(text)).size === 0) throw nothingComputed(command);
  return text;
}

/** Where the command finds itself. */
async function seenFolder({ cwd, sandbox }: CommandRequest): Promise<string> {
  return sandbox === undefined ? realpath(cwd) : join(sandbox.worktree.at, relative(sandbox.worktree.path, cwd));
}

function commandFailed(command: CommandRequest, result: CommandResult): PerfloopError {
  const where = `${command.command} (in ${command.cwd})`;
  if (result.cancelled) return new PerfloopError('PL_PROFILE_CANCELLED', 'Profiling was cancelled.', { where });
  const how = result.timedOut
    ? `did not end within ${Math.round(command.timeoutMs / 1000)} s`
    : result.signal
      ? `was ended by ${result.signal}`
      : `failed with exit code ${result.exitCode}`;
  return new PerfloopError('PL_PROFILE_COMMAND_FAILED', `The profiled command ${how}.`, {
    where,
    fix: result.timedOut ? 'Profile a shorter run, or raise `timeout` of the command; a profiler slows a program down.' : 'Run the command by hand and mend it; it must exit with 0.',
    problems: tail(result),
  });
}

/** The last lines of what it printed. */
function tail({ stdout, stderr }: CommandResult): string[] {
  const printed = stderr.trim() === '' ? stdout : stderr;
  return printed.trimEnd().split('\n').slice(-20).map((line) => line.slice(0, 500));
}

function nothingCaptured(kind: RecorderKind, command: CommandRequest): PerfloopError {
  return new PerfloopError('PL_PROFILE_EMPTY', `${nothingSeen[kind]} of the command left a profile.`, {
    where: `${command.command} (in ${command.cwd})`,
    fix:
      `Name a command in [commands] profile that runs the code under ${languages[kind]}, in this environment, and that ends by itself. Not seen are: ` +
      'a cleared NODE_OPTIONS or PYTHONPATH, `python -I`, `-E` or `-S`, os._exit, SIGKILL, containers and other hosts. Or bring a profile with `--profile FILE`.',
  });
}

/** Samples are taken of what is on a processor. */
function nothingComputed(command: CommandRequest): PerfloopError {
  return new PerfloopError('PL_PROFILE_EMPTY', 'The profile has no samples: the command used next to no time of a processor. It ends at once, or it waits (for a sleep, a disk, another process).', {
    where: `${command.command} (in ${command.cwd})`,
    fix: 'Name a command in [commands] profile that computes for a second or more, or bring a profile of what it waits for with `--profile FILE`.',
  });
}

/** What a recorder sees, as words after "runs the code under". */
const languages: Record<RecorderKind, string> = { v8: 'Node', cprofile: 'Python 3.7 or newer', pyspy: 'Python', hooks: 'Node or Python 3.7 or newer', torch: 'Python and imports torch', perf: 'a program of this machine', nsys: 'a program of this machine' };
