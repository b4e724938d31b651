import { mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { delimiter, join, relative } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import type { CommandRequest, CommandResult } from '../../measure/command.js';
import { v8HookFile } from '../import/frame-kind.js';
import { pythonHookSource } from './python-hook.js';
import { v8HookSource } from './v8-hook.js';

export interface CaptureRequest {
  /** `auto` puts both hooks in and sees which processes come up. */
  kind: 'auto' | 'v8' | 'cprofile';
  /** Its `env` gets NODE_OPTIONS, PYTHONPATH and PERFLOOP_PROFILE_* added. */
  command: CommandRequest;
  /** Absolute. Emptied first; holds the profiles and the hooks. */
  outDir: string;
  runCommand: (request: CommandRequest) => Promise<CommandResult>;
}

export interface Capture {
  kind: 'v8' | 'cprofile' | 'mixed';
  /** One for each thread of Node and each process of Python, sorted by name. */
  files: string[];
  /** Of the whole command, profiler included, in milliseconds. */
  wallMs: number;
}

/**
 * Runs a command with a profiler in all its Node processes (also worker threads) and Python processes. Throws
 * PL_PROFILE_COMMAND_FAILED when the command fails, PL_PROFILE_CANCELLED when it was cancelled, and PL_PROFILE_EMPTY when no
 * process left a profile.
 */
export async function captureProfile({ kind, command, outDir, runCommand }: CaptureRequest): Promise<Capture> {
  await rm(outDir, { recursive: true, force: true });
  const profiles = join(outDir, 'profiles');
  await mkdir(profiles, { recursive: true });
  const env = { ...command.env, PERFLOOP_PROFILE_DIR: profiles, PERFLOOP_PROFILE_ROOT: await seenFolder(command) };
  if (kind !== 'cprofile') await addNodeHook(env, outDir);
  if (kind !== 'v8') await addPythonHook(env, outDir);

  const result = await runCommand({ ...command, env });
  if (!result.ok) throw commandFailed(command, result);

  // The target could write there, too: whoever opens a pipe waits for ever.
  const files = (await readdir(profiles, { withFileTypes: true })).filter((entry) => entry.isFile() && /\.(cpuprofile|pstats)$/.test(entry.name)).map(({ name }) => name).sort();
  if (files.length === 0) throw nothingCaptured(kind, command);
  const kinds = new Set(files.map((name) => (name.endsWith('.pstats') ? 'cprofile' : 'v8')));
  const [first] = kinds;
  return { kind: kinds.size === 1 && first ? first : 'mixed', files: files.map((name) => join(profiles, name)), wallMs: result.wallMs };
}

/** Where the command finds itself. */
async function seenFolder({ cwd, sandbox }: CommandRequest): Promise<string> {
  return sandbox === undefined ? realpath(cwd) : join(sandbox.worktree.at, relative(sandbox.worktree.path, cwd));
}

async function addNodeHook(env: Record<string, string>, outDir: string): Promise<void> {
  const hook = join(outDir, v8HookFile);
  await writeFile(hook, v8HookSource);
  // First, so that it also sees what other --require hooks do. Node unescapes a quoted value.
  const option = `--require "${hook.replace(/[\\"]/g, '\\$&')}"`;
  env['NODE_OPTIONS'] = env['NODE_OPTIONS'] ? `${option} ${env['NODE_OPTIONS']}` : option;
}

async function addPythonHook(env: Record<string, string>, outDir: string): Promise<void> {
  const folder = join(outDir, 'python');
  await mkdir(folder);
  await writeFile(join(folder, 'sitecustomize.py'), pythonHookSource);
  env['PYTHONPATH'] = env['PYTHONPATH'] ? `${folder}${delimiter}${env['PYTHONPATH']}` : folder;
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
  const what = { auto: 'No Node or Python process', v8: 'No Node process', cprofile: 'No Python process' }[kind];
  return new PerfloopError('PL_PROFILE_EMPTY', `${what} of the command left a profile.`, {
    where: `${command.command} (in ${command.cwd})`,
    fix:
      'Name a command in [commands] profile that runs the code under Node or Python 3.7 or newer, in this environment, and that ends by itself. Not seen are: ' +
      'a cleared NODE_OPTIONS or PYTHONPATH, `python -I`, `-E` or `-S`, os._exit, SIGKILL, containers and other hosts. Or bring a profile with `--profile FILE`.',
  });
}
