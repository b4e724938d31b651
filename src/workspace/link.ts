import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, readFile, readdir, readlink, realpath, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { PerfloopError } from '../core/errors.js';
import { writeFileAtomic } from '../store/atomic-file.js';
import { unsafePath, unsafePlace } from './safe-path.js';
import { adminFolder, excludeFromCommits, type Worktree } from './worktree.js';

export interface LinkedItem {
  /** As the config names it. */
  item: string;
  /** The real file or folder that the link leads to. */
  source: string;
  bytes: number;
  /** SHA-256 over the content; above `contentLimitBytes` over paths, sizes and modification times. */
  sha: string;
  hashed: 'content' | 'listing';
}

/** Reading more than this before every trial would take longer than the trial. */
const contentLimitBytes = 256 << 20;

/**
 * Links data that git does not hold from the user's folder into a worktree, and hashes it: the same hash before and after
 * a trial shows that nothing was written through the link. Repeating it changes nothing. Throws PL_LINK_MISSING or
 * PL_LINK_IN_THE_WAY.
 */
export async function linkInto(worktree: Worktree, from: string, items: readonly string[]): Promise<LinkedItem[]> {
  const linked: LinkedItem[] = [];
  for (const item of items.map((name) => name.replace(/^(\.\/)+/, '').replace(/\/+$/, ''))) {
    const why = unsafePath(item);
    if (why !== undefined) throw new PerfloopError('PL_LINK_PATH', `the path ${JSON.stringify(item)} ${why}`, { where: 'target.link', fix: 'Name a file or folder inside the repository.' });
    const source = await realpath(join(from, item)).catch((error: unknown) => {
      throw new PerfloopError('PL_LINK_MISSING', `${item} is not there to be linked`, { where: join(from, item), fix: 'Put it there on this host, or take it out of `target.link`.', cause: error });
    });
    await place(worktree, item, source);
    linked.push({ item, source, ...(await hashData(source)) });
  }
  const paths = linked.map(({ item }) => item);
  await writeFileAtomic(linksFile(worktree), JSON.stringify(paths));
  await excludeFromCommits(worktree, paths);
  return linked;
}

/** The paths that `linkInto` linked in a worktree. */
export async function linkedPaths(worktree: Worktree): Promise<string[]> {
  const text = await readFile(linksFile(worktree), 'utf8').catch(() => '[]');
  return z.array(z.string()).parse(JSON.parse(text));
}

/** The files and folders of this host that those links lead to. */
export async function linkedSources(worktree: Worktree): Promise<string[]> {
  const sources = await Promise.all((await linkedPaths(worktree)).map((path) => readlink(join(worktree.path, path)).catch(() => null)));
  return sources.filter((source) => source !== null);
}

function linksFile(worktree: Worktree): string {
  return join(adminFolder(worktree), 'perfloop-links.json');
}

async function place(worktree: Worktree, item: string, source: string): Promise<void> {
  const path = join(worktree.path, item);
  if ((await readlink(path).catch(() => undefined)) === source) return;
  const why = (await lstat(path).then(() => 'is already in the repository', () => undefined)) ?? (await unsafePlace(worktree.path, item));
  if (why !== undefined) throw new PerfloopError('PL_LINK_IN_THE_WAY', `${item} cannot be linked: it ${why}`, { where: 'target.link', fix: 'Link only what git does not hold.' });
  await mkdir(dirname(path), { recursive: true });
  await symlink(source, path);
}

/** Hash and size of a file or folder. */
export async function hashData(source: string): Promise<{ bytes: number; sha: string; hashed: LinkedItem['hashed'] }> {
  const files = (await filesBelow(source)).sort();
  const facts = await Promise.all(files.map(async (path) => ({ path, name: relative(source, path), found: await stat(path) })));
  const bytes = facts.reduce((sum, { found }) => sum + found.size, 0);
  const hashed = bytes <= contentLimitBytes ? 'content' : 'listing';
  const hash = createHash('sha256');
  for (const { path, name, found } of facts) {
    hash.update(`${name}\0${found.size}\0`);
    if (hashed === 'content') await pipeline(createReadStream(path), hash, { end: false });
    else hash.update(`${found.mtimeMs}\0`);
  }
  return { bytes, sha: hash.digest('hex'), hashed };
}

async function filesBelow(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return [];
  if (!found.isDirectory()) return found.isFile() ? [path] : [];
  const entries = await readdir(path, { withFileTypes: true });
  // Links inside a data folder are not followed: they could lead round in circles.
  const below = await Promise.all(entries.filter((entry) => entry.isDirectory() || entry.isFile()).map((entry) => filesBelow(join(path, entry.name))));
  return below.flat();
}
