import { constants, copyFileSync, rmSync, statSync } from 'node:fs';
import { changedMeanwhile, isSameFile } from '../read-file.js';

/**
 * Copies a SQLite file, with the journal of what was written last where there is one, so that reading it cannot change it: SQLite
 * writes to a file that it opens (it ends an old journal), and cannot be told not to for a file that is attached. Where the file
 * system shares blocks this takes no time. Throws PL_PROFILE_CHANGED when the source was written meanwhile. Gives what removes the copy.
 */
export function copyForReading(source: string, copy: string): () => void {
  const remove = (): void => {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(copy + end, { force: true });
  };
  try {
    for (const end of ['', '-wal']) {
      const before = statSync(source + end, { throwIfNoEntry: false });
      if (before === undefined) continue;
      copyFileSync(source + end, copy + end, constants.COPYFILE_FICLONE);
      if (!isSameFile(before, source + end)) throw changedMeanwhile(source);
    }
    return remove;
  } catch (error) {
    remove();
    throw error;
  }
}
