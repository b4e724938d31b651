import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { homeFrom } from '../../../src/store/home.js';
import { onPath } from '../../../src/worker/engine/binary-places.js';
import { findBinary } from '../../../src/worker/engine/binary.js';

/** The one of docker-compose.yml and of the local engine. */
export const serverVersion = '1.29.1';

const goPackages = { 'temporal-server': 'go.temporal.io/server/cmd/server', 'temporal-sql-tool': 'go.temporal.io/server/cmd/tools/sql' } as const;

const kept = (): string => join(process.env['HOME'] || homedir(), '.perfloop', 'temporal', `server-${serverVersion}`);

/** What the machine lacks for a server on PostgreSQL, each with how to get it; empty when all is there. */
export function missingPrograms(): string[] {
  const missing: string[] = [];
  if (postgresFolder() === null) missing.push('PostgreSQL 12 or newer (initdb, postgres, psql, pg_dump, pg_restore): `apt-get install postgresql`, `dnf install postgresql-server` or `brew install postgresql`');
  const built = Object.keys(goPackages).every((name) => existsSync(join(kept(), name)));
  if (!built && onPath('go', process.env) === null) missing.push(`Go, to build the Temporal server ${serverVersion} (once, about two minutes)`);
  return missing;
}

/** The folder of PostgreSQL's programs, which Debian keeps off the PATH. */
export function postgresFolder(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env['PATH'] ?? '').split(':')];
  return folders.find((folder) => ['initdb', 'postgres', 'psql', 'createdb', 'pg_dump', 'pg_restore'].every((name) => existsSync(join(folder, name)))) ?? null;
}

/** Fills a folder with links to `temporal-server`, `temporal-sql-tool` and `temporal`, built where they are not there yet. */
export async function linkPrograms(folder: string, say: (text: string) => void): Promise<void> {
  mkdirSync(folder, { recursive: true });
  buildServer(say);
  for (const name of Object.keys(goPackages)) symlinkSync(join(kept(), name), join(folder, name));
  const { path } = await findBinary({ home: homeFrom({ ...process.env, PERFLOOP_HOME: '' }), env: process.env, onProgress: ({ text }) => say(text) });
  symlinkSync(path, join(folder, 'temporal'));
}

function buildServer(say: (text: string) => void): void {
  for (const [name, goPackage] of Object.entries(goPackages)) {
    const file = join(kept(), name);
    if (existsSync(file)) continue;
    mkdirSync(kept(), { recursive: true });
    const folder = mkdtempSync(join(kept(), '.making-'));
    try {
      say(`go install ${goPackage}@v${serverVersion} (once, a minute or two)`);
      // In the folder itself, so that no go.mod or go.work around it steers the build.
      execFileSync('go', ['install', `${goPackage}@v${serverVersion}`], { cwd: folder, env: { ...process.env, GOBIN: folder, GOFLAGS: '', GOWORK: 'off' }, stdio: ['ignore', 'ignore', 'inherit'] });
      renameSync(join(folder, goPackage.split('/').at(-1) ?? ''), file);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
