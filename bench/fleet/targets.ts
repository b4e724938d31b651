import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Client } from '@temporalio/client';
import type { CliContext } from '../../src/client/context.js';
import { plain } from '../../src/client/style.js';
import { fleetApply, fleetDiff, fleetSteer } from '../../src/client/verbs/fleet.js';
import { fleetSweep } from '../../src/client/verbs/fleet-sweep.js';
import { messageNames } from '../../src/core/messages.js';
import { mean, quantile } from '../../src/core/stats/summary.js';
import { engineStatus } from '../../src/worker/engine/engine.js';
import { workerScript } from '../../src/worker/engine/package-paths.js';
import { formatFigure, type Figure } from '../figure.js';
import { ownEnvironment, withEngine, type BenchHome } from '../support/home.js';
import { benchTarget } from '../support/target.js';
import { approved, completed, startNoopRun, waitsForPerson } from './runs.js';

const sizes = [250, 500, 1000];
const atOnce = 200;
/** Of a run that waits for a person at the first. */
const steps = 5;
const parts = ['apply', 'sweep', 'open'] as const;
type Part = (typeof parts)[number];

/** Schedules of 1,000 targets applied, and a sweep of 200 runs that do nothing, all of them started at once, by two workers; how many are open at a time is a figure of it, since the hub prepares each first; and 200 runs that are all open at once and each wait for a person. `told`: each part as soon as it is there. */
export async function fleet(told: (figures: Figure[]) => void = () => undefined, wanted: readonly Part[] = parts): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-fleet-'));
  try {
    const repository = benchTarget(root, '[[steps]]\ntype = "noop"\n[loop]\nrounds = 1\n');
    return await withEngine(async (bench) => {
      const context = contextOf(bench, root);
      const figures: Figure[] = [];
      const bodies: Record<Part, () => Promise<Figure[]>> = { apply: async () => applied(context, root, repository), sweep: async () => sweep(bench, context, root, repository), open: async () => open(bench, root) };
      for (const part of wanted) {
        const measured = await bodies[part]();
        told(measured);
        figures.push(...measured);
      }
      return figures;
    });
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function contextOf({ env, home }: BenchHome, cwd: string): CliContext {
  return { env, cwd, home, json: true, quiet: true, connection: {}, stdout: process.stdout, stderr: process.stderr, style: plain, errStyle: plain };
}

/** A fleet of so many targets of one repository, each with something of its own. */
function fleetFile(root: string, name: string, count: number, repository: string): string {
  const file = join(root, `${name}.toml`);
  const targets = Array.from({ length: count }, (_, index) => `[[targets]]\nname = "t${index}"\nrepository = "${repository}"\noverrides.loop.max_trials = ${index + 1}\n`);
  writeFileSync(file, `[fleet]\nname = "${name}"\n[defaults]\ncadence = "daily at 02:30"\n${targets.join('')}`);
  return file;
}

async function applied(context: CliContext, root: string, repository: string): Promise<Figure[]> {
  const seconds: number[] = [];
  let again = Number.NaN;
  for (const size of sizes) {
    const file = fleetFile(root, `fleet-${size}`, size, repository);
    seconds.push(await secondsOf(async () => fleetApply(context, file, { force: false })));
    again = await secondsOf(async () => fleetDiff(context, file));
    // The server has work with what it keeps.
    await fleetSteer(context, 'remove', file, [], '');
  }
  const [least = Number.NaN, , most = Number.NaN] = seconds.map((time, index) => time / (sizes[index] ?? Number.NaN));
  return [
    ...sizes.map((size, index): Figure => ({ name: `${size} targets applied`, value: seconds[index] ?? Number.NaN, unit: 's', aim: size === 1000 ? { atMost: 60 } : null })),
    { name: 'a target of 1000, by one of 250', value: most / least, unit: 'x', aim: { atMost: 1.5 } },
    { name: '1000 targets compared with the server', value: again, unit: 's', aim: null },
  ];
}

async function sweep(bench: BenchHome, context: CliContext, root: string, repository: string): Promise<Figure[]> {
  const file = fleetFile(root, 'swept', atOnce, repository);
  await fleetApply(context, file, { force: false });
  return withSecondWorker(bench, root, async (workers) => {
    const watched = new Watched(bench.client);
    const watching = watched.watch();
    let seconds: number;
    try {
      seconds = await secondsOf(async () => {
        const { sweep: ended } = await fleetSweep({ ...context, env: bench.env }, { file, names: [], open: atOnce, detach: false, show: () => undefined });
        if (ended?.counts.completed !== atOnce) throw new Error(`the sweep went another way: ${JSON.stringify({ ...ended, ended: ended?.ended.filter(({ outcome }) => outcome.kind !== 'completed').slice(0, 3) })}`);
      });
    } finally {
      await watched.stop(watching);
    }
    return [
      { name: `${atOnce} runs that do nothing, started at once, by two workers`, value: seconds, unit: 's', aim: null },
      { name: 'runs open at once, at most', value: Math.max(...watched.open), unit: '', aim: null },
      { name: 'the same in the mean', value: mean(watched.open), unit: '', aim: null },
      ...peaks(workers),
      { name: 'queries meanwhile, 95th percentile', value: quantile(watched.queries, 0.95), unit: 'ms', aim: { atMost: 200 } },
    ];
  });
}

/** Runs that are open all at once, since each waits for a person first; approved one after another while the others go on. */
async function open(bench: BenchHome, root: string): Promise<Figure[]> {
  const { client, home } = bench;
  const runs = Array.from({ length: atOnce }, (_, index) => `r-open${index}`);
  return withSecondWorker(bench, root, async (workers) => {
    const waiting = await secondsOf(async () => {
      await Promise.all(runs.map(async (run) => startNoopRun(client, run, steps, { asks: true })));
      await Promise.all(runs.map(async (run) => waitsForPerson(client, run)));
    });
    const { count } = await client.workflow.count("WorkflowType = 'run' AND ExecutionStatus = 'Running'");
    const [queries, approvals]: [number[], number[]] = [[], []];
    const done = await secondsOf(async () => {
      for (const run of runs) {
        queries.push(1000 * (await secondsOf(async () => client.workflow.getHandle(run).query(messageNames.status))));
        approvals.push(await approved(client, run));
      }
      const { done: completedRuns, twice, lost } = await completed(client, home, runs, steps);
      if (completedRuns !== atOnce) throw new Error(`runs went another way: ${JSON.stringify({ completedRuns, twice, lost })}`);
    });
    return [
      { name: `${atOnce} runs started, until each waits for a person`, value: waiting, unit: 's', aim: null },
      { name: 'runs open then', value: count, unit: '', aim: null },
      { name: `all approved, and ${steps - 1} steps more of each done`, value: done, unit: 's', aim: null },
      ...peaks(workers),
      { name: 'queries of them, 95th percentile', value: quantile(queries, 0.95), unit: 'ms', aim: { atMost: 200 } },
      { name: 'approvals of them, 95th percentile', value: quantile(approvals, 0.95), unit: 'ms', aim: { atMost: 200 } },
    ];
  });
}

/** The worker of the engine, which is the hub too, and another one beside it. */
async function withSecondWorker<T>({ home, engine }: BenchHome, root: string, body: (workers: number[]) => Promise<T>): Promise<T> {
  const second = spawn(process.execPath, [workerScript, '--tag', 'cpu'], { env: { ...ownEnvironment(join(root, 'second')), PERFLOOP_ARTIFACTS: home.artifacts, TEMPORAL_ADDRESS: engine.address, TEMPORAL_NAMESPACE: engine.namespace }, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await once(second.stdout ?? second, 'data');
    const { workerPid } = (await engineStatus(home)) as { workerPid: number };
    return await body([workerPid, second.pid ?? 0]);
  } finally {
    await end(second);
  }
}

/** Resident memory at its highest. */
function peaks(workers: readonly number[]): Figure[] {
  return workers.map((pid, index) => ({ name: `memory of worker ${index + 1}, at most`, value: Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024, unit: 'MB', aim: { atMost: 500 } }));
}

/** What goes on while a sweep does. */
class Watched {
  ended = false;
  readonly open: number[] = [];
  /** Milliseconds. */
  readonly queries: number[] = [];

  constructor(private readonly client: Client) {}

  async watch(): Promise<void> {
    while (!this.ended) {
      await sleep(250);
      const open = await this.running('fleetRun');
      if (open.length > 0) this.open.push(open.length);
      const running = await this.running('run');
      if (running.length === 0) continue;
      const run = running[Math.floor(running.length / 2)] ?? '';
      await this.timed(async () => this.client.workflow.getHandle(run).query(messageNames.status));
    }
  }

  private async running(type: 'run' | 'fleetRun'): Promise<string[]> {
    const runs: string[] = [];
    for await (const { workflowId } of this.client.workflow.list({ query: `WorkflowType = '${type}' AND ExecutionStatus = 'Running'` })) runs.push(workflowId);
    return runs;
  }

  /** Before the server goes, whatever became of the sweep. */
  async stop(watching: Promise<void>): Promise<void> {
    this.ended = true;
    await watching;
  }

  /** Of a run that ended meanwhile nothing is said. */
  private async timed(work: () => Promise<unknown>): Promise<void> {
    const began = performance.now();
    const isAnswered = await work().then(() => true, () => false);
    if (isAnswered) this.queries.push(performance.now() - began);
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(late);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const wanted = parts.filter((part) => process.argv.slice(2).includes(part));
  await fleet((figures) => console.log(figures.map(formatFigure).join('\n')), wanted.length === 0 ? parts : wanted);
}
