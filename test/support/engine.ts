import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { expect, onTestFinished } from 'vitest';
import { jobProcesses } from '../../src/measure/processes.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { connectClient, plainSettings } from '../../src/worker/connection.js';
import { ensureEngine, type Engine, type EnsureOptions } from '../../src/worker/engine/engine.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { readState, type EngineState } from '../../src/worker/engine/state.js';
import { stopEngine } from '../../src/worker/engine/stop.js';

/** Polls the engine's queues and runs test/support/stand-in-workflows.mjs. */
export const standInWorker = fileURLToPath(new URL('stand-in-worker.mjs', import.meta.url));

const bundleFile = join(packageRoot, '.tmp', 'stand-in-bundle.js');

/** Bundles the stand-in's workflows; once in a test file, in `beforeAll`. */
export async function bundleStandIn(): Promise<void> {
  const workflowsPath = fileURLToPath(new URL('stand-in-workflows.mjs', import.meta.url));
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  mkdirSync(join(packageRoot, '.tmp'), { recursive: true });
  writeFileSync(`${bundleFile}.${process.pid}`, code);
  renameSync(`${bundleFile}.${process.pid}`, bundleFile);
}

export interface TestEngine {
  home: Home;
  /** What the engine's processes get. Nothing in it points to the user's home or server. */
  env: NodeJS.ProcessEnv;
  ensure: (more?: Partial<EnsureOptions>) => Promise<Engine>;
  /** Throws when there is no engine.json. */
  state: () => EngineState;
  /** Waits until the engine is ready and `changed` holds. */
  readyAgain: (changed: (state: EngineState) => boolean) => Promise<EngineState>;
  /** Closed at the end of the test. */
  client: () => Promise<Client>;
  /** Process ids of everything that the engine started and that lives. */
  processes: () => Promise<number[]>;
}

/**
 * An engine of its own for one test: own home, own ports, own database. However the test ends, its processes and its
 * folder are gone afterwards. Runs the stand-in worker unless `workerScript` is null (perfloop's own) or another path.
 */
export function testEngine(options: { env?: NodeJS.ProcessEnv; workerScript?: string | null } = {}): TestEngine {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-engine-'));
  // The marker lets jobProcesses find every process that inherits this environment.
  const marker = root;
  const env: NodeJS.ProcessEnv = { ...clean(process.env), PERFLOOP_HOME: root, PERFLOOP_IDLE_MS: '120000', PERFLOOP_JOB: marker, STAND_IN_BUNDLE: bundleFile, ...options.env };
  const home = homeFrom(env);
  const workerScript = options.workerScript === undefined ? standInWorker : options.workerScript;
  const processes = async (): Promise<number[]> => (await jobProcesses({ group: null, marker })).map(({ pid }) => pid);
  const state = (): EngineState => {
    const found = readState(home);
    if (!found) throw new Error(`no ${home.engineFile}`);
    return found;
  };

  onTestFinished(async () => {
    await stopEngine(home).catch(() => false);
    for (const pid of await processes()) process.kill(pid, 'SIGKILL');
    await expect.poll(processes, { timeout: 30_000 }).toEqual([]);
    rmSync(root, { recursive: true, force: true });
  }, 90_000);

  return {
    home,
    env,
    state,
    processes,
    ensure: async (more = {}) => await ensureEngine({ home, env, ...(workerScript === null ? {} : { workerScript }), ...more }),
    async readyAgain(changed) {
      await expect.poll(() => state().phase === 'ready' && changed(state()), { timeout: 60_000, interval: 50 }).toBe(true);
      return state();
    },
    async client() {
      const client = await connectClient(plainSettings(state(), 'perfloop'));
      onTestFinished(async () => await client.connection.close());
      return client;
    },
  };
}

function clean(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_') && (!name.startsWith('PERFLOOP_') || name === 'PERFLOOP_TEMPORAL_BIN')));
}
