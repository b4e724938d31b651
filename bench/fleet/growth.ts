// How the server's database, the artifacts and perfloop's own store grow: `npx tsx bench/fleet/growth.ts [RUNS]`, about ten
// minutes. Starts a PostgreSQL and the Temporal server of docker-compose.yml (see `npm run test:postgres` for what it
// needs). docs/production.md extrapolates from its numbers.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { RunStatus } from '../../src/core/status.js';
import { jobProcesses } from '../../src/measure/processes.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { connectClient, plainSettings } from '../../src/worker/connection.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { clusterPid, startCluster, type Cluster } from '../../test/support/production/cluster.js';
import { joinServer } from '../../test/support/production/join-server.js';
import { formatFigure, type Figure } from '../figure.js';
import { ownEnvironment } from '../support/home.js';
import { noopInput } from '../support/noop-run.js';

/** Of all that a run may do, one step that does nothing: what each run costs at least. */
const noops = Number(process.argv[2] ?? 200);
const reals = 2;
const trialsEach = 5;
const targets = 200;
/** The server is busy with its shards at first. */
const settleSeconds = 30;
const restSeconds = 45;
const sampledMs = 20;

interface Bench {
  cluster: Cluster;
  client: Client;
  home: Home;
  env: NodeJS.ProcessEnv;
  root: string;
}

/** Everything that grows, at one moment. */
interface Size {
  /** Seconds. */
  at: number;
  /** Of both databases' tables and indexes, bytes. */
  tables: number;
  /** Written to PostgreSQL's log so far, bytes: what a replica and an archive of it take. */
  wal: number;
  commits: number;
  artifacts: number;
  artifactFiles: number;
  /** perfloop.db and the bare repositories. */
  home: number;
  heartbeats: number;
  requests: number;
}

async function sizeOf({ cluster, home }: Bench): Promise<Size> {
  for (const database of ['temporal', 'temporal_visibility']) cluster.psql('vacuum', database);
  cluster.psql('checkpoint');
  const number = (sql: string): number => Number(cluster.psql(sql));
  const text = await (await fetch(`http://${cluster.metrics}/metrics`)).text();
  const counted = (pattern: RegExp): number => text.split('\n').filter((line) => pattern.test(line)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  return {
    at: performance.now() / 1000,
    tables: number("select sum(pg_database_size(datname)) from pg_database where datname like 'temporal%'"),
    wal: number("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"),
    commits: number("select sum(xact_commit) from pg_stat_database where datname like 'temporal%'"),
    artifacts: bytesUnder(home.artifacts).bytes,
    artifactFiles: bytesUnder(home.artifacts).files,
    home: bytesUnder(home.root, /\/(perfloop\.db[^/]*$|repos\/)/).bytes,
    heartbeats: counted(/^service_requests\{.*operation="RecordActivityTaskHeartbeat".*service_name="frontend"/),
    requests: counted(/^service_requests\{.*service_name="frontend"/),
  };
}

function bytesUnder(folder: string, wanted = /./): { bytes: number; files: number } {
  let bytes = 0;
  let files = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !wanted.test(path)) continue;
    bytes += statSync(path).size;
    files += 1;
  }
  return { bytes, files };
}

/** What happened to each size between the two, for each of `count`; what the server does at rest is in it. */
function grown(what: string, before: Size, after: Size, count: number): Figure[] {
  const per = (name: string, key: keyof Size, unit: string, scale = 1): Figure => ({ name: `${what}: ${name}`, value: (after[key] - before[key]) / count / scale, unit, aim: null });
  return [
    per('database', 'tables', 'KB', 1000),
    per('write-ahead log', 'wal', 'KB', 1000),
    per('commits', 'commits', ''),
    per('requests to the frontend, polls too', 'requests', ''),
    per('heartbeats', 'heartbeats', ''),
    per('artifacts', 'artifacts', 'KB', 1000),
    per('artifacts', 'artifactFiles', 'files'),
    per('store and repositories of the hub', 'home', 'KB', 1000),
  ];
}

/** What Temporal Cloud would bill of the histories, without heartbeats: an action for each of these events. */
const actions = /^(WORKFLOW_EXECUTION_STARTED|ACTIVITY_TASK_SCHEDULED|TIMER_STARTED|UPSERT_WORKFLOW_SEARCH_ATTRIBUTES|WORKFLOW_PROPERTIES_MODIFIED|START_CHILD_WORKFLOW_EXECUTION_INITIATED|SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED|WORKFLOW_EXECUTION_SIGNALED|WORKFLOW_EXECUTION_UPDATE_ACCEPTED|WORKFLOW_EXECUTION_CONTINUED_AS_NEW|MARKER_RECORDED)$/;

async function histories({ client }: Bench, query: string): Promise<{ events: number; bytes: number; actions: number; executions: number }> {
  const sum = { events: 0, bytes: 0, actions: 0, executions: 0 };
  for await (const { workflowId, runId, historyLength, historySize } of client.workflow.list({ query })) {
    sum.executions += 1;
    sum.events += historyLength;
    sum.bytes += historySize ?? 0;
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    sum.actions += (events ?? []).filter(({ eventType }) => actions.test(eventName(eventType))).length;
  }
  return sum;
}

const eventName = (type: unknown): string => String(eventNames[Number(type)] ?? type).replace('EVENT_TYPE_', '');
const { temporal } = (await import('@temporalio/proto')).default;
const eventNames = temporal.api.enums.v1.EventType as unknown as Record<number, string>;

async function noopRuns(bench: Bench): Promise<Figure[]> {
  const run = async (name: string): Promise<unknown> => await bench.client.workflow.execute('run', { taskQueue: 'perfloop', workflowId: name, args: [noopInput([{ type: 'noop', name: 'rest', enabled: true }], name)] });
  // The first ones make files that are there from then on.
  for (let index = 0; index < 20; index++) await run(`r-first${index}`);
  const before = await sizeOf(bench);
  for (let index = 0; index < noops; index++) await run(`r-noop${index}`);
  const after = await sizeOf(bench);
  const { events, bytes, actions: billed } = await histories(bench, "WorkflowId STARTS_WITH 'r-noop'");
  return [
    ...grown('a run of one step that does nothing', before, after, noops),
    { name: 'a run of one step that does nothing: history', value: bytes / noops / 1000, unit: 'KB', aim: null },
    { name: 'a run of one step that does nothing: events', value: events / noops, unit: '', aim: null },
    { name: 'a run of one step that does nothing: actions', value: billed / noops, unit: '', aim: null },
  ];
}

/** The stock verdict, on a program that sleeps: five candidates that change nothing that can be measured, and so the most common end of a trial. */
function realTarget(root: string): string {
  const folder = join(root, 'target');
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]): string => execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], { cwd: folder, encoding: 'utf8' });
  const script = join(root, 'propose.mjs');
  writeFileSync(script, "import { appendFileSync } from 'node:fs';\nappendFileSync('work.js', `// ${Math.random()}\\n`);\nconsole.log('a change of nothing');\n");
  for (let index = 0; index < trialsEach; index++) writeFileSync(join(folder, `work${index}.js`), `exports.work = () => { const end = performance.now() + ${sampledMs / trialsEach}; while (performance.now() < end); };\n`);
  writeFileSync(join(folder, 'work.js'), '');
  writeFileSync(join(folder, 'measure.js'), Array.from({ length: trialsEach }, (_, index) => `require('./work${index}.js').work();\n`).join(''));
  writeFileSync(join(folder, 'perfloop.toml'), `[commands]\nbenchmark = "node measure.js"\ntest = "true"\n[loop]\nrounds = 1\nmax_trials = ${trialsEach}\n[profile]\nmin_share = 0.0\n[propose]\nrecipes = false\nscript = "node ${script}"\n`);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '-m', 'base');
  return folder;
}

async function realRuns(bench: Bench): Promise<Figure[]> {
  const folder = realTarget(bench.root);
  const run = (): RunStatus => JSON.parse(execFileSync(process.execPath, [join(packageRoot, 'bin', 'perfloop.js'), 'run', folder, '--json'], { env: bench.env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 28 })) as RunStatus;
  // The first has the repository and the noise floor as well.
  const first = await sizeOf(bench);
  run();
  const before = await sizeOf(bench);
  const began = performance.now();
  const runs = Array.from({ length: reals }, run);
  const seconds = (performance.now() - began) / 1000;
  const after = await sizeOf(bench);
  const trials = runs.reduce((sum, status) => sum + status.trials.length, 0);
  const sums = await Promise.all(runs.map(async ({ run }) => await histories(bench, `WorkflowId STARTS_WITH '${run}'`)));
  const sum = (key: keyof (typeof sums)[number]): number => sums.reduce((total, one) => total + one[key], 0);
  return [
    { name: 'a real run: trials', value: trials / reals, unit: '', aim: null },
    { name: 'a real run: wall time', value: seconds / reals, unit: 's', aim: null },
    ...grown('the first real run of a target', first, before, 1),
    ...grown('a real run', before, after, reals),
    { name: 'a real run: executions', value: sum('executions') / reals, unit: '', aim: null },
    { name: 'a real run: history', value: sum('bytes') / reals / 1000, unit: 'KB', aim: null },
    { name: 'a real run: events', value: sum('events') / reals, unit: '', aim: null },
    { name: 'a real run: actions without heartbeats', value: sum('actions') / reals, unit: '', aim: null },
  ];
}

async function schedules(bench: Bench): Promise<Figure[]> {
  const file = join(bench.root, 'fleet.toml');
  writeFileSync(file, `[fleet]\nname = "growth"\n[defaults]\ncadence = "daily at 02:30"\n${Array.from({ length: targets }, (_, index) => `[[targets]]\nname = "t${index}"\nrepository = "${join(bench.root, 'target')}"\nbranch = "b${index}"\n`).join('')}`);
  const perfloop = (...args: string[]): string => execFileSync(process.execPath, [join(packageRoot, 'bin', 'perfloop.js'), 'fleet', ...args, '--file', file], { env: bench.env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 28 });
  const before = await sizeOf(bench);
  const began = performance.now();
  perfloop('apply');
  const seconds = (performance.now() - began) / 1000;
  await sleep(10_000);
  const after = await sizeOf(bench);
  return [{ name: `fleet apply of ${targets} targets`, value: seconds, unit: 's', aim: null }, ...grown('a schedule', before, after, targets).slice(0, 3), ...(await rest(bench, `at rest with ${targets} schedules`))];
}

/** What the server costs the database while nothing happens: its shards look after themselves, and workers poll. */
async function rest(bench: Bench, what: string): Promise<Figure[]> {
  await sleep(settleSeconds * 1000);
  const before = await sizeOf(bench);
  await sleep(restSeconds * 1000);
  const after = await sizeOf(bench);
  const seconds = after.at - before.at;
  const memory = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(clusterPid(bench.cluster.folder, 'temporal'))], { encoding: 'utf8' })) / 1024;
  return [
    { name: `${what}: commits a second, reads too`, value: (after.commits - before.commits) / seconds, unit: '', aim: null },
    { name: `${what}: write-ahead log a second`, value: (after.wal - before.wal) / seconds / 1000, unit: 'KB', aim: null },
    { name: `${what}: memory of the server`, value: memory, unit: 'MB', aim: null },
  ];
}

const cluster = await startCluster((text) => console.error(text));
const root = mkdtempSync(join(tmpdir(), 'perfloop-growth-'));
const env: NodeJS.ProcessEnv = { ...ownEnvironment(root), PERFLOOP_JOB: root };
try {
  const { namespace, address } = await joinServer(cluster.address, env, root);
  const client = await connectClient(plainSettings({ address, namespace }, 'perfloop'));
  const bench: Bench = { cluster, client, home: homeFrom(env), env, root };
  mkdirSync(bench.home.artifacts, { recursive: true });
  for (const part of [(of: Bench) => rest(of, 'at rest'), noopRuns, realRuns, schedules]) {
    for (const figure of await part(bench)) console.log(formatFigure(figure));
  }
  console.log('\nthe largest tables:');
  console.log(cluster.psql("select relname, pg_total_relation_size(oid), reltuples from pg_class where relkind = 'r' order by 2 desc limit 8"));
  await client.connection.close();
} finally {
  for (const { pid } of await jobProcesses({ group: null, marker: root })) if (pid !== process.pid) process.kill(pid, 'SIGKILL');
  await cluster.stop();
  rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
