import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { PerfloopError } from '../../core/errors.js';
import { packageRoot } from '../../worker/engine/package-paths.js';

/** The published package that the demo makes faster, and the part of it that is copied. */
const packageName = 'density-clustering';
const copied = ['lib', 'package.json', 'README.md', 'LICENSE'];

export interface DemoTarget {
  folder: string;
  /** Such as `density-clustering 1.3.0`. */
  title: string;
  base: string;
}

/** A temporary git repository with the published package, a benchmark of its public API, and tests of its results. */
export async function makeTarget(): Promise<DemoTarget> {
  const source = packageFolder();
  const demo = join(packageRoot, 'demo');
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'perfloop-demo-')));
  for (const name of copied) if (existsSync(join(source, name))) cpSync(join(source, name), join(folder, name), { recursive: true });
  cpSync(join(demo, 'target'), folder, { recursive: true });
  const config = join(folder, 'perfloop.toml');
  writeFileSync(config, readFileSync(config, 'utf8').replace('CHEAT', JSON.stringify(join(demo, 'proposer.mjs')).slice(1, -1).replaceAll("'", String.raw`'\''`)));
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await commit(folder, 'The package as published');
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  return { folder, title: `${packageName} ${version}`, base: await git(folder, 'rev-parse', 'HEAD') };
}

/** Commits everything in the demo's repository under a name of its own, whatever git's settings here are. */
export async function commit(folder: string, message: string): Promise<string> {
  await git(folder, 'add', '--all');
  await git(folder, '-c', 'user.name=demo', '-c', 'user.email=demo@localhost', '-c', 'commit.gpgsign=false', 'commit', '--quiet', '--no-verify', '-m', message);
  return git(folder, 'rev-parse', 'HEAD');
}

export async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await execa('git', args, { cwd: folder });
  return stdout;
}

function packageFolder(): string {
  try {
    return dirname(createRequire(join(packageRoot, 'package.json')).resolve(`${packageName}/package.json`));
  } catch (error) {
    throw new PerfloopError('PL_NO_DEMO', `the demo needs the package ${packageName}, a development dependency`, { where: packageRoot, fix: 'Clone the repository and run `npm install && npm run demo`.', cause: error });
  }
}
