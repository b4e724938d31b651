import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { PerfloopError } from '../core/errors.js';
import { BoundedOutput } from './bounded-output.js';
import { CommandLog } from './command-log.js';
import type { CommandRequest, CommandResult } from './command.js';
import { endJob } from './end-job.js';
import { journalJob } from './job-journal.js';
import { markerName, type JobIdentity } from './processes.js';

const mib = 1024 * 1024;
/** A longer timer would fire at once. */
const longestTimer = 2 ** 31 - 1;
/** How long what outlives the command may go on before it is ended: the tail of a `>(tee log)`, say. */
const lingerMs = 200;
/** How long the pipes may stay open once every process of the job is gone. */
const pipesCloseMs = 1000;

type Streams = Record<'stdout' | 'stderr', BoundedOutput>;

interface Exit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  wallMs: number;
}

/**
 * Runs a shell command in a process group of its own and returns when it and all its children are gone. On timeout or
 * abort the group gets SIGTERM, then SIGKILL. Output is always drained, whatever its size. Does not throw for a command
 * that fails; throws PL_COMMAND_CWD and PL_COMMAND_SPAWN when it could not be started.
 */
export async function runCommand(request: CommandRequest): Promise<CommandResult> {
  await checkFolder(request.cwd);
  const streams: Streams = { stdout: new BoundedOutput(mib, 7 * mib), stderr: new BoundedOutput(mib, 7 * mib) };
  if (request.signal?.aborted) return result({ exitCode: null, signal: null, wallMs: 0 }, { timedOut: false, cancelled: true }, streams);

  const id = randomBytes(8).toString('hex');
  const journal = request.journal ? await journalJob(request.journal.folder, id, request.journal.name) : null;
  const log = request.logFile === undefined ? null : await CommandLog.open(request.logFile);
  let allGone = true;
  try {
    const startedAt = process.hrtime.bigint();
    const child = start(request, id);
    allGone = false;
    const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()));
    const job: JobIdentity = { group: child.pid ?? null, marker: id };
    const guard = watch(request, job);
    const exited = Promise.race([exitOf(child, startedAt, request), guard.gaveUp]);
    drain(child, streams, log);
    feed(child, request.stdin);
    try {
      const [exit] = await Promise.all([exited, child.pid !== undefined && journal?.started(child.pid)]);
      const why = await guard.stop();
      const left = await endJob(job, { lingerMs: why.timedOut || why.cancelled ? 0 : lingerMs, graceMs: request.graceMs });
      await Promise.race([closed, delay(pipesCloseMs, undefined, { ref: false })]);
      child.stdout?.destroy();
      child.stderr?.destroy();
      allGone = left.length === 0;
      return result(exit, why, streams);
    } catch (error) {
      await guard.stop();
      allGone = (await endJob(job, { graceMs: 0 })).length === 0;
      throw error;
    }
  } finally {
    await log?.close();
    // What hangs in the kernel stays in the journal, so that the next start tries again.
    if (allGone) await journal?.ended();
  }
}

async function checkFolder(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => null);
  if (!found?.isDirectory()) throw new PerfloopError('PL_COMMAND_CWD', 'The folder that a command should run in does not exist.', { where: cwd, fix: 'Correct `cwd` of the command in perfloop.toml: it is relative to the repository root.' });
}

function start(request: CommandRequest, id: string): ChildProcess {
  try {
    return spawn('/bin/sh', ['-c', request.command], {
      cwd: request.cwd,
      env: { ...request.env, [markerName]: id },
      detached: true,
      stdio: [request.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(request.inherit ?? [])],
    });
  } catch (cause) {
    throw spawnError(request, cause);
  }
}

function spawnError(request: CommandRequest, cause: unknown): PerfloopError {
  return new PerfloopError('PL_COMMAND_SPAWN', `The command could not be started: ${cause instanceof Error ? cause.message : String(cause)}`, { where: request.command, cause });
}

async function exitOf(child: ChildProcess, startedAt: bigint, request: CommandRequest): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, wallMs: Number(process.hrtime.bigint() - startedAt) / 1e6 }));
    child.once('error', (cause) => {
      if (child.pid === undefined) reject(spawnError(request, cause));
    });
  });
}

function drain(child: ChildProcess, streams: Streams, log: CommandLog | null): void {
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('error', () => undefined);
    child[name]?.on('data', (chunk: Buffer) => {
      streams[name].append(chunk);
      log?.append(chunk);
    });
  }
}

function feed(child: ChildProcess, stdin: string | undefined): void {
  // A command that does not read its input closes the pipe: not an error.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(stdin);
}

interface WhyEnded {
  timedOut: boolean;
  cancelled: boolean;
}

interface Guard {
  /** Waits for an ending under way, and says whether there was one. */
  stop(): Promise<WhyEnded>;
  /** Settles only when the command could not be ended: it hangs in the kernel. */
  gaveUp: Promise<Exit>;
}

/** Ends the job on timeout or abort. */
function watch(request: CommandRequest, job: JobIdentity): Guard {
  const startedAt = performance.now();
  const why: WhyEnded = { timedOut: false, cancelled: false };
  let ending: Promise<void> | null = null;
  let giveUp: (exit: Exit) => void = () => undefined;
  const gaveUp = new Promise<Exit>((resolve) => {
    giveUp = resolve;
  });
  const endNow = async (): Promise<void> => {
    const left = await endJob(job, { graceMs: request.graceMs });
    if (left.length > 0) giveUp({ exitCode: null, signal: null, wallMs: performance.now() - startedAt });
  };
  const end = (reason: keyof WhyEnded): void => {
    if (ending !== null) return;
    why[reason] = true;
    ending = endNow();
  };
  const onAbort = (): void => end('cancelled');
  const timer = setTimeout(() => end('timedOut'), Math.min(request.timeoutMs, longestTimer));
  request.signal?.addEventListener('abort', onAbort);
  if (request.signal?.aborted) onAbort();
  return {
    gaveUp,
    async stop() {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
      await ending;
      return why;
    },
  };
}

function result(exit: Exit, why: WhyEnded, streams: Streams): CommandResult {
  return {
    ok: exit.exitCode === 0 && !why.timedOut && !why.cancelled,
    ...exit,
    ...why,
    stdout: streams.stdout.text(),
    stderr: streams.stderr.text(),
    droppedBytes: streams.stdout.dropped + streams.stderr.dropped,
  };
}
