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
import { mean, quantile } from '../../src/core/stats/summary.js';
import { engineStatus } from '../../src/worker/engine/engine.js';
import { workerScript } from '../../src/worker/engine/package-paths.js';
import { formatFigure, type Figure } from '../figure.js';
import { ownEnvironment, withEngine, type BenchHome } from '../support/home.js';
import { benchTarget } from '../support/target.js';

const sizes = [250, 500, 1000];
const swept = 200;
const parts = ['apply', 'sweep'] as const;
type Part = (typeof parts)[number];

/** Schedules of 1,000 targets applied, and a sweep of 200 runs that do nothing, all of them started at once, by two workers; how many are open at a time is a figure of it, since the hub prepares each first. `told`: each part as soon as it is there. */
export async function fleet(told: (figures: Figure[]) => void = () => undefined, wanted: readonly Part[] = parts): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-fleet-'));
  try {
    const repository = benchTarget(root, '[[steps]]\ntype = "noop"\n[loop]\nrounds = 1\n');
    return await withEngine(async (bench) => {
      const context = contextOf(bench, root);
      const figures: Figure[] = [];
      const bodies: Record<Part, () => Promise<Figure[]>> = { apply: async () => applied(context, root, repository), sweep: async () => sweep(bench, context, root, repository) };
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

async function sweep({ home, env, engine, client }: BenchHome, context: CliContext, root: string, repository: string): Promise<Figure[]> {
  const file = fleetFile(root, 'swept', swept, repository);
  await fleetApply(context, file, { force: false });
  const second = spawn(process.execPath, [workerScript, '--tag', 'cpu'], { env: { ...ownEnvironment(join(root, 'second')), PERFLOOP_ARTIFACTS: home.artifacts, TEMPORAL_ADDRESS: engine.address, TEMPORAL_NAMESPACE: engine.namespace }, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await once(second.stdout ?? second, 'data');
    const { workerPid } = (await engineStatus(home)) as { workerPid: number };
    const watched = new Watched(client, [workerPid, second.pid ?? 0]);
    const watching = watched.watch();
    let seconds: number;
    try {
      seconds = await secondsOf(async () => {
        const { sweep: ended } = await fleetSweep({ ...context, env }, { file, names: [], open: swept, detach: false, show: () => undefined });
        if (ended?.counts.completed !== swept) throw new Error(`the sweep went another way: ${JSON.stringify({ ...ended, ended: ended?.ended.filter(({ outcome }) => outcome.kind !== 'completed').slice(0, 3) })}`);
      });
    } finally {
      await watched.stop(watching);
    }
    return [
      { name: `${swept} runs that do nothing, started at once, by two workers`, value: seconds, unit: 's', aim: null },
      { name: 'runs open at once, at most', value: Math.max(...watched.open), unit: '', aim: null },
      { name: 'the same in the mean', value: mean(watched.open), unit: '', aim: null },
      ...watched.peaks().map((value, index): Figure => ({ name: `memory of worker ${index + 1}, at most`, value, unit: 'MB', aim: { atMost: 500 } })),
      { name: 'queries meanwhile, 95th percentile', value: quantile(watched.queries, 0.95), unit: 'ms', aim: { atMost: 200 } },
      { name: 'approvals meanwhile, 95th percentile', value: quantile(watched.approvals, 0.95), unit: 'ms', aim: { atMost: 200 } },
    ];
  } finally {
    await end(second);
  }
}

/** What goes on while a sweep does. */
class Watched {
  ended = false;
  readonly open: number[] = [];
  /** Milliseconds. */
  readonly queries: number[] = [];
  readonly approvals: number[] = [];

  constructor(
    private readonly client: Client,
    private readonly workers: readonly number[],
  ) {}

  async watch(): Promise<void> {
    while (!this.ended) {
      await sleep(250);
      const open = await this.running('fleetRun');
      if (open.length > 0) this.open.push(open.length);
      const running = await this.running('run');
      if (running.length === 0) continue;
      const run = running[Math.floor(running.length / 2)] ?? '';
      await this.timed(this.queries, async () => this.client.workflow.getHandle(run).query('status'));
      // What nobody waits for is refused by the run's own validator: the way there and back is the same.
      await this.timed(this.approvals, async () => this.client.workflow.getHandle(run).executeUpdate('decide', { args: [{ v: 1, decisionId: `d-${this.approvals.length}`, candidate: 'r1-1', approve: true, who: 'bench', comment: '' }] }).catch(expectRefused));
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
  private async timed(into: number[], work: () => Promise<unknown>): Promise<void> {
    const began = performance.now();
    const isAnswered = await work().then(() => true, () => false);
    if (isAnswered) into.push(performance.now() - began);
  }

  /** Resident memory at its highest, MB. */
  peaks(): number[] {
    return this.workers.map((pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024);
  }
}

function expectRefused(error: unknown): void {
  const { cause } = error as { cause?: { type?: string } };
  if (!cause?.type?.startsWith('PL_')) throw error;
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
