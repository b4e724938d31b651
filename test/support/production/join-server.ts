import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { msToTs } from '@temporalio/common/lib/time.js';
import { connectClient, plainSettings } from '../../../src/worker/connection.js';
import { packageRoot } from '../../../src/worker/engine/package-paths.js';
import { prepareNamespace } from '../../../src/worker/engine/server.js';

const limitMs = 120_000;

/**
 * Starts a worker, which is the hub too, for a server that runs already, in a namespace of its own or the one that is given,
 * and points the environment to them. The worker ends with whoever ends the processes of `env`.
 */
export async function joinServer(address: string, env: NodeJS.ProcessEnv, folder: string, known?: string): Promise<{ address: string; namespace: string }> {
  const namespace = known ?? `test-${randomBytes(4).toString('hex')}`;
  if (known === undefined) await makeNamespace(address, namespace);
  Object.assign(env, { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace });
  const log = join(folder, 'worker.log');
  const out = openSync(log, 'a');
  const worker = spawn(process.execPath, [join(packageRoot, 'bin', 'perfloop.js'), 'worker', '--hub', '--tag', 'cpu'], { env, stdio: ['ignore', out, out] });
  closeSync(out);
  for (const began = performance.now(); !readFileSync(log, 'utf8').includes('serves cpu'); await sleep(100)) {
    if (worker.exitCode !== null || performance.now() - began > limitMs) throw new Error(`the worker does not start: ${readFileSync(log, 'utf8')}`);
  }
  return { address, namespace };
}

/** A part of the server knows a new namespace only a few seconds later. */
async function makeNamespace(address: string, namespace: string): Promise<void> {
  const first = await connectClient(plainSettings({ address, namespace: 'default' }, 'perfloop'));
  await first.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('30 days') });
  await first.connection.close();
  for (const began = performance.now(); ; await sleep(500)) {
    try {
      const client = await connectClient(plainSettings({ address, namespace }, 'perfloop'));
      try {
        return await prepareNamespace(client);
      } finally {
        await client.connection.close();
      }
    } catch (error) {
      if (performance.now() - began > limitMs) throw error;
    }
  }
}
