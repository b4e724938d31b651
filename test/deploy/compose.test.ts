import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseDuration } from '../../src/core/duration-text.js';
import { defaultDrainMs } from '../../src/worker/end-on-signal.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { serverVersion } from '../support/production/programs.js';

interface Service {
  image: string;
  build?: string;
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  secrets?: string[];
  healthcheck?: object;
  restart: string;
  stop_grace_period?: string;
}

const { services, secrets, volumes } = parse(readFileSync(join(packageRoot, 'docker-compose.yml'), 'utf8'), { merge: true }) as { services: Record<string, Service>; secrets: Record<string, { file: string }>; volumes: Record<string, null> };
const each = Object.entries(services);
/** Those that run once and end. */
const oneShot = each.filter(([, { restart }]) => restart.startsWith('on-failure')).map(([name]) => name);

/** The plugin, and the program by itself: whichever are here. Debian 12 has the first generation, in Python. */
const composes = [['docker', 'compose'], ['docker-compose']].filter(([file = '', ...args]) => spawnSync(file, [...args, 'version']).status === 0);

describe('docker-compose.yml', () => {
  it('has the parts of a production server, and two workers of which one is the hub', () => {
    expect(Object.keys(services).toSorted()).toEqual(['artifacts', 'grafana', 'postgresql', 'prometheus', 'temporal', 'temporal-namespace', 'temporal-schema', 'temporal-ui', 'worker', 'worker-hub']);
    expect(each.filter(([, service]) => JSON.stringify(service).includes('--hub')).map(([name]) => name)).toEqual(['worker-hub']);
    expect(oneShot.toSorted()).toEqual(['temporal-namespace', 'temporal-schema']);
  });

  it('pins each image to a release, and the server to the version that the tests run', () => {
    for (const [name, { image, build }] of each) if (build === undefined) expect(image, name).toMatch(/:v?\d+\.\d+(\.\d+)?[\w.-]*$/);
    expect(services['temporal']?.image).toBe(`temporalio/server:${serverVersion}`);
    expect(services['temporal-schema']?.image).toContain(`:${serverVersion}-`);
  });

  it('says of each service that goes on how its health is known', () => {
    const dockerfile = readFileSync(join(packageRoot, 'Dockerfile'), 'utf8');
    expect(dockerfile).toContain('\nHEALTHCHECK ');
    expect(each.filter(([name, { healthcheck, build }]) => healthcheck === undefined && build === undefined && !oneShot.includes(name)).map(([name]) => name)).toEqual([]);
  });

  it('gives workers the time to drain, as SIGTERM has them do', () => {
    const graces = ['worker', 'worker-hub'].map((name) => parseDuration(services[name]?.stop_grace_period ?? ''));
    for (const grace of graces) expect(grace).toBeGreaterThan(defaultDrainMs);
  });

  it('publishes nothing beyond this machine', () => {
    expect(each.flatMap(([, { ports = [] }]) => ports).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('mounts what is there, and names each volume', () => {
    const sources = each.flatMap(([, { volumes: mounts = [] }]) => mounts.map((mount) => mount.split(':')[0] ?? ''));
    expect(sources.filter((source) => (source.startsWith('.') ? !existsSync(join(packageRoot, source)) : !(source in volumes)))).toEqual([]);
  });

  it('holds no secret: each comes by a file', () => {
    const variables = each.flatMap(([name, { environment = {} }]) => Object.entries(environment).map(([variable, value]) => ({ name, variable, value })));
    expect(variables.filter(({ variable, value }) => /PASSWORD|SECRET|TOKEN|KEY/.test(variable) && !value.startsWith('/run/secrets/'))).toEqual([]);
    expect(each.flatMap(([, { secrets: used = [] }]) => used).filter((used) => !(used in secrets))).toEqual([]);
  });
});

describe('deploy/secrets.sh', () => {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-deploy-'));
  const run = (): string => execFileSync('sh', [join(root, 'deploy', 'secrets.sh')], { encoding: 'utf8' });
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');

  beforeAll(() => {
    for (const file of ['docker-compose.yml', '.env', 'deploy', 'Dockerfile']) cpSync(join(packageRoot, file), join(root, file), { recursive: true, filter: (from) => !from.endsWith('/secrets') });
    run();
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('makes every secret that the compose file names, for nobody else on this machine', () => {
    for (const { file } of Object.values(secrets)) expect(read(file).length, file).toBeGreaterThan(20);
    expect(statSync(join(root, 'deploy', 'secrets')).mode & 0o077).toBe(0);
    expect(spawnSync('git', ['check-ignore', 'deploy/secrets/postgres_password'], { cwd: packageRoot }).status).toBe(0);
  });

  it('changes nothing the second time', () => {
    const all = (): string[] => readdirSync(join(root, 'deploy', 'secrets')).map((name) => read(join('deploy', 'secrets', name)));
    const before = all();
    run();
    expect(all()).toEqual(before);
  });

  it.skipIf(composes.length === 0)('is all that `docker compose config` needs (SKIPPED without Docker Compose: `apt-get install docker-compose`)', () => {
    for (const [file = '', ...args] of composes) {
      const config = (...more: string[]): string => execFileSync(file, [...args, 'config', ...more], { cwd: root, encoding: 'utf8', env: { PATH: process.env['PATH'] } });
      const listed = (kind: string): string[] => config(kind).trim().split('\n').toSorted();
      expect(listed('--services'), file).toEqual(Object.keys(services).toSorted());
      expect(listed('--volumes'), file).toEqual(Object.keys(volumes).toSorted());
      // Whatever the name of the folder is.
      const version = execFileSync(file, [...args, 'version'], { encoding: 'utf8' });
      if (!/version v?1\./.test(version)) expect((parse(config()) as { name: string }).name, version).toBe('perfloop');
    }
  });
});
