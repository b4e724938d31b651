import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it; one that is there is fine. Throws what the system says of the folder that could not
 * be made. Node's own recursive form calls a read-only disk ENOENT, and its asynchronous form never ends where the system
 * says ENOENT of a folder whose parent exists (/proc, automounts).
 */
export function makeFolder(folder: string): void {
  if (make(folder)) return;
  // What is missing may be made by another process meanwhile; then only the second attempt finds it.
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder));
  if (!make(folder)) mkdirSync(folder);
}

/** False where the folder above is missing. */
function make(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && isFolder(folder)) return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
