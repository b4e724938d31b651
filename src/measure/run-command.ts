import { randomBytes } from 'node:crypto';
import { constants as signals } from 'node:os';
import { access, constants, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { PerfloopError } from '../core/errors.js';
import { inSpan, tracing } from '../telemetry/spans.js';
import { BoundedOutput } from './bounded-output.js';
import { CommandLog } from './command-log.js';
import type { CommandRequest, CommandResult } from './command.js';
import { endJob, type JobEnd } from './end-job.js';
import { journalJob } from './job-journal.js';
import type { Usage } from './launcher/messages.js';
import { makePrivateFolder, removePrivateFolder, type PrivateFolder } from './private-folder.js';
import { Redactor } from './redactor.js';
import { exceeds, exceededText, type Exceeded } from './limits/exceeded.js';
import { watchLimits } from './limits/watch.js';
import { WrittenFiles } from './limits/written.js';
import type { JobIdentity } from './processes.js';
import { startCommand, type Exit, type StartedCommand } from './start-command.js';

const mib = 1024 * 1024;
/** A longer timer would fire at once. */
const longestTimer = 2 ** 31 - 1;
/** How long what outlives the command may go on before it is ended: the tail of a `>(tee log)`, say. */
const lingerMs = 200;
/** How long the pipes may stay open once every process of the job is gone. */
const pipesCloseMs = 1000;

type Streams = Record<'stdout' | 'stderr', BoundedOutput>;

/**
 * Runs a shell command in a process group of its own and returns when it and all its children are gone. On timeout or
 * abort the group gets SIGTERM, then SIGKILL. Output is always drained, whatever its size. Does not throw for a command
 * that fails; throws PL_COMMAND_CWD, PL_COMMAND_SPAWN and PL_SANDBOX when it could not be started.
 */
export async function runCommand(request: CommandRequest): Promise<CommandResult> {
  // Samples have no spans: nothing that a trace costs may come between two of them.
  if (request.journal === undefined || request.launcher != null || !tracing()) return run(request);
  const [scope = '', ...what] = request.journal.name.split(' ');
  return inSpan(`command ${what.join(' ')}`, { attributes: { 'perfloop.scope': scope } }, async (_context, note) => {
    const result = await run(request);
    note({ 'perfloop.command.ok': result.ok, ...(result.exitCode === null ? {} : { 'process.exit.code': result.exitCode }) });
    return result;
  });
}

async function run(request: CommandRequest): Promise<CommandResult> {
  const there = await isEntered(request.cwd);
  if (!there && request.failsWithout === undefined) throw new PerfloopError('PL_COMMAND_CWD', 'The folder that a command should run in does not exist.', { where: request.cwd, fix: 'Correct `cwd` of the command in perfloop.toml: it is relative to the repository root.' });
  const tail = (request.keepBytes ?? 8 * mib) - mib;
  const streams: Streams = { stdout: new BoundedOutput(mib, tail), stderr: new BoundedOutput(mib, tail) };
  if (request.signal?.aborted) return result({ exitCode: null, signal: null, wallMs: 0 }, { timedOut: false, cancelled: true }, null, streams, nothing);
  if (!there) {
    const log = request.logFile === undefined ? null : await CommandLog.open(request.logFile);
    const never = neverRan(request, streams, log);
    await log?.close();
    return never;
  }

  const id = randomBytes(8).toString('hex');
  const journal = request.journal ? await journalJob(request.journal.folder, id, request.journal.name) : null;
  const log = request.logFile === undefined ? null : await CommandLog.open(request.logFile);
  const own = await makePrivateFolder(id);
  let allGone = true;
  try {
    const written = await writtenBy(request, own);
    const command = await startCommand(request, id, own);
    allGone = false;
    const job: JobIdentity = { group: command.pid, marker: id, reaper: command.reaper };
    const guard = watch(request, job);
    const exited = Promise.race([command.exited, guard.gaveUp]);
    let exceeded: Exceeded | null = null;
    const exceed = (why: Exceeded): void => {
      exceeded = why;
      const said = Buffer.from(`\nperfloop ended it: ${exceededText(why)}\n`);
      streams.stderr.append(said);
      log?.append(said);
    };
    const unwatch = watchLimits(job, request.limits, written, (why) => {
      exceed(why);
      guard.endExceeding();
    });
    const drained = drain(command, streams, log, request.secrets ?? []);
    if (request.onStdout !== undefined) command.stdout.on('data', request.onStdout);
    feed(command, request.stdin);
    try {
      const [exit] = await Promise.all([exited, command.pid !== null && journal?.started(command.pid)]);
      unwatch();
      const why = await guard.stop();
      const end = await endJob(job, { lingerMs: why.timedOut || why.cancelled ? 0 : lingerMs, graceMs: request.graceMs });
      await Promise.race([command.closed, delay(pipesCloseMs, undefined, { ref: false })]);
      command.stdout.destroy();
      command.stderr.destroy();
      drained();
      allGone = end.stuck.length === 0;
      if (exit.unprepared === true && !why.timedOut && !why.cancelled) {
        if (request.failsWithout !== undefined && notEntered.test(streams.stderr.text())) return neverRan(request, streams, log);
        throw noSandbox(request, streams);
      }
      const usage = allGone ? await command.usage() : null;
      const byKernel = exceeded === null ? exceededBy(exit, usage, request) : null;
      if (byKernel !== null) exceed(byKernel);
      return result(exit, why, usage, streams, why.timedOut || why.cancelled ? nothing : leftBy(end, request.sandbox !== undefined), exceeded);
    } catch (error) {
      unwatch();
      await guard.stop();
      allGone = (await endJob(job, { graceMs: 0 })).stuck.length === 0;
      throw error;
    } finally {
      await command.release(!allGone);
    }
  } finally {
    await log?.close();
    // What hangs in the kernel stays in the journal, so that the next start tries again.
    if (allGone) {
      await removePrivateFolder(id);
      await journal?.ended();
    }
  }
}

/** What watches the files that it writes. Its private folder was just made: the time of that is the file system's own. */
async function writtenBy({ limits, sandbox, cwd, worktree, launcher }: CommandRequest, own: PrivateFolder): Promise<WrittenFiles | null> {
  if (limits === undefined || process.platform !== 'linux') return null;
  const within = sandbox === undefined ? [worktree ?? cwd] : [sandbox.worktree.path, ...(sandbox.home === null ? [] : [sandbox.home]), ...sandbox.writable];
  return WrittenFiles.begin({ folders: [own.root, ...within], since: (await stat(own.empty)).ctimeMs, allowed: limits.disk, timed: launcher !== undefined });
}

/** The limit by which the kernel ended it, or a process of it: the command itself may have gone on. */
function exceededBy({ exitCode, signal }: Exit, usage: Usage | null, { limits }: CommandRequest): Exceeded | null {
  const endedBy = (name: 'SIGXCPU' | 'SIGXFSZ'): boolean => signal === name || exitCode === 128 + signals.signals[name];
  if (limits === undefined || process.platform !== 'linux') return null;
  const { cpuMs, fileBytes } = limits;
  if (cpuMs !== null && (endedBy('SIGXCPU') || (usage?.cpuMs ?? 0) >= cpuMs)) return exceeds.cpuTime(Math.max(usage?.cpuMs ?? 0, cpuMs), cpuMs);
  return fileBytes !== null && endedBy('SIGXFSZ') ? exceeds.fileSize(fileBytes) : null;
}

/** Whether it is a folder that this user may enter. */
async function isEntered(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => null);
  return found?.isDirectory() === true && access(folder, constants.X_OK).then(() => true, () => false);
}

/** Said by bubblewrap where the folder is a link that leads nowhere within, or may not be entered there. */
const notEntered = /^bwrap: Can't chdir to /m;

/** As a shell says that there is no such command. */
function neverRan({ failsWithout }: CommandRequest, streams: Streams, log: CommandLog | null): CommandResult {
  const said = Buffer.from(`there is no folder ${failsWithout ?? ''} to run it in\n`);
  streams.stderr.append(said);
  log?.append(said);
  return result({ exitCode: 127, signal: null, wallMs: 0 }, { timedOut: false, cancelled: false }, null, streams, nothing);
}

/** What it gives is called when nothing more comes. */
function drain(command: StartedCommand, streams: Streams, log: CommandLog | null, secrets: readonly string[]): () => void {
  const redactors: [keyof Streams, Redactor][] = [];
  const keep = (name: keyof Streams, chunk: Buffer): void => {
    streams[name].append(chunk);
    log?.append(chunk);
  };
  for (const name of ['stdout', 'stderr'] as const) {
    const redactor = new Redactor(secrets);
    redactors.push([name, redactor]);
    command[name].on('error', () => undefined);
    command[name].on('data', (chunk: Buffer) => keep(name, redactor.push(chunk)));
  }
  return () => redactors.forEach(([name, redactor]) => keep(name, redactor.end()));
}

function feed({ stdin }: StartedCommand, text: string | undefined): void {
  // A command that does not read its input closes the pipe: not an error.
  stdin?.on('error', () => undefined);
  stdin?.end(text);
}

interface WhyEnded {
  timedOut: boolean;
  cancelled: boolean;
}

interface Guard {
  /** Waits for an ending under way, and says whether there was one. */
  stop(): Promise<WhyEnded>;
  /** Ends it without grace: it takes more than it may. */
  endExceeding(): void;
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
  const endNow = async (graceMs = request.graceMs): Promise<void> => {
    const { stuck } = await endJob(job, { graceMs });
    if (stuck.length > 0) giveUp({ exitCode: null, signal: null, wallMs: performance.now() - startedAt });
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
    endExceeding() {
      ending ??= endNow(0);
    },
    async stop() {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
      await ending;
      return why;
    },
  };
}

/** What is wrong with the host says nothing of the command. */
function noSandbox(request: CommandRequest, { stderr }: Streams): PerfloopError {
  const said = stderr.text().trim().split('\n').at(-1) ?? '';
  return new PerfloopError('PL_SANDBOX', `The sandbox of a command could not be made: ${said === '' ? 'bubblewrap ended without a word' : said}`, {
    where: request.command,
    fix: 'See what `perfloop doctor` says of bubblewrap and check the paths in `sandbox.readable` and `sandbox.writable`; `sandbox.mode = "off"` does without.',
  });
}

const nothing: CommandResult['outlived'] = { ms: 0, ended: 0, processes: [] };

/** Not the process that a sandbox begins with: the parent of all others, it waits for them. A name is no mark of it, since a program chooses its own. */
function leftBy({ livedMs, outlived }: JobEnd, sandboxed: boolean): CommandResult['outlived'] {
  const pids = new Set(outlived.map(({ pid }) => pid));
  const own = outlived.filter(({ parent }) => !sandboxed || pids.has(parent));
  return { ms: livedMs, ended: own.length, processes: own.map(({ name }) => name) };
}

function result(exit: Exit, why: WhyEnded, usage: Usage | null, streams: Streams, outlived: CommandResult['outlived'], exceeded: Exceeded | null = null): CommandResult {
  return {
    ok: exit.exitCode === 0 && !why.timedOut && !why.cancelled && exceeded === null,
    ...(exceeded === null ? {} : { exceeded }),
    ...exit,
    ...why,
    usage,
    outlived,
    stdout: streams.stdout.text(),
    stderr: streams.stderr.text(),
    droppedBytes: streams.stdout.dropped + streams.stderr.dropped,
  };
}
