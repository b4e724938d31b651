import { hostname } from 'node:os';
import { PerfloopError } from '../core/errors.js';
import { flushSpans } from '../telemetry/spans.js';
import { connectWorker, resolveConnection } from './connection.js';
import { deploymentOf } from './deployment.js';
import { currentBuild } from './engine/package-paths.js';
import { say, sayFailure } from './telemetry/log.js';
import { installRuntime } from './telemetry/runtime.js';
import { traceProcess } from './telemetry/tracing.js';
import { commonOptions, createWorkflowWorker } from './workflow-worker.js';

/** A worker of workflows alone: it needs no home, so that several builds run beside each other on one host. Its settings come from the environment. */
async function main(): Promise<void> {
  const { version: program } = currentBuild();
  installRuntime(process.env, { version: program, role: 'worker' });
  traceProcess(process.env, 'perfloop-worker', (text) => say(process.env, text, 'warn'));
  const settings = resolveConnection({ env: process.env });
  if (settings.local) throw new PerfloopError('PL_NO_ADDRESS', 'a worker needs the address of a Temporal server', { where: 'TEMPORAL_ADDRESS', fix: 'Set TEMPORAL_ADDRESS.' });
  const version = deploymentOf(process.env, program);
  const connection = await connectWorker(settings, { patienceMs: 60_000 });
  const worker = await createWorkflowWorker(commonOptions(connection, settings, `perfloop-workflows@${hostname()}`), settings, version);
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => worker.getState() === 'RUNNING' && worker.shutdown());
  say(process.env, `worker ${process.pid} runs workflows${version === null ? '' : ` of build ${version.build}, deployment ${version.deployment},`} on ${settings.address}`);
  await worker.run();
  await flushSpans();
  await connection.close();
}

try {
  await main();
} catch (error) {
  sayFailure(process.env, error);
  // At once: connections that are still being made would keep the process for minutes.
  process.exit(error instanceof PerfloopError ? 2 : 1);
}
