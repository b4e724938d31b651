import { setTimeout as sleep } from 'node:timers/promises';
import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { assertHomeWritable, homeError } from './home-check.js';
import { launchSupervisor, type Launched } from './launch.js';
import { endLeftovers } from './leftovers.js';
import { engineLog, tailOf, type LogName } from './logs.js';
import { currentBuild, sameBuild } from './package-paths.js';
import { choosePorts, type Ports } from './ports.js';
import { goneWithin, isAlive, terminate } from './process.js';
import type { EngineProgress, OnProgress } from './progress.js';
import { answers } from './readiness.js';
import { lockedExitCode, readState, removeState, touchEngine, type EnginePart, type EngineState } from './state.js';

export interface EnsureOptions {
  home: Home;
  /** The engine's worker inherits it. */
  env: NodeJS.ProcessEnv;
  onProgress?: OnProgress;
  /** Ports that the user named; kept for later starts. */
  ports?: Partial<Ports>;
  /** Runs in the place of perfloop's own worker. */
  workerScript?: string;
  /** How long a start may take once the binary is there, milliseconds. */
  timeoutMs?: number;
}

export interface Engine {
  address: string;
  namespace: string;
  uiUrl: string;
  /** Of the supervisor. */
  pid: number;
  /** Whether this call started it. */
  started: boolean;
}

/**
 * Gives the home's local engine, ready for work; starts it where none is, and replaces one that runs other code.
 * Throws PL_HOME_*, PL_DISK_FULL, PL_PORT_IN_USE, PL_NO_TEMPORAL_SERVER, PL_TEMPORAL_BINARY, PL_ENGINE_FAILED or PL_ENGINE_TIMEOUT.
 */
export async function ensureEngine(options: EnsureOptions): Promise<Engine> {
  const { home } = options;
  try {
    // Before the look: see touchEngine.
    touchEngine(home);
  } catch (error) {
    throw homeError(home, error);
  }
  const state = readState(home);
  if (state && (await isReady(state)) && sameBuild(state.build, currentBuild())) return describe(checkPorts(state, options.ports), false);
  return await bringUp(options);
}

async function isReady(state: EngineState): Promise<boolean> {
  return state.phase === 'ready' && isAlive(state.supervisor) && (await answers(state.address));
}

const describe = (state: EngineState, started: boolean): Engine => ({ address: state.address, namespace: state.namespace, uiUrl: state.uiUrl, pid: state.supervisor.pid, started });

function checkPorts(state: EngineState, wanted: Partial<Ports> = {}): EngineState {
  const others = [wanted.server !== undefined && !state.address.endsWith(`:${wanted.server}`), wanted.ui !== undefined && !state.uiUrl.endsWith(`:${wanted.ui}`)];
  if (!others.includes(true)) return state;
  throw new PerfloopError('PL_ENGINE_RUNNING', 'the local engine already runs on other ports', { where: `${state.address}, UI ${state.uiUrl}`, fix: 'Run `perfloop down` first: open runs go on after the next start.' });
}

async function bringUp(options: EnsureOptions): Promise<Engine> {
  const { home } = options;
  assertHomeWritable(home);
  const progress = progressOf(options.onProgress);
  const limitMs = options.timeoutMs ?? 120_000;
  const known = readState(home)?.deaths ?? { server: 0, worker: 0 };
  let launched: Launched | null = null;
  let began = performance.now();
  for (;;) {
    const state = readState(home);
    if (!state || !isAlive(state.supervisor)) {
      if (launched !== null && launched.exitCode !== null && launched.exitCode !== lockedExitCode) throw failed(home, 'supervisor', 'the engine does not start');
      if (launched === null || launched.exitCode !== null) {
        launched = await launch(options);
        known.server = known.worker = 0;
        began = performance.now();
      }
      progress('server', 'Starting the Temporal server');
    } else if (state.phase !== 'stopping' && !sameBuild(state.build, currentBuild())) {
      progress('server', 'Replacing the engine of another build of perfloop');
      await stopEngine(home);
    } else if (await isReady(state)) {
      return describe(checkPorts(state, options.ports), launched !== null);
    } else {
      sayPhase(progress, state);
      await throwIfHopeless(home, state, known, launched !== null);
    }
    if (performance.now() - began > limitMs) throw timedOut(home, limitMs, state);
    await sleep(20);
    touchEngine(home);
  }
}

async function launch({ home, env, ports, workerScript, onProgress }: EnsureOptions): Promise<Launched> {
  await endLeftovers(home);
  const { findBinary } = await import('./binary.js');
  const binary = await findBinary({ home, env, onProgress: onProgress ?? (() => undefined) });
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
  throw part === undefined ? failed(home, 'supervisor', lasting?.message ?? '') : failed(home, part, `the local ${part} dies again and again`);
}

function failed(home: Home, part: LogName, message: string): PerfloopError {
  const file = engineLog(home, part);
  return new PerfloopError('PL_ENGINE_FAILED', message, { where: file, fix: 'Read its log and run `perfloop doctor`.', problems: tailOf(file, 8) });
}

function timedOut(home: Home, limitMs: number, state: EngineState | null): PerfloopError {
  const doing = state ? `it is ${state.phase}${state.problem ? `: ${state.problem.message}` : ''}` : 'no supervisor appeared';
  return new PerfloopError('PL_ENGINE_TIMEOUT', `the local engine was not ready within ${limitMs / 1000} s; ${doing}`, {
    where: engineLog(home, 'supervisor'),
    fix: 'Try again when the machine is less busy, or read the logs beside that one.',
  });
}

/** Drains the worker and stops the engine; open runs go on after the next start. False when none was running. */
export async function stopEngine(home: Home): Promise<boolean> {
  const state = readState(home);
  if (!state) return false;
  const running = isAlive(state.supervisor);
  if (running) {
    await terminate(state.supervisor, 45_000);
    await goneWithin(state.supervisor, 5000);
  }
  await endLeftovers(home);
  removeState(home);
  return running;
}

export type EngineStatus = { running: false } | ({ running: true; phase: EngineState['phase']; serverPid: number | null; workerPid: number | null; startedAt: number; problem: string | null } & Omit<Engine, 'started'>);

/** What `engine.json` says, checked against the processes. */
export function engineStatus(home: Home): EngineStatus {
  const state = readState(home);
  if (!state || !isAlive(state.supervisor)) return { running: false };
  const { started: _, ...engine } = describe(state, false);
  return { running: true, phase: state.phase, serverPid: state.server?.pid ?? null, workerPid: state.worker?.pid ?? null, startedAt: state.startedAt, problem: state.problem?.message ?? null, ...engine };
}

/**
 * Keeps the engine from leaving while this process uses it, and brings it back when its supervisor was killed.
 * Gives a function that ends it. `onTrouble` gets what `ensureEngine` throws.
 */
export function holdEngine(options: EnsureOptions, onTrouble: (error: unknown) => void): () => void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    ensureEngine(options)
      .catch(onTrouble)
      .finally(() => (busy = false));
  }, 1000);
  timer.unref();
  return () => clearInterval(timer);
}
