import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seenRepository, type StandIn } from '../measure/sandbox/sandbox.js';
import type { Home } from '../store/home.js';
import { git, gitBytes } from './git.js';
import { removeTree } from './remove-tree.js';
import { SharedWork } from './shared-work.js';
import type { Repository } from './repository.js';

/** The first commands of a run begin at once. */
const beingMade = new SharedWork<void>();

/** Of as many targets; one is a few megabytes at most. */
const most = 16;

/**
 * The repository that git sees in a sandbox, the same on both sides whatever is checked out there: the base commit without
 * its history, with its folders and an index, so that `git rev-parse HEAD`, `git describe --always`, `git ls-files` and
 * `git status` answer; not with the content of files. Other commits, and so the side, are not in it.
 */
export async function standInRepository(home: Home, repository: Repository, base: string): Promise<StandIn> {
  const folder = join(home.cache, 'git', base);
  const standIn: StandIn = { folder: join(folder, 'repository'), gitFile: join(folder, 'git-file') };
  if (!(await touched(folder))) await beingMade.of(folder, () => makeAt(home, folder, repository, base));
  return standIn;
}

async function makeAt(home: Home, folder: string, repository: Repository, base: string): Promise<void> {
  const temporary = join(home.cache, 'git', `.new-${randomBytes(8).toString('hex')}`);
  try {
    await make(temporary, repository.path, base);
    await rename(temporary, folder);
  } catch (error) {
    // Another process may have been first.
    if (!(await touched(folder))) throw error;
  } finally {
    await removeTree(temporary);
  }
  await trim(join(home.cache, 'git'));
}

async function make(folder: string, from: string, base: string): Promise<void> {
  const repository = join(folder, 'repository');
  const there = { cwd: from, env: { GIT_DIR: from } };
  await mkdir(folder, { recursive: true });
  await git(['init', '--quiet', '--bare', repository], { cwd: folder });
  const tree = await git(['rev-parse', '--verify', `${base}^{tree}`], there);
  const folders = (await gitBytes(['ls-tree', '-r', '-d', '-z', base], there)).toString('utf8').split('\0').flatMap((line) => /^040000 tree ([0-9a-f]+)\t/.exec(line)?.[1] ?? []);
  await git(['pack-objects', '--quiet', join(repository, 'objects', 'pack', 'pack')], { ...there, input: `${[base, tree, ...folders].join('\n')}\n` });
  const parents = (await git(['rev-list', '--parents', '--max-count=1', base], there)).split(' ').slice(1);
  if (parents.length > 0) await writeFile(join(repository, 'shallow'), `${base}\n`);
  await writeFile(join(repository, 'HEAD'), `${base}\n`);
  await git(['read-tree', base], { cwd: from, env: { GIT_DIR: from, GIT_INDEX_FILE: join(repository, 'index') } });
  await git(['config', 'core.bare', 'false'], { cwd: repository, env: { GIT_DIR: repository } });
  await writeFile(join(folder, 'git-file'), `gitdir: ${seenRepository}\n`);
}

/** Whether it is there; what is used last is removed last. */
async function touched(folder: string): Promise<boolean> {
  const now = new Date();
  return utimes(folder, now, now).then(() => true, () => false);
}

async function trim(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const ages = await Promise.all(names.map(async (name) => ({ name, usedMs: await stat(join(folder, name)).then(({ mtimeMs }) => mtimeMs, () => Date.now()) })));
  for (const { name } of ages.sort((a, b) => b.usedMs - a.usedMs).slice(most)) await removeTree(join(folder, name));
}
