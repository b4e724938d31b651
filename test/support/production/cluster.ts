import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeptChild } from '../../../src/worker/engine/child.js';
import { packageRoot } from '../../../src/worker/engine/package-paths.js';
import { freePort } from '../../../src/worker/engine/ports.js';
import { writeAtomically } from '../../../src/worker/engine/state.js';
import { linkPrograms, missingPrograms, postgresFolder } from './programs.js';

export const deployFolder = join(packageRoot, 'deploy', 'temporal');

/** A Temporal server on a PostgreSQL, set up by the files of deploy/ and started again whenever one of the two dies, as the compose file does. */
export interface Cluster {
  address: string;
  /** Where the server's own metrics are. */
  metrics: string;
  /** Its logs, and `pids.json`, see `clusterPid`. */
  folder: string;
  /** Rows of unaligned fields, one a line. */
  psql(sql: string, database?: string): string;
  /** Writes a backup of both databases into a folder, as docs/production.md does, while all goes on. */
  dump(folder: string): void;
  stop: () => Promise<void>;
}

const password = 'not-a-secret';
const host = '127.0.0.1';

export type ClusterPart = 'postgres' | 'temporal';

/** The process of a part as of now: after a death it is another. */
export function clusterPid(folder: string, part: ClusterPart): number {
  return (JSON.parse(readFileSync(pidsFile(folder), 'utf8')) as Record<ClusterPart, number>)[part];
}

const pidsFile = (folder: string): string => join(folder, 'pids.json');

const databases = ['temporal', 'temporal_visibility'];

/** `from`: the folder of a backup that its databases are restored from. Throws with what to install where something is missing. */
export async function startCluster(say: (text: string) => void = () => undefined, { from }: { from?: string } = {}): Promise<Cluster> {
  const missing = missingPrograms();
  const postgres = postgresFolder();
  if (postgres === null || missing.length > 0) throw new Error(`a Temporal server on PostgreSQL needs what is not here:\n${missing.map((one) => `  - ${one}`).join('\n')}`);
  const root = mkdtempSync(join(tmpdir(), 'perfloop-cluster-'));
  chmodSync(root, 0o755);
  const log = (name: string): string => join(root, `${name}.log`);
  await linkPrograms(join(root, 'bin'), say);
  const ports = await freePorts(11);
  const port = (index: number): string => String(ports[index]);
  const env: NodeJS.ProcessEnv = {
    PATH: `${join(root, 'bin')}:${process.env['PATH']}`,
    // The temporal command keeps its settings there.
    HOME: root,
    SQL_HOST: host,
    SQL_PORT: port(0),
    SQL_USER: 'temporal',
    SQL_PASSWORD: password,
    BIND_ON_IP: host,
    LOG_LEVEL: 'warn',
    METRICS_ADDRESS: `${host}:${port(1)}`,
    FRONTEND_PORT: port(2),
    FRONTEND_MEMBERSHIP_PORT: port(3),
    FRONTEND_HTTP_PORT: port(4),
    MATCHING_PORT: port(5),
    MATCHING_MEMBERSHIP_PORT: port(6),
    HISTORY_PORT: port(7),
    HISTORY_MEMBERSHIP_PORT: port(8),
    WORKER_PORT: port(9),
    WORKER_MEMBERSHIP_PORT: port(10),
    DYNAMIC_CONFIG: join(deployFolder, 'dynamic-config.yaml'),
    ...(process.env['NUM_HISTORY_SHARDS'] === undefined ? {} : { NUM_HISTORY_SHARDS: process.env['NUM_HISTORY_SHARDS'] }),
  };
  const address = `${host}:${port(2)}`;
  const pids: Record<ClusterPart, number> = { postgres: 0, temporal: 0 };
  const deathsInARow: Record<ClusterPart, number> = { postgres: 0, temporal: 0 };
  const started = (part: ClusterPart, pid: number): void => {
    pids[part] = pid;
    writeAtomically(pidsFile(root), JSON.stringify(pids));
  };
  const keep = (name: ClusterPart, file: string, args: string[]): KeptChild =>
    new KeptChild(() => ({ file, args, env, cwd: root, log: log(name), channel: false }), { onStart: ({ pid }) => started(name, pid), onDeath: (_how, deaths) => (deathsInARow[name] = deaths) });
  const postgresTool = (name: string, args: readonly string[]): string => run(join(postgres, name), ['-h', host, '-p', port(0), '-U', 'temporal', ...args], { env: { ...env, PGPASSWORD: password } });
  const psql = (sql: string, database = 'temporal'): string => postgresTool('psql', ['-XAtq', '-F', '\t', '-c', sql, database]);
  const dumpOf = (folder: string, name: string): string => join(folder, `${name}.dump`);

  const data = makeDatabase(postgres, root);
  const [file, ...args] = [...unprivileged(), join(postgres, 'postgres'), '-D', data, '-h', host, '-p', port(0), '-k', root, '-c', 'max_connections=200', '-c', 'shared_buffers=128MB'];
  const database = keep('postgres', file ?? '', args);
  const server = keep('temporal', 'sh', [join(deployFolder, 'server.sh')]);
  const until = async (name: ClusterPart, holds: () => Promise<boolean>): Promise<void> => {
    for (const began = performance.now(); ; await sleep(200)) {
      if (await holds().catch(() => false)) return;
      if (deathsInARow[name] >= deathsLimit || performance.now() - began > startLimitMs) throw new Error(`${name} does not start:\n${readFileSync(log(name), 'utf8').slice(-4000)}`);
    }
  };
  const dump = (folder: string): void => {
    for (const name of databases) postgresTool('pg_dump', ['-Fc', '-f', dumpOf(folder, name), name]);
  };
  const stop = async (): Promise<void> => {
    await server.stop(10_000);
    await database.stop(2000);
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  try {
    const checked = run('temporal-server', ['validate-dynamic-config', env['DYNAMIC_CONFIG'] ?? ''], { env });
    if (checked.includes('warning')) throw new Error(checked);
    say('PostgreSQL starts');
    database.start();
    await until('postgres', async () => psql('select 1', 'postgres') === '1');
    if (from !== undefined) {
      say('the databases are restored');
      for (const name of databases) {
        postgresTool('createdb', [name]);
        postgresTool('pg_restore', ['--exit-on-error', '-d', name, dumpOf(from, name)]);
      }
    }
    say('the schema is set up');
    const script = (name: string, more: NodeJS.ProcessEnv = {}): string => run('sh', [join(deployFolder, name)], { env: { ...env, ...more } });
    script('schema.sh');
    say('the Temporal server starts');
    server.start();
    await until('temporal', async () => run('temporal', ['operator', 'cluster', 'health', '--address', address], { env }).includes('SERVING'));
    script('namespace.sh', { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default' });
    // As at every start of the deployment: a second time has to do nothing.
    script('schema.sh');
    script('namespace.sh', { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default' });
    return { address, metrics: `${host}:${port(1)}`, folder: root, psql, dump, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** PostgreSQL does not run as root: then it runs as `nobody`. */
function unprivileged(): string[] {
  return process.getuid?.() === 0 ? ['setpriv', '--reuid', 'nobody', '--regid', String(nobodysGroup()), '--clear-groups', '--pdeathsig', 'TERM'] : [];
}

const nobodysGroup = (): number => Number(run('id', ['-g', 'nobody']));

function makeDatabase(postgres: string, root: string): string {
  const data = join(root, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (process.getuid?.() === 0) {
    // The folder of its socket, too.
    for (const folder of [root, data]) chownSync(folder, Number(run('id', ['-u', 'nobody'])), nobodysGroup());
  }
  const [file, ...args] = [...unprivileged(), join(postgres, 'initdb'), '-D', data, '-U', 'temporal', '--auth', 'trust', '--no-sync'];
  run(file, args, { cwd: root });
  return data;
}

function run(file: string, args: readonly string[], options: ExecFileSyncOptions = {}): string {
  return execFileSync(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, encoding: 'utf8' }).trimEnd();
}

const startLimitMs = 180_000;
/** The server gives up by itself while the database is not there yet; a config that does not load will never do. */
const deathsLimit = 5;

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort(ports));
  return ports;
}
