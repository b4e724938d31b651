// Polls what the engine waits for, and runs the few activities and workflows that the engine's tests need.
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';

const prefix = process.env.PERFLOOP_QUEUE_PREFIX || 'perfloop';
const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS });
const namespace = process.env.TEMPORAL_NAMESPACE;
const activities = { noop: async () => undefined };
const workers = await Promise.all([
  Worker.create({ connection, namespace, taskQueue: prefix, workflowsPath: fileURLToPath(new URL('stand-in-workflows.mjs', import.meta.url)), activities }),
  Worker.create({ connection, namespace, taskQueue: `${prefix}.hub`, activities }),
]);
console.log(`stand-in worker ${process.pid} polls`);
await Promise.all(workers.map((worker) => worker.run()));
await connection.close();
