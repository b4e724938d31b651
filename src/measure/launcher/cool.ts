import { closeSync, fdatasyncSync, openSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Syscalls } from './syscalls.js';

/**
 * Takes every file below a folder out of the page cache, also behind symbolic links, and gives their number. Needs no
 * rights but to read them. A file that cannot be opened, or that another process has mapped, stays as it is.
 */
export function dropFolder(calls: Syscalls, folder: string): number {
  const seen = new Set<string>();
  const todo = [folder];
  let files = 0;
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    try {
      const real = realpathSync(path);
      if (seen.has(real)) continue;
      seen.add(real);
      const kind = statSync(real);
      if (kind.isDirectory()) todo.push(...readdirSync(real).map((name) => join(real, name)));
      else if (kind.isFile() && dropFile(calls, real)) files++;
    } catch {
      // It went away, or a link leads nowhere.
    }
  }
  return files;
}

function dropFile(calls: Syscalls, path: string): boolean {
  const file = openSync(path, 'r');
  try {
    // The pages of what was written lately cannot be dropped before they are on the disk.
    fdatasyncSync(file);
    calls.dropPages(file);
    return true;
  } finally {
    closeSync(file);
  }
}
