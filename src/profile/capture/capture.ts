import { existsSync } from 'node:fs';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import type { CommandRequest, CommandResult } from '../../measure/command.js';
import { makeRecorder } from './make-recorder.js';
import { wholeCommand, type Recorder, type RecorderKind } from './recorder.js';
import { shellWord } from '../../core/shell-word.js';

export interface CaptureRequest {
  /** `auto` puts the hooks of V8 and cProfile in and sees which processes come up. */
  kind: 'auto' | 'v8' | 'cprofile' | 'perf' | 'pyspy';
  /** Its `env` gets what the recorder needs added, such as NODE_OPTIONS and PYTHONPATH. */
  command: CommandRequest;
  /** Absolute. Emptied first; holds the profiles and the hooks. */
  outDir: string;
  runCommand: (request: CommandRequest) => Promise<CommandResult>;
}

export interface Capture {
  kind: Exclude<RecorderKind, 'hooks'> | 'mixed';
  /** Of V8 one for each thread, of cProfile one for each process; of others one. Sorted by name. */
  files: string[];
  /** Of the whole command, profiler included, in milliseconds. */
  wallMs: number;
}

/**
 * Runs a command with a profiler in all its processes. Throws PL_PROFILE_COMMAND_FAILED when the command fails,
 * PL_PROFILE_CANCELLED when it was cancelled, and PL_PROFILE_EMPTY when no process left a profile.
 */
export async function captureProfile({ kind, command, outDir, runCommand }: CaptureRequest): Promise<Capture> {
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  const recorder = await makeRecorder(kind === 'auto' ? 'hooks' : kind, { outDir, root: await seenFolder(command), env: command.env, window: wholeCommand, isWatched: false });
  const text = join(outDir, 'profile.txt');
  const result = await runCommand({ ...command, command: lineOf(recorder, command.command, text), env: { ...command.env, ...recorder.env } });
  if (!result.ok) throw commandFailed(command, result);

  const files = recorder.asText === undefined ? await recorder.collect(() => undefined) : [text].filter((file) => existsSync(file));
  if (files.length === 0) throw nothingCaptured(kind, command);
  const kinds = new Set(recorder.kind === 'hooks' ? files.map((name) => (name.endsWith('.pstats') ? 'cprofile' : 'v8')) : [recorder.kind]);
  const [first] = kinds;
  return { kind: kinds.size === 1 && first ? first : 'mixed', files, wallMs: result.wallMs };
}

/** The command with its recorder, which is read where it was made: other places may not have its programs. */
function lineOf({ prefix, asText }: Recorder, command: string, text: string): string {
  if (prefix.length === 0) return command;
  const recorded = [...prefix, '/bin/sh', '-c', command].map(shellWord).join(' ');
  return asText === undefined ? recorded : `${recorded}; code=$?; ${asText.map(shellWord).join(' ')} >${shellWord(text)} && exit $code`;
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

function nothingCaptured(kind: CaptureRequest['kind'], command: CommandRequest): PerfloopError {
  const what = { auto: 'No Node or Python process', v8: 'No Node process', cprofile: 'No Python process', pyspy: 'No Python process', perf: 'No process' }[kind];
  return new PerfloopError('PL_PROFILE_EMPTY', `${what} of the command left a profile.`, {
    where: `${command.command} (in ${command.cwd})`,
    fix:
      'Name a command in [commands] profile that runs the code under Node or Python 3.7 or newer, in this environment, and that ends by itself. Not seen are: ' +
      'a cleared NODE_OPTIONS or PYTHONPATH, `python -I`, `-E` or `-S`, os._exit, SIGKILL, containers and other hosts. Or bring a profile with `--profile FILE`.',
  });
}
