import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commitAll, git, unpack } from '../support/published.js';
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
  await unpack(wanted.registry, wanted.package ?? name, wanted.version, folder);
  for (const part of wanted.without) rmSync(join(folder, part), { recursive: true });
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await commitAll(folder, `${name} ${wanted.version} as published`);
  cpSync(fileURLToPath(new URL(`targets/${name}`, import.meta.url)), folder, { recursive: true });
  console.log(`${name} ${wanted.version}: ${await commitAll(folder, 'A benchmark and perfloop.toml')} in ${folder}`);
}
