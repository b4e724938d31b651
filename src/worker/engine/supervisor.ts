/** The process behind the local engine: started in the background by `ensureEngine`, one per home. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { usualMemoryBounds } from '../../core/alerts/memory.js';
import { defaultQueuePrefix } from '../../core/queues.js';
import { homeFrom } from '../../store/home.js';
import { idleLimitMs } from './idle.js';
import { tryLock } from './lock.js';
import { workerScript } from './package-paths.js';
import { lockedExitCode } from './state.js';
import { log, Supervisor } from './supervise.js';

const { values } = parseArgs({ options: { binary: { type: 'string' }, 'worker-script': { type: 'string' }, 'worker-argument': { type: 'string', multiple: true } } });
if (!values.binary) throw new Error('--binary is missing');

const home = homeFrom(process.env);
const lock = tryLock(join(home.locks, 'engine.lock'));
if (lock === null) {
  log('another supervisor serves this home; leaving');
  process.exit(lockedExitCode);
}

log(`supervisor ${process.pid}, home ${home.root}`);
const { most, mostGrowth } = usualMemoryBounds;
const supervisor = Supervisor.start({
  home,
  binary: values.binary,
  workerScript: values['worker-script'] ?? workerScript,
  workerArguments: values['worker-argument'] ?? ['--tag', 'cpu', '--hub', '--max-memory', String(most), '--max-memory-growth', String(mostGrowth)],
  queuePrefix: process.env['PERFLOOP_QUEUE_PREFIX'] || defaultQueuePrefix,
  idleMs: idleLimitMs(process.env),
});

let asked = 0;
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Somebody who asks twice does not want to wait: the children end with this process.
    if (++asked > 1) process.exit(1);
    void supervisor.then(async (running) => await running.stop(signal)).then(() => process.exit(0));
  });
}
await supervisor;
