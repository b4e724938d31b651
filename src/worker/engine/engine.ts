import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { homeError } from './home-check.js';
import { codecSettings } from '../codec/settings.js';
import { currentBuild, sameBuild, type Build } from './package-paths.js';
import type { Ports } from './ports.js';
import { isAlive } from './process.js';
import type { OnProgress } from './progress.js';
import { answers } from './readiness.js';
import { readState, touchEngine, type EngineState } from './state.js';

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
  /** Ends the wait; the engine that was being started goes on. */
  signal?: AbortSignal;
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
  if (state && (await isReady(state)) && unfitFor(state, currentBuild(), options.env) === null) return describe(checkPorts(state, options.ports), false);
  const { bringUp } = await import('./bring-up.js');
  const up = await bringUp(options);
  return describe(checkPorts(up.state, options.ports), up.started);
}

/** Whether the engine that the state speaks of serves now. */
export async function isReady(state: EngineState): Promise<boolean> {
  return state.phase === 'ready' && (await isAlive(state.supervisor)) && (await answers(state.address));
}

/** Why an engine must be replaced before it can serve: it runs other code, or its worker cannot read what this process encrypts. Null when it fits. */
export function unfitFor(state: EngineState, build: Build, env: NodeJS.ProcessEnv): string | null {
  if (!sameBuild(state.build, build)) return 'of another build of perfloop';
  const lacking = codecSettings(env).keys.find(({ id }) => state.codecKeys?.includes(id) !== true);
  return lacking === undefined ? null : `whose worker lacks the key ${lacking.name}`;
}

const describe = (state: EngineState, started: boolean): Engine => ({ address: state.address, namespace: state.namespace, uiUrl: state.uiUrl, pid: state.supervisor.pid, started });

function checkPorts(state: EngineState, wanted: Partial<Ports> = {}): EngineState {
  const others = [wanted.server !== undefined && !state.address.endsWith(`:${wanted.server}`), wanted.ui !== undefined && !state.uiUrl.endsWith(`:${wanted.ui}`)];
  if (!others.includes(true)) return state;
  throw new PerfloopError('PL_ENGINE_RUNNING', 'the local engine already runs on other ports', { where: `${state.address}, UI ${state.uiUrl}`, fix: 'Run `perfloop down` first: open runs go on after the next start.' });
}

export type EngineStatus = { running: false } | RunningEngine;

export interface RunningEngine extends Omit<Engine, 'started'> {
  running: true;
  phase: EngineState['phase'];
  serverPid: number | null;
  workerPid: number | null;
  /** Milliseconds since the epoch. */
  startedAt: number;
  problem: string | null;
}

/** What `engine.json` says, checked against the processes. */
export async function engineStatus(home: Home): Promise<EngineStatus> {
  const state = readState(home);
  if (!state || !(await isAlive(state.supervisor))) return { running: false };
  const { started: _, ...engine } = describe(state, false);
  return {
    running: true,
    ...engine,
    phase: state.phase,
    startedAt: state.startedAt,
    serverPid: state.server?.pid ?? null,
    workerPid: state.worker?.pid ?? null,
    problem: state.problem?.message ?? null,
  };
}

/**
 * Keeps the engine from leaving while this process uses it, and brings it back when its supervisor was killed.
 * `onTrouble` gets what `ensureEngine` throws; it is tried again a second later. `onStopped` is called when somebody
 * stopped the engine on purpose: then it is not brought back. Gives a function that ends it.
 */
export function holdEngine(options: Omit<EnsureOptions, 'signal'>, onTrouble: (error: unknown) => void, onStopped: () => void = () => undefined): () => Promise<void> {
  const end = new AbortController();
  let underWay: Promise<void> | null = null;
  const timer = setInterval(() => {
    underWay ??= revive({ ...options, signal: end.signal }, onTrouble, onStopped).finally(() => (underWay = null));
  }, 1000);
  timer.unref();
  return async () => {
    clearInterval(timer);
    end.abort();
    await underWay;
  };
}

async function revive(options: EnsureOptions, onTrouble: (error: unknown) => void, onStopped: () => void): Promise<void> {
  const state = readState(options.home);
  // An orderly stop takes the file away; a killed supervisor leaves it.
  if (!state) return onStopped();
  if (await isAlive(state.supervisor)) return touchEngine(options.home);
  try {
    await ensureEngine(options);
  } catch (error) {
    if (!options.signal?.aborted) onTrouble(error);
  }
}
