import { setTimeout as sleep } from 'node:timers/promises';
import { PerfloopError } from '../../core/errors.js';
import { openReader } from '../../store/database.js';
import type { Home } from '../../store/home.js';
import { findBinary } from './binary.js';
import { isReady, unfitFor, type EnsureOptions } from './engine.js';
import { assertHomeWritable } from './home-check.js';
import { launchSupervisor, type Launched } from './launch.js';
import { endLeftovers } from './leftovers.js';
import { engineLog, tailOf, type LogName } from './logs.js';
import { currentBuild } from './package-paths.js';
import { choosePorts } from './ports.js';
import { isAlive } from './process.js';
import type { EngineProgress, OnProgress } from './progress.js';
import { lockedExitCode, readState, touchEngine, type EnginePart, type EngineState } from './state.js';
import { stopEngine } from './stop.js';

/** The slow way of `ensureEngine`: waits for an engine that starts, starts one where none is, replaces one of another build. */
export async function bringUp(options: EnsureOptions): Promise<{ state: EngineState; started: boolean }> {
  const { home } = options;
  assertHomeWritable(home);
  // A knowledge base that the hub would refuse: told here, not in the log of a worker that dies again and again.
  openReader(home.db, 1)?.close();
  const progress = progressOf(options.onProgress);
  const limitMs = options.timeoutMs ?? 120_000;
  const known = readState(home)?.deaths ?? { server: 0, worker: 0 };
  // Looked at once: a build that goes on meanwhile must not make us stop what we started.
  const build = currentBuild();
  let launched: Launched | null = null;
  let began = performance.now();
  for (;;) {
    if (options.signal?.aborted) throw interrupted(home);
    const state = readState(home);
    const unfit = state === null ? null : unfitFor(state, build, options.env);
    if (!state || !(await isAlive(state.supervisor))) {
      if (launched?.exitCode && launched.exitCode !== lockedExitCode) throw failed(home, 'supervisor', 'the engine does not start');
      if (launched === null || launched.exitCode !== null) {
        launched = await launch(options);
        known.server = known.worker = 0;
        began = performance.now();
      }
      progress('server', 'Starting the Temporal server');
    } else if (launched === null && state.phase !== 'stopping' && unfit !== null) {
      progress('server', `Replacing the engine ${unfit}`);
      await stopEngine(home);
    } else if (await isReady(state)) {
      return { state, started: state.supervisor.pid === launched?.pid };
    } else {
      sayPhase(progress, state);
      await throwIfHopeless(home, state, known, state.supervisor.pid === launched?.pid);
    }
    if (performance.now() - began > limitMs) throw timedOut(home, limitMs, state);
    await sleep(20);
    touchEngine(home);
  }
}

async function launch({ home, env, ports, workerScript, onProgress, signal }: EnsureOptions): Promise<Launched> {
  await endLeftovers(home);
  const binary = await findBinary({ home, env, onProgress: onProgress ?? (() => undefined) }).catch((error: unknown) => {
    // Ctrl-C ends a build under way too.
    throw signal?.aborted ? interrupted(home) : error;
  });
  if (ports?.server !== undefined || ports?.ui !== undefined) await choosePorts(home, ports);
  return launchSupervisor({ home, env, binary: binary.path, ...(workerScript === undefined ? {} : { workerScript }) });
}

type Say = (phase: EngineProgress['phase'], text: string) => void;

/** Says each phase once and then once a second. */
function progressOf(onProgress: OnProgress = () => undefined): Say {
  let saying = '';
  let began = 0;
  let next = 0;
  return (phase, text) => {
    const now = performance.now();
    if (text !== saying) {
      saying = text;
      began = next = now;
    }
    if (now < next) return;
    next = now + 1000;
    onProgress({ phase, text, seconds: (now - began) / 1000 });
  };
}

function sayPhase(progress: Say, state: EngineState): void {
  if (state.phase === 'starting-worker' || state.phase === 'ready') progress('worker', 'Starting the worker');
  else if (state.phase === 'stopping') progress('server', 'Waiting for the engine that is stopping');
  else progress('server', 'Starting the Temporal server');
}

/** Three deaths in a row, one of them while we look, or a problem that time does not mend. */
async function throwIfHopeless(home: Home, state: EngineState, known: Record<EnginePart, number>, ours: boolean): Promise<void> {
  const part = (['server', 'worker'] as const).find((name) => state.deaths[name] >= Math.max(3, known[name] + 1));
  const lasting = state.problem && state.problem.code !== 'PL_ENGINE_FAILED' && state.problem.code !== 'PL_TEMPORAL_UNREACHABLE' ? state.problem : null;
  if (part === undefined && lasting === null) return;
  if (ours) await stopEngine(home);
  throw lasting ? new PerfloopError(lasting.code, lasting.message, lasting) : failed(home, part ?? 'supervisor', `the local ${part ?? 'engine'} dies again and again`);
}

function failed(home: Home, part: LogName, message: string): PerfloopError {
  const file = engineLog(home, part);
  return new PerfloopError('PL_ENGINE_FAILED', message, { where: file, fix: 'Read its log and run `perfloop doctor`.', problems: tailOf(file, 8) });
}

function interrupted(home: Home): PerfloopError {
  return new PerfloopError('PL_INTERRUPTED', 'stopped before the engine was ready', { where: home.root, fix: 'Run the command again: it goes on from what is there.' });
}

function timedOut(home: Home, limitMs: number, state: EngineState | null): PerfloopError {
  const doing = state ? `it is ${state.phase}${state.problem ? `: ${state.problem.message}` : ''}` : 'no supervisor appeared';
  return new PerfloopError('PL_ENGINE_TIMEOUT', `the local engine was not ready within ${limitMs / 1000} s; ${doing}`, {
    where: engineLog(home, 'supervisor'),
    fix: 'Try again when the machine is less busy, or read the logs beside that one.',
  });
}
