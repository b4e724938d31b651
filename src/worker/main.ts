import { parseArgs } from 'node:util';
import { PerfloopError } from '../core/errors.js';
import { reapJobs } from '../measure/job-journal.js';
import { environmentFingerprint, hostIdentity } from '../measure/environment.js';
import { closeIdleLaunchers } from '../measure/launcher/idle.js';
import { artifactsOf } from '../store/artifacts-of.js';
import { registerHub } from '../store/gc/hubs.js';
import { homeFrom } from '../store/home.js';
import { endUploads, outsideScopes } from '../store/uploads.js';
import { openStoreWriter } from '../store/writer.js';
import { startGitElsewhere } from '../workspace/git.js';
import { reclaimOpenWorktrees } from '../workspace/open-worktree.js';
import { flushSpans } from '../telemetry/spans.js';
import { advertOf } from './advert.js';
import { beginsAnew } from './begins-anew.js';
import { closeLeft } from './close-left.js';
import { clientOver, connectWorker, resolveConnection } from './connection.js';
import { createWorkers } from './create-worker.js';
import { deploymentOf } from './deployment.js';
import { currentBuild } from './engine/package-paths.js';
import { devicesOf } from './devices.js';
import { defaultDrainMs, endOnSignal } from './end-on-signal.js';
import { openHostEntry } from './host-entry.js';
import { HostTrouble } from './host-trouble.js';
import { claimHub } from './hub-claim.js';
import { defaultRuns, openLeasing } from './leasing.js';
import { keepSmall, watchMemory } from './memory-watch.js';
import { metricsAddress } from './telemetry/metrics-address.js';
import { say, sayFailure } from './telemetry/log.js';
import { installRuntime } from './telemetry/runtime.js';
import { traceProcess } from './telemetry/tracing.js';
import { recordPresence, watchStore } from './telemetry/watch-store.js';

/** An outage of a bucket's server that ends within this time ends no run. */
const artifactsPatienceMs = 600_000;

/** The worker process. Its settings come from the environment: PERFLOOP_HOME, PERFLOOP_ARTIFACTS and Temporal's variables. */
async function main(): Promise<void> {
  keepSmall();
  startGitElsewhere();
  const { values } = parseArgs({ options: { tag: { type: 'string', multiple: true, default: ['cpu'] }, hub: { type: 'boolean', default: false }, runs: { type: 'string', default: String(defaultRuns) }, 'drain-ms': { type: 'string', default: '2000' }, 'max-memory': { type: 'string', default: '0' }, 'max-memory-growth': { type: 'string', default: '0' } } });
  const home = homeFrom(process.env);
  installRuntime(process.env, { version: currentBuild().version, role: values.hub ? 'hub' : 'worker' });
  traceProcess(process.env, 'perfloop-worker', (text) => say(process.env, text, 'warn'));
  const settings = resolveConnection({ env: process.env });
  if (settings.local) throw new PerfloopError('PL_NO_ADDRESS', 'a worker needs the address of a Temporal server', { where: 'TEMPORAL_ADDRESS', fix: 'Set TEMPORAL_ADDRESS, or run `perfloop up` for a local one.' });
  // What a killed worker left must be gone before new work begins.
  for (const reaped of await reapJobs(home.journal)) say(process.env, `reaped ${JSON.stringify(reaped)}`);
  const connection = await connectWorker(settings, { patienceMs: 60_000 });
  const client = await clientOver(connection, settings);
  const leasing = openLeasing({ home, client, queuePrefix: settings.queuePrefix, runs: Number(values.runs) });
  await reclaimOpenWorktrees(home, async ({ key }) => key !== null && leasing.isOpen(key.split('/')[0] ?? ''));
  const hub = values.hub ? claimHub(home) : null;
  const store = hub === null ? null : openStoreWriter(home.db, (line) => say(process.env, line));
  const { id, was } = await hostIdentity(home);
  if (was !== undefined) say(process.env, `this home was copied from that of host ${was}, on another machine: here it is host ${id}`, 'warn');
  const fingerprint = await environmentFingerprint();
  const { gpus } = fingerprint;
  const tags = values.tag;
  const devices = devicesOf(tags, gpus, process.env);
  const deps = { home, artifacts: artifactsOf(home, { patienceMs: artifactsPatienceMs }), host: id, devices, gpu: gpus[0]?.name ?? null, env: process.env, leasing };
  // Beside the work: it may take the store a while to answer.
  if (store !== null) outsideScopes(() => registerHub(deps.artifacts, id, home.root)).catch((error: unknown) => console.log(`the store of artifacts does not know yet that this host is a hub: ${String(error)}`));
  const trouble = new HostTrouble();
  const workers = await createWorkers({ connection, settings, deps, tags, store, trouble, version: deploymentOf(process.env, currentBuild().version) });
  say(process.env, `worker ${process.pid} of host ${id} serves ${tags.join(', ')}${values.hub ? ' and the store' : ''} on ${settings.address}`);
  let drainMs = Number(values['drain-ms']);
  const memory = watchMemory({ most: boundOf(values['max-memory']), mostGrowth: boundOf(values['max-memory-growth']) }, home, (why) => {
    console.warn(`worker ${process.pid} takes too much memory: ${why}; it finishes what it is at, and begins anew`);
    process.exitCode = beginsAnew;
    // Nobody waits for its end, as after `perfloop down`.
    drainMs = Math.max(drainMs, defaultDrainMs);
    process.kill(process.pid, 'SIGTERM');
  });
  const watches = [memory.end, closeLeft({ home, client, inHand: leasing.inHand }, (text) => say(process.env, text, 'warn')), ...(store === null ? [] : [recordPresence(store, `${id} ${process.pid} ${Date.now()}`)]), ...(metricsAddress(process.env) === null ? [] : [watchStore(deps, store !== null)])];
  const entry = openHostEntry({ client, queuePrefix: settings.queuePrefix, leasing, trouble, memory, advert: advertOf({ host: id, tags, devices, hub: values.hub, runs: Number(values.runs), queuePrefix: settings.queuePrefix }, fingerprint) });
  await entry.begin();
  void endOnSignal(workers, { leasing, entry, drainMs: () => drainMs });
  await Promise.all(workers.map((worker) => worker.run()));
  await closeIdleLaunchers();
  endUploads();
  for (const end of watches) end();
  await flushSpans();
  leasing.close();
  store?.close();
  hub?.release();
  await connection.close();
}

/** 0: there is none. */
function boundOf(flag: string): number {
  return Number(flag) > 0 ? Number(flag) : Infinity;
}

try {
  await main();
} catch (error) {
  sayFailure(process.env, error);
  // At once: connections that are still being made would keep the process for minutes.
  process.exit(error instanceof PerfloopError ? 2 : 1);
}
// The supervisor's channel would keep the process alive.
process.disconnect?.();
