import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { PerfloopError } from '../../core/errors.js';
import { readTimes } from './timed.js';
import type { Recorder, Window } from './recorder.js';

export interface RecordedRun {
  /** Of the command itself; null where a signal ended it, or where the profiler does not tell. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** Of the command itself where the recorder can tell, else with the start and the end of the profiler. */
  wallMs: number;
  /** Whether wallMs is the command's own. */
  isOwnTime: boolean;
  /** Ended by the duration. */
  wasCut: boolean;
}

export interface RunOptions {
  argv: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Null for the command as it is. */
  recorder: Recorder | null;
  window: Window;
  /** Whether its output is to be seen, on stderr. */
  isShown: boolean;
  /** Ctrl-C, forwarded to the command by its count. */
  interrupts: Interrupts;
}

/** Counts Ctrl-C, and calls whoever wants to know. */
export interface Interrupts {
  count: number;
  onEach: ((count: number) => void) | null;
}

/** For a hook to write what it has, which ends its part by itself. */
const writingMs = 300;

/** To import torch takes seconds. */
const mostBeginningMs = 30_000;

/** How long the command may take to hear a signal, and how long its children may outlive it. */
const patienceMs = 1000;

/**
 * Runs a command with its recorder in a process group of its own, without input; returns when all of the group is gone. The
 * first Ctrl-C is the command's SIGINT, the second SIGTERM, the third SIGKILL. Throws PL_PROFILE_COMMAND_MISSING.
 */
export async function runRecorded({ argv, cwd, env, recorder, window, isShown, interrupts }: RunOptions): Promise<RecordedRun> {
  const [program = '', ...words] = [...(recorder?.prefix ?? []), ...argv];
  const output = isShown ? 2 : 'ignore';
  const startedAt = performance.now();
  const child = spawn(program, words, { cwd, env: { ...env, ...recorder?.env }, stdio: ['ignore', output, output], detached: true });
  const exited = exitOf(child, argv);
  const over = new AbortController();
  let wasCut = false;
  const send = (signal: NodeJS.Signals): void => signalGroup(child, signal);
  interrupts.onEach = (count) => {
    send(count === 1 ? 'SIGINT' : count === 2 ? 'SIGTERM' : 'SIGKILL');
    if (count === 1 && recorder !== null) void endHooked(recorder, send, over.signal);
  };
  if (interrupts.count > 0) interrupts.onEach(interrupts.count);
  const cut = async (recorder: Recorder, afterMs: number): Promise<void> => {
    if ((await begun(recorder, over.signal)) || (await pause(afterMs, over.signal))) return;
    wasCut = true;
    send(recorder.endsBy);
    await endHooked(recorder, send, over.signal);
  };
  if (recorder !== null && window.durationMs !== null && !recorder.keepsDuration) void cut(recorder, window.delayMs + window.durationMs + (recorder.stopFile === null ? 0 : writingMs));
  const attached = recorder?.attach === undefined ? null : attach(recorder.attach, child, { cwd, env, isShown }, over.signal);
  try {
    const { exitCode, signal } = await exited;
    const wallMs = performance.now() - startedAt;
    over.abort();
    await attached;
    await endGroup(child, Math.max(patienceMs, recorder?.graceMs ?? 0));
    const own = recorder?.timesFile == null ? null : readTimes(recorder.timesFile);
    const told = own !== null ? unfold(own.exitCode) : recorder?.hidesExit === true && signal === null ? { exitCode: null, signal } : { exitCode, signal };
    return { ...told, wallMs: own?.wallMs ?? wallMs, isOwnTime: own !== null || recorder === null || recorder.prefix.length === 0, wasCut: wasCut || (recorder !== null && window.durationMs !== null && recorder.keepsDuration && own === null) };
  } finally {
    over.abort();
    interrupts.onEach = null;
  }
}

/** A shell gives 128 and the number for a command that a signal ended. */
function unfold(exitCode: number): { exitCode: number | null; signal: NodeJS.Signals | null } {
  const signal = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0] as NodeJS.Signals | undefined;
  return signal === undefined ? { exitCode, signal: null } : { exitCode: null, signal };
}

export function commandMissing(argv: readonly string[], why: string): PerfloopError {
  return new PerfloopError('PL_PROFILE_COMMAND_MISSING', `The command could not be started: ${why}.`, { where: argv.join(' '), fix: "Name a program on PATH, or write it with its folder. A line of a shell is `sh -c '…'`." });
}

function exitOf(child: ChildProcess, argv: readonly string[]): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(commandMissing(argv, cause.message)));
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

/** What is too busy for a signal is told by the file; after that nothing is lost by an end without mercy. */
async function endHooked({ stopFile, graceMs }: Recorder, send: (signal: NodeJS.Signals) => void, over: AbortSignal): Promise<void> {
  if (stopFile === null || (await pause(patienceMs, over))) return;
  writeFileSync(stopFile, '');
  if (await pause(patienceMs, over)) return;
  send('SIGTERM');
  if (await pause(graceMs, over)) return;
  send('SIGKILL');
}

/** Waits until the window begins. Gives whether it was over before. */
async function begun({ begunFile }: Recorder, over: AbortSignal): Promise<boolean> {
  if (begunFile === null) return over.aborted;
  const until = performance.now() + mostBeginningMs;
  while (!existsSync(begunFile) && performance.now() < until) if (await pause(100, over)) return true;
  return over.aborted;
}

/** Whether it was over before. */
async function pause(ms: number, over: AbortSignal): Promise<boolean> {
  return delay(ms, false, { signal: over }).catch(() => true);
}

async function attach({ afterMs, program }: NonNullable<Recorder['attach']>, child: ChildProcess, { cwd, env, isShown }: Pick<RunOptions, 'cwd' | 'env' | 'isShown'>, over: AbortSignal): Promise<void> {
  if (child.pid === undefined || (await pause(afterMs, over))) return;
  const [name = '', ...words] = program(child.pid);
  const output = isShown ? 2 : 'ignore';
  const profiler = spawn(name, words, { cwd, env, stdio: ['ignore', output, output] });
  await new Promise((resolve) => {
    profiler.once('error', resolve);
    profiler.once('exit', resolve);
  });
  // The duration is over: the command was to be seen for so long.
  if (!over.aborted) signalGroup(child, 'SIGTERM');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody is left.
  }
}

/** What outlives the command gets time to write its profile, and is ended then. */
async function endGroup(child: ChildProcess, graceMs: number): Promise<void> {
  for (const [signal, waitMs] of [['SIGTERM', patienceMs], ['SIGKILL', graceMs]] as const) {
    const until = performance.now() + waitMs;
    while (isThere(child)) {
      if (performance.now() > until) break;
      await delay(20);
    }
    if (!isThere(child)) return;
    signalGroup(child, signal);
  }
}

function isThere({ pid }: ChildProcess): boolean {
  try {
    return pid !== undefined && process.kill(-pid, 0);
  } catch {
    return false;
  }
}
