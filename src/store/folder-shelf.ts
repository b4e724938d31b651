import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from './atomic-file.js';
import type { Shelf, Shelved } from './shelf.js';

/** The files of a store in a folder, without those that are being written. */
export function folderShelf(folder: string): Shelf {
  const find = async (key: string): Promise<Shelved | null> => stat(join(folder, key)).then((found) => ({ key, bytes: found.size, at: found.mtimeMs }), nullIfGone);
  return {
    async *list(prefix = '') {
      for await (const key of filesBelow(folder, '', prefix)) {
        const found = await find(key);
        if (found !== null) yield found;
      }
    },
    read: (key) => readFile(join(folder, key)).catch(nullIfGone),
    write: (key, bytes) => writeFileAtomic(join(folder, key), bytes),
    async remove({ key, at }) {
      const now = await find(key);
      if (now === null || now.at > at) return false;
      await rm(join(folder, key), { force: true });
      return true;
    },
    async *unfinished() {
      // Leftovers of the folder for temporary files go with the next `put`.
    },
  };
}

async function* filesBelow(folder: string, relative: string, prefix: string): AsyncGenerator<string> {
  const entries = await readdir(join(folder, relative), { withFileTypes: true }).catch(nullIfGone);
  for (const entry of entries ?? []) {
    const key = relative === '' ? entry.name : `${relative}/${entry.name}`;
    // Another place below which nothing is asked for, or one where files are being written.
    if (key === 'tmp' || entry.name.startsWith('.') || !(key.startsWith(prefix) || prefix.startsWith(`${key}/`))) continue;
    if (entry.isDirectory()) yield* filesBelow(folder, key, prefix);
    else if (entry.isFile()) yield key;
  }
}

function nullIfGone(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw error;
}
