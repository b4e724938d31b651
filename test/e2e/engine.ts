import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { CliContext } from '../../src/client/context.js';
import { plain } from '../../src/client/style.js';
import { jobProcesses } from '../../src/measure/processes.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { connectClient, plainSettings } from '../../src/worker/connection.js';
import { ensureEngine } from '../../src/worker/engine/engine.js';
import { stopEngine } from '../../src/worker/engine/stop.js';
import { joinServer } from '../support/production/join-server.js';

/** Perfloop's own engine with its real worker, in a home of its own; with PERFLOOP_TEST_ADDRESS a worker for the server there. */
export interface TestEngine {
  home: Home;
  /** What perfloop gets, as a process or as the context of a verb. Nothing in it points to the user's home or server. */
  env: NodeJS.ProcessEnv;
  client: Client;
  /** For calling a verb in this process. */
  context: CliContext;
  address: string;
}

export interface EngineSetUp extends Pick<TestEngine, 'home' | 'env' | 'context'> {
  /** `server`: in place of the one of PERFLOOP_TEST_ADDRESS; `namespace`: one that is there already. */
  start: (server?: string, namespace?: string) => Promise<Pick<TestEngine, 'client' | 'address'>>;
  /** Ends it; its processes and its folder are gone afterwards. */
  stop: () => Promise<void>;
}

export function setUpEngine(extra: NodeJS.ProcessEnv = {}): EngineSetUp {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-e2e-'));
  // The marker lets jobProcesses find every process that inherits this environment.
  const env: NodeJS.ProcessEnv = { ...clean(process.env), PERFLOOP_HOME: root, PERFLOOP_IDLE_MS: '600000', PERFLOOP_JOB: root, NO_COLOR: '1', ...extra };
  const home = homeFrom(env);
  const processes = async (): Promise<number[]> => (await jobProcesses({ group: null, marker: root })).map(({ pid }) => pid);
  let client: Client | null = null;
  return {
    home,
    env,
    context: { env, cwd: root, home, json: true, quiet: true, connection: {}, stdout: process.stdout, stderr: process.stderr, style: plain, errStyle: plain },
    async start(server = process.env['PERFLOOP_TEST_ADDRESS'], known?: string) {
      const { address, namespace } = server === undefined ? await ensureEngine({ home, env }) : await joinServer(server, env, root, known);
      client = await connectClient(plainSettings({ address, namespace }, 'perfloop'));
      return { client, address };
    },
    async stop() {
      await client?.connection.close();
      await stopEngine(home).catch(() => false);
      for (const pid of await processes()) process.kill(pid, 'SIGKILL');
      while ((await processes()).length > 0) await sleep(50);
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function clean(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_') && (!name.startsWith('PERFLOOP_') || name === 'PERFLOOP_TEMPORAL_BIN')));
}
