import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { homeFrom, type Home } from '../../src/store/home.js';
import { connectClient, plainSettings } from '../../src/worker/connection.js';
import { ensureEngine, type Engine } from '../../src/worker/engine/engine.js';
import { stopEngine } from '../../src/worker/engine/stop.js';

/** A home of its own with an engine, for one benchmark; gone afterwards. */
export interface BenchHome {
  home: Home;
  env: NodeJS.ProcessEnv;
  engine: Engine;
  client: Client;
}

/** The environment without anything that points to the user's own home or server. */
export function ownEnvironment(root: string): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_') && name !== 'PERFLOOP_ARTIFACTS'));
  return { ...env, PERFLOOP_HOME: root };
}

export async function withEngine<T>(body: (bench: BenchHome) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-'));
  // What a benchmark asks of the server goes by no command, so that the engine would be taken for unused.
  const env = { ...ownEnvironment(root), PERFLOOP_IDLE_MS: '86400000' };
  const home = homeFrom(env);
  try {
    const engine = await ensureEngine({ home, env });
    const client = await connectClient(plainSettings(engine, 'perfloop'));
    try {
      return await body({ home, env, engine, client });
    } finally {
      await client.connection.close();
    }
  } finally {
    await stopEngine(home).catch(() => false);
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
