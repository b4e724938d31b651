import { lstat, mkdir, readdir, realpath, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from '../../workspace/remove-tree.js';

/** Folders of a home to which programs add folders of their own: real ones here, with links below. */
const shared = new Set(['.cache', '.config', '.local', '.local/share', '.local/state']);
/** Caches without which their programs do not work when they cannot write them: begun anew. */
const writtenAnew = new Set(['.cache/uv', '.cache/ccache']);
const goCache = '.cache/go-build';
/** More links than this take longer to make than what is in the cache takes to compile. */
const mostLinks = 50_000;

/**
 * Makes a folder a home for the commands of a sandbox: what programs add there stays there, and what is in the user's home
 * is seen through links, which lead out to where it is read-only. `hidden` (real paths) is left out. Repeating it adds
 * what has come into the user's home meanwhile.
 */
export async function furnishHome(folder: string, usersHome: string, hidden: readonly string[], uses: { go: boolean }): Promise<void> {
  await mkdir(folder, { recursive: true });
  await linkBelow({ folder, usersHome, hidden: new Set(hidden), go: uses.go }, '');
}

interface Furnishing {
  folder: string;
  usersHome: string;
  hidden: ReadonlySet<string>;
  go: boolean;
}

async function linkBelow(furnishing: Furnishing, relative: string): Promise<void> {
  for (const name of await readdir(join(furnishing.usersHome, relative)).catch(() => [])) {
    const path = relative === '' ? name : `${relative}/${name}`;
    const [here, there] = [join(furnishing.folder, path), join(furnishing.usersHome, path)];
    if (writtenAnew.has(path) || furnishing.hidden.has(there) || furnishing.hidden.has(await realpath(there).catch(() => there))) continue;
    if (shared.has(path) && (await isFolder(there))) {
      // An earlier command can have put a link in its place: nothing is written through it.
      if (!(await isFolder(here))) await removeTree(here);
      await mkdir(here, { recursive: true });
      await linkBelow(furnishing, path);
    } else if (path === goCache) {
      // Thousands of links, which only a build of Go is worth; another one begins with an empty cache.
      if (furnishing.go) await linkGoCache(here, there);
    } else await link(there, here);
  }
}

/** Go looks its results up by file, and adds files: so each file is linked. Where they are too many, it can only read. */
async function linkGoCache(here: string, there: string): Promise<void> {
  if ((await lstat(here).catch(() => null)) !== null) return;
  const folders = (await readdir(there)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  const files = await Promise.all(folders.map(async (folder) => (await readdir(join(there, folder))).map((file) => join(folder, file))));
  if (files.reduce((sum, ofFolder) => sum + ofFolder.length, 0) > mostLinks) return link(there, here);
  for (const [index, ofFolder] of files.entries()) {
    await mkdir(join(here, folders[index] ?? ''), { recursive: true });
    await Promise.all(ofFolder.map((file) => link(join(there, file), join(here, file))));
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isDirectory() === true;
}

async function link(there: string, here: string): Promise<void> {
  await symlink(there, here).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
