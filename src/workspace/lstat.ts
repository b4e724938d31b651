import { lstatSync, type Stats } from 'node:fs';

/** Undefined where there is nothing, or nothing that can be seen: a file stands in the place of a folder, or it cannot be entered. */
export function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR' || code === 'EACCES' || code === 'ELOOP') return undefined;
    throw error;
  }
}
