import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { finished, type Readable, type Writable } from 'node:stream';
import { promisify } from 'node:util';
import { PerfloopError } from '../core/errors.js';
import type { CommandRequest } from './command.js';
import { borrowLauncher, returnLauncher } from './launcher/idle.js';
import { Launcher, LauncherLost } from './launcher/launcher.js';
import { ulimits } from './limits/rlimits.js';
import type { Usage } from './launcher/messages.js';
import type { PrivateFolder } from './private-folder.js';
import { markerName } from './processes.js';
import { sandboxSupport } from './sandbox/probe.js';
import { behindGate, inSandbox, type Invocation } from './sandbox/wrap.js';

export interface Exit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  wallMs: number;
  /** Its sandbox could not be made: nothing of it ran. */
  unprepared?: true;
}

/** A command that runs, in a session and a process group of its own. */
export interface StartedCommand {
  /** Leader of the group; null when it ended what started it before that could tell. */
  pid: number | null;
  /** Ancestor of all its processes and of nothing else; null where there is none. */
  reaper: number | null;
  stdin: Writable | null;
  stdout: Readable;
  stderr: Readable;
  exited: Promise<Exit>;
  /** Settles when nothing holds the other ends of stdout and stderr any more. */
  closed: Promise<unknown>;
  /** Asked once all its processes are gone. Null where it cannot be known. */
  usage: () => Promise<Usage | null>;
  /** Gives back what it was started with; `stuck`: some process of it cannot be ended. */
  release(stuck: boolean): Promise<void>;
}

let problem: Promise<string | null> | null = null;

/** Why usage is not known on this machine; null where it is. Found out once. */
export async function launcherProblem(): Promise<string | null> {
  problem ??= (async () => {
    const launcher = await Launcher.open([]);
    if (typeof launcher === 'string') return launcher;
    await launcher.close();
    return null;
  })();
  return problem;
}

/** A launcher for many commands; null where there can be none. Throws PL_NO_PINNING where it cannot bind them to CPUs. */
export async function openLauncher(hold: readonly number[], cpus: readonly number[] = []): Promise<Launcher | null> {
  const why = await launcherProblem();
  const launcher = why ?? (await Launcher.open(hold, cpus));
  if (typeof launcher !== 'string') return launcher;
  if (cpus.length === 0) return null;
  throw new PerfloopError('PL_NO_PINNING', `Commands cannot be bound to the CPUs ${cpus.join(', ')} here: ${launcher}.`, { where: 'measure.cpus', fix: 'Name CPUs that this machine lets perfloop use, or leave `cpus` out.' });
}

/** Starts a shell command. Throws PL_COMMAND_SPAWN when that fails. */
export async function startCommand(request: CommandRequest, marker: string, own: PrivateFolder): Promise<StartedCommand> {
  const what = await invocation(request, marker, own);
  try {
    const started = await startHow(request, what);
    return request.sandbox === undefined ? started : { ...started, exited: started.exited.then(asSeenWithin) };
  } catch (cause) {
    if (cause instanceof LauncherLost && (request.launcher ?? request.sharedLock) !== undefined) return startCommand({ ...request, launcher: undefined, sharedLock: undefined }, marker, own);
    if (cause instanceof PerfloopError) throw cause;
    throw new PerfloopError('PL_COMMAND_SPAWN', `The command could not be started: ${cause instanceof Error ? cause.message : String(cause)}`, { where: request.command, cause });
  }
}

async function startHow(request: CommandRequest, what: Invocation): Promise<StartedCommand> {
  if (request.launcher?.usable === true) return startLaunched(request, what, request.launcher, 'lent');
  const idle = await borrowed(request);
  if (idle !== null) return startLaunched(request, what, idle, 'borrowed');
  const launcher = await openLauncher(request.hold ?? [], request.cpus);
  return launcher === null ? startPlainly(request, what) : startLaunched(request, what, launcher, 'own');
}

/** One that other commands have had before it, or will have. One that is bound to CPUs is for those alone. */
async function borrowed({ sharedLock, cpus = [] }: CommandRequest): Promise<Launcher | null> {
  if (sharedLock === undefined || cpus.length > 0 || (await launcherProblem()) !== null) return null;
  return borrowLauncher(sharedLock);
}

/** The shell, in the sandbox where there is one, with a place of its own for temporary files, under its limits. */
async function invocation(request: CommandRequest, marker: string, own: PrivateFolder): Promise<Invocation> {
  const { TEMP: _temp, TMP: _tmp, ...env } = request.env;
  const { limits, sandbox } = request;
  const plain = { argv: ['/bin/sh', '-c', request.command], cwd: request.cwd, env: { ...env, TMPDIR: own.temporary, [markerName]: marker } };
  const prelude = ulimits(limits, { sandboxed: sandbox !== undefined });
  if (sandbox !== undefined) return inSandbox(plain, sandbox, own, { prelude, shmBytes: limits !== undefined && (await boundsMemory()) ? limits.shmBytes : null });
  // Behind a gate, the shell that sets the limits is not in the time.
  return prelude === '' ? { ...plain, gated: false } : { ...plain, argv: behindGate(prelude, plain.argv), gated: true };
}

async function boundsMemory(): Promise<boolean> {
  const support = await sandboxSupport();
  return support.works && support.bounds;
}

/** Bubblewrap says with its exit code, as shells do, that a signal ended the command. */
function asSeenWithin(exit: Exit): Exit {
  const signal = Object.entries(constants.signals).find(([, number]) => exit.exitCode === 128 + number)?.[0];
  return signal === undefined ? exit : { ...exit, exitCode: null, signal: signal as NodeJS.Signals };
}

async function startLaunched(request: CommandRequest, what: Invocation, launcher: Launcher, whose: 'own' | 'lent' | 'borrowed'): Promise<StartedCommand> {
  const startedAt = performance.now();
  const launched = await launcher.launch({ ...what, stdin: request.stdin !== undefined }).catch(async (error: unknown) => {
    if (whose !== 'lent') await launcher.close();
    throw error;
  });
  const { pid, stdin, stdout, stderr, usage } = launched;
  return {
    pid,
    reaper: launcher.pid,
    stdin,
    stdout,
    stderr,
    // Its parent can only have been ended from within it: an outcome of the command, as if it had ended itself.
    exited: launched.ended.then((ending) => ending ?? { exitCode: null, signal: 'SIGKILL', wallMs: performance.now() - startedAt }),
    closed: Promise.all([isClosed(stdout), isClosed(stderr)]),
    usage,
    release: async (stuck) => {
      if (whose === 'own' || stuck) await launcher.close(stuck);
      else if (whose === 'borrowed') await returnLauncher(launcher);
    },
  };
}

const isClosed = (stream: Readable): Promise<unknown> => promisify(finished)(stream).catch(() => undefined);

/** With what Node has: no usage, and the time of forking this large process is a part of the wall time. */
async function startPlainly({ stdin, hold = [] }: CommandRequest, { argv, cwd, env, gated }: Invocation): Promise<StartedCommand> {
  let startedAt = process.hrtime.bigint();
  const [program = '', ...args] = argv;
  const gate = gated ? (['pipe', 'pipe'] as const) : [];
  const child = spawn(program, args, { cwd, env, detached: true, stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...gate, ...hold] }) as ChildProcess & { stdout: Readable; stderr: Readable };
  const [, , , ready, go] = child.stdio as unknown as [unknown, unknown, unknown, Readable?, Readable?];
  let prepared = !gated;
  ready?.on('data', () => {
    prepared = true;
  }).on('error', () => undefined).once('close', () => {
    startedAt = process.hrtime.bigint();
    go?.destroy();
  });
  go?.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, wallMs: Number(process.hrtime.bigint() - startedAt) / 1e6, ...(prepared ? {} : { unprepared: true }) }));
    child.once('error', (cause) => {
      if (child.pid === undefined) reject(cause);
    });
  });
  if (child.pid === undefined) {
    await exited;
    throw new Error('it has no process');
  }
  return { pid: child.pid, reaper: null, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exited, closed, usage: async () => null, release: async () => {} };
}
