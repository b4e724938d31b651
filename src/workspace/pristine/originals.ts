import { chmod, copyFile, lstat, mkdir, readFile, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeTree } from '../remove-tree.js';

/** More than this is not copied: what set-up and build made can be gigabytes. */
const most = { files: 5000, bytes: 64 << 20, bytesOfOne: 8 << 20 };

/** Where a file is, and under which name its copy is kept. */
export interface Place {
  key: string;
  path: string;
}

/**
 * Copies of files that git cannot give back, as far as they are small: the latest first, because what a build made changes
 * rather than what was installed before it. Gives the keys of what was copied.
 */
export async function copyOriginals(places: readonly Place[], folder: string): Promise<string[]> {
  const found = await Promise.all(places.map(async (place) => ({ place, stat: await lstat(place.path).catch(() => null) })));
  const files = found.flatMap(({ place, stat }) => (stat?.isFile() === true && stat.size <= most.bytesOfOne ? [{ place, stat }] : []));
  const copied: string[] = [];
  let bytes = 0;
  for (const { place, stat } of files.sort((a, b) => b.stat.ctimeMs - a.stat.ctimeMs).slice(0, most.files)) {
    bytes += stat.size;
    if (bytes > most.bytes) break;
    const copy = join(folder, place.key);
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(place.path, copy);
    await utimes(copy, stat.atime, stat.mtime);
    await chmod(copy, stat.mode);
    copied.push(place.key);
  }
  return copied;
}

/** Puts a copy back, with its mode and time. False: what was there is the same. It is replaced even so: attributes can hold something, too. */
export async function putBack(place: Place, folder: string): Promise<boolean> {
  const original = join(folder, place.key);
  const [here, kept] = [await lstat(place.path).catch(() => null), await lstat(original)];
  const same = here?.isFile() === true && here.mode === kept.mode && here.size === kept.size && (await readFile(place.path)).equals(await readFile(original));
  await removeTree(place.path);
  await mkdir(dirname(place.path), { recursive: true });
  await copyFile(original, place.path);
  await utimes(place.path, kept.atime, kept.mtime);
  await chmod(place.path, kept.mode);
  return !same;
}
