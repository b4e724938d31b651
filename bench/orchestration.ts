import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../src/core/stats/summary.js';
import { homeFrom } from '../src/store/home.js';
import { connectClient, plainSettings } from '../src/worker/connection.js';
import { findBinary } from '../src/worker/engine/binary.js';
import { workerScript } from '../src/worker/engine/package-paths.js';
import { choosePorts } from '../src/worker/engine/ports.js';
import { ensureSearchAttributes } from '../src/worker/engine/search-attributes.js';
import type { Figure } from './figure.js';
import { graphRun } from './support/graph-run.js';
import { ownEnvironment, withEngine } from './support/home.js';
import { noopRun } from './support/noop-run.js';

const steps = 200;
const graphSteps = 100;
const repeats = 3;

/** A no-op plan on the local engine, and on the development server as it comes, in turn. */
export async function orchestration(): Promise<Figure[]> {
  return withEngine(({ client: tuned }) =>
    withStockServer(async (stock) => {
      const times = { tuned: [] as number[], stock: [] as number[] };
      await noopRun(tuned, 10, 'r-warm');
      await noopRun(stock, 10, 'r-warm');
      for (let repeat = 0; repeat < repeats; repeat++) {
        times.stock.push(await noopRun(stock, steps, `r-${repeat}`));
        times.tuned.push(await noopRun(tuned, steps, `r-${repeat}`));
      }
      const ratio = median(times.tuned.map((time, index) => time / (times.stock[index] ?? Number.NaN)));
      const graphs = { chain: [] as number[], fan: [] as number[] };
      await graphRun(tuned, 'fan', 10, 'r-warm-graph');
      for (let repeat = 0; repeat < repeats; repeat++) for (const shape of ['chain', 'fan'] as const) graphs[shape].push(await graphRun(tuned, shape, graphSteps, `r-${shape}-${repeat}`));
      return [
        { name: `a step of a graph, in a chain of ${graphSteps}`, value: median(graphs.chain), unit: 'ms', aim: { atMost: 20 } },
        { name: `a step of a graph, in a fan of ${graphSteps}`, value: median(graphs.fan), unit: 'ms', aim: { atMost: 20 } },
        { name: 'a sequential step of a no-op plan', value: median(times.tuned), unit: 'ms', aim: null },
        { name: 'the same on the stock development server', value: median(times.stock), unit: 'ms', aim: null },
        { name: 'a step, by that of the stock server', value: ratio, unit: 'x', aim: { atMost: 0.2 } },
      ];
    }),
  );
}

/** The same binary and the same worker, with none of the engine's settings. */
async function withStockServer<T>(body: (client: Awaited<ReturnType<typeof connectClient>>) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-stock-'));
  const { path } = await findBinary({ home: homeFrom(process.env), env: process.env, onProgress: () => {} });
  const ports = await choosePorts(homeFrom(ownEnvironment(join(root, 'home'))), {});
  const address = `127.0.0.1:${ports.server}`;
  const server = spawn(path, ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(ports.server), '--ui-port', String(ports.ui), '--log-level', 'never', '--db-filename', join(root, 'temporal.db')], { stdio: 'ignore' });
  let worker: ReturnType<typeof spawn> | null = null;
  try {
    const client = await connectClient(plainSettings({ address, namespace: 'default' }, 'perfloop'), { patienceMs: 60_000 });
    await ensureSearchAttributes(client);
    worker = spawn(process.execPath, [workerScript, '--tag', 'cpu', '--hub'], { env: { ...ownEnvironment(join(root, 'home')), TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default' }, stdio: 'ignore' });
    try {
      return await body(client);
    } finally {
      await client.connection.close();
    }
  } finally {
    worker?.kill('SIGKILL');
    server.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}
