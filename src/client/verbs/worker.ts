import { spawn } from 'node:child_process';
import type { MemoryBounds } from '../../core/alerts/memory.js';
import type { Home } from '../../store/home.js';
import { beginsAnew } from '../../worker/begins-anew.js';
import { connectClient, type ConnectionRequest, type ConnectionSettings } from '../../worker/connection.js';
import { deploymentOf } from '../../worker/deployment.js';
import { currentBuild, workerScript, workflowsScript } from '../../worker/engine/package-paths.js';
import type { EngineProgress } from '../../worker/engine/progress.js';
import { ensureSearchAttributes } from '../../worker/engine/search-attributes.js';
import { serverInUse } from '../../worker/engine/settings.js';
import { metricsAddress } from '../../worker/telemetry/metrics-address.js';
import { localWorkerEnvironment } from '../../worker/engine/worker-environment.js';

export interface WorkerOptions {
  home: Home;
  env: NodeJS.ProcessEnv;
  connection: Omit<ConnectionRequest, 'env'>;
  /** Kinds of machine that this host is, such as `cpu` or `gpu.h100`; each is a task queue. */
  tags: string[];
  /** Whether this worker writes the store for all; one per fleet. */
  hub: boolean;
  /** For how long it may drain, milliseconds. Absent: as long as the local engine's, 2 s. */
  drainMs?: number;
  /** How many runs may share a CPU. Absent: as many as can work at once. */
  runs?: number;
  /** Runs workflows and nothing else: no commands, no store. */
  workflowsOnly?: boolean;
  /** The deployment and the build of its workflows; absent: as PERFLOOP_DEPLOYMENT and PERFLOOP_BUILD_ID say. */
  deployment?: string;
  buildId?: string;
  /** `HOST:PORT` at which it serves metrics; absent: as PERFLOOP_METRICS says. */
  metrics?: string;
  /** Megabytes, and megabytes an hour, above which it begins anew when what it does is done. Absent: it never does. */
  memory?: MemoryBounds;
  /** Runs in the place of perfloop's own worker. */
  workerScript?: string;
}

export interface WorkerIo {
  onProgress: (progress: EngineProgress) => void;
  onWaiting: (text: string) => void;
  onStart: (serving: { address: string; namespace: string; pid: number }) => void;
  /** Ctrl-C: the worker drains and ends. */
  signal: AbortSignal;
}

export interface WorkerResult {
  /** Of the worker process; null when a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** Runs one worker in the foreground against the configured server, or the local engine where none is. */
export async function worker(options: WorkerOptions, io: WorkerIo): Promise<WorkerResult> {
  const { home } = options;
  const env = environmentOf(options);
  metricsAddress(env);
  deploymentOf(env, currentBuild().version);
  const { settings, engine } = await serverInUse({ ...options.connection, env }, { home, env, onProgress: io.onProgress, signal: io.signal });
  // Before it takes work: an attribute that is not registered wedges a workflow for good.
  const client = await connectClient(settings, { patienceMs: 60_000, onWaiting: io.onWaiting });
  try {
    await ensureSearchAttributes(client);
  } finally {
    await client.connection.close();
  }
  const args = workerArguments(options);
  const childEnv = engine ? localWorkerEnvironment(home, engine, env) : workerEnvironment({ ...options, env }, settings);
  for (;;) {
    const result = await served(args, childEnv, io, ({ pid }) => io.onStart({ address: settings.address, namespace: settings.namespace, pid }));
    if (result.exitCode !== beginsAnew || io.signal.aborted) return result;
  }
}

function workerArguments({ workerScript: script = workerScript, workflowsOnly, tags, hub, drainMs, runs, memory }: WorkerOptions): string[] {
  if (workflowsOnly === true) return [workflowsScript];
  return [
    script,
    ...tags.flatMap((tag) => ['--tag', tag]),
    ...(hub ? ['--hub'] : []),
    ...(drainMs === undefined ? [] : ['--drain-ms', String(drainMs)]),
    ...(runs === undefined ? [] : ['--runs', String(runs)]),
    ...(memory === undefined ? [] : ['--max-memory', String(memory.most), '--max-memory-growth', String(memory.mostGrowth)]),
  ];
}

/** One process, until it ends. */
async function served(args: readonly string[], env: NodeJS.ProcessEnv, io: WorkerIo, onStart: (child: { pid: number }) => void): Promise<WorkerResult> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (child.pid !== undefined) onStart({ pid: child.pid });
  const hurry = (): void => void child.kill('SIGTERM');
  const drain = (): void => {
    child.kill('SIGTERM');
    // A second signal would end this process, and leave the worker behind.
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, hurry);
  };
  if (io.signal.aborted) drain();
  io.signal.addEventListener('abort', drain, { once: true });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => {
      io.signal.removeEventListener('abort', drain);
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, hurry);
      resolve({ exitCode, signal });
    });
  });
}

/** What flags say in place of variables. */
function environmentOf({ env, metrics, deployment, buildId }: WorkerOptions): NodeJS.ProcessEnv {
  return {
    ...env,
    ...(metrics === undefined ? {} : { PERFLOOP_METRICS: metrics }),
    ...(deployment === undefined ? {} : { PERFLOOP_DEPLOYMENT: deployment }),
    ...(buildId === undefined ? {} : { PERFLOOP_BUILD_ID: buildId }),
  };
}

/** What the flags said must reach the worker too; the rest of Temporal's settings it reads as this process did. */
function workerEnvironment({ home, env, connection }: WorkerOptions, settings: ConnectionSettings): NodeJS.ProcessEnv {
  return {
    ...env,
    PERFLOOP_HOME: home.root,
    PERFLOOP_ARTIFACTS: home.artifacts,
    TEMPORAL_ADDRESS: settings.address,
    TEMPORAL_NAMESPACE: settings.namespace,
    ...(connection.profile ? { TEMPORAL_PROFILE: connection.profile } : {}),
  };
}
