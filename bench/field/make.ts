import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { packages, type FieldPackage } from './packages.js';

/**
 * `tsx bench/field/make.ts NAME FOLDER`: a git repository in a new folder with a published package as its first commit, and
 * a benchmark of its public API with a perfloop.toml as its second.
 */
const [name, to] = process.argv.slice(2);
const known = Object.keys(packages);
const wanted = name === undefined ? undefined : packages[name];
if (name === undefined || wanted === undefined || to === undefined) {
  console.error(`usage: tsx bench/field/make.ts NAME FOLDER\nnames: ${known.join(', ')}`);
  process.exit(2);
}
const folder = resolve(to);
if (existsSync(folder) && readdirSync(folder).length > 0) {
  console.error(`${folder} is not empty`);
  process.exit(2);
}
await make(name, wanted, folder);

async function make(name: string, wanted: FieldPackage, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await unpack(name, wanted, folder);
  for (const part of wanted.without) rmSync(join(folder, part), { recursive: true });
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await commit(folder, `${name} ${wanted.version} as published`);
  cpSync(fileURLToPath(new URL(`targets/${name}`, import.meta.url)), folder, { recursive: true });
  console.log(`${name} ${wanted.version}: ${await commit(folder, 'A benchmark and perfloop.toml')} in ${folder}`);
}

async function unpack(name: string, { registry, version }: FieldPackage, folder: string): Promise<void> {
  const download = mkdtempSync(join(tmpdir(), 'perfloop-field-'));
  try {
    if (registry === 'npm') await execa('npm', ['pack', '--silent', '--pack-destination', download, `${name}@${version}`]);
    else await execa('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--no-binary', ':all:', '--dest', download, `${name}==${version}`]);
    const [archive] = readdirSync(download);
    if (archive === undefined) throw new Error(`no archive of ${name} ${version} was fetched`);
    await execa('tar', ['-xzf', join(download, archive), '--strip-components=1', '-C', folder]);
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}

async function commit(folder: string, message: string): Promise<string> {
  // Published files count, whatever the package's own .gitignore says.
  await git(folder, 'add', '--all', '--force');
  await git(folder, '-c', 'user.name=field', '-c', 'user.email=field@localhost', '-c', 'commit.gpgsign=false', 'commit', '--quiet', '-m', message);
  return git(folder, 'rev-parse', '--short', 'HEAD');
}

async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await execa('git', args, { cwd: folder });
  return stdout;
}
