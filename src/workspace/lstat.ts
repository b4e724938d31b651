import { lstatSync, type Stats } from 'node:fs';
import { rawPath } from './raw-path.js';

/** Undefined where there is nothing, or nothing that can be seen: a file stands in the place of a folder, it cannot be entered, or lies too deep. */
export function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(rawPath(path), { throwIfNoEntry: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR' || code === 'EACCES' || code === 'ELOOP' || code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}
