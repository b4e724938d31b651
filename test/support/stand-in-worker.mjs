// A worker with the workflow and the queues that the engine's tests need. STAND_IN_BUNDLE is the bundle of stand-in-workflows.mjs.
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
const bundlePath = process.env.STAND_IN_BUNDLE;

Runtime.install({ logger: new DefaultLogger('WARN') });
const prefix = process.env.PERFLOOP_QUEUE_PREFIX || 'perfloop';
const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS });
const namespace = process.env.TEMPORAL_NAMESPACE;
const activities = { noop: async () => undefined };
const workers = await Promise.all([
  Worker.create({ connection, namespace, taskQueue: prefix, workflowBundle: { codePath: bundlePath }, activities, stickyQueueScheduleToStartTimeout: '1s' }),
  Worker.create({ connection, namespace, taskQueue: `${prefix}.hub`, activities }),
]);
console.log(`stand-in worker ${process.pid} polls`);
await Promise.all(workers.map((worker) => worker.run()));
await connection.close();
process.disconnect?.();
