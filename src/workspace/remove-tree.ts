import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { nameFrom, rawPath } from './raw-path.js';

/**
 * Removes a folder with all that is in it, also folders that are read-only (module caches), and trees that are deeper than a
 * path may be long. Follows no symlink.
 */
export async function removeTree(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 };
  try {
    await rm(rawPath(path), options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENAMETOOLONG') {
      // It goes from folder to folder, and needs no whole path.
      await execa('rm', ['-rf', '--', path], { stdin: 'ignore' });
      return;
    }
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOTEMPTY') throw error;
    await openFolders(path);
    await rm(rawPath(path), options);
  }
}

async function openFolders(path: string): Promise<void> {
  const found = await lstat(rawPath(path)).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) return;
  await chmod(rawPath(path), 0o700);
  for (const entry of await readdir(rawPath(path), { withFileTypes: true, encoding: 'buffer' })) if (entry.isDirectory()) await openFolders(join(path, nameFrom(entry.name)));
}
