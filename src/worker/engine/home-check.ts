import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { makeFolder } from '../../store/make-folder.js';

/** Below this the server's database could fail in the middle of a write. */
export const leastFreeBytes = 64 * 1024 * 1024;

export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Makes the home's folders and proves that they take writes. Throws PL_HOME_READ_ONLY, PL_DISK_FULL or PL_HOME_UNUSABLE. */
export function assertHomeWritable(home: Home): void {
  const probe = join(home.root, `.writable-${process.pid}`);
  try {
    for (const folder of [home.root, home.locks, join(home.temporal, 'bin'), join(home.logs, 'engine')]) makeFolder(folder);
    const file = openSync(probe, 'w');
    try {
      writeSync(file, Buffer.alloc(4096, 1));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw homeError(home, error);
  } finally {
    removeQuietly(probe);
  }
  if (freeBytes(home.root) < leastFreeBytes) throw diskFull(home);
}

/** What a failed write to the home means for the user. Anything unknown is passed on as it is. */
export function homeError(home: Home, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return new PerfloopError('PL_HOME_READ_ONLY', `perfloop's home cannot be written to (${code})`, { where: home.root, fix: 'Make it writable, or name another home with PERFLOOP_HOME.', cause: error });
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(home, error);
  if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'ENOENT') {
    return new PerfloopError('PL_HOME_UNUSABLE', `perfloop's home cannot be made (${code})`, { where: home.root, fix: 'Name a folder with PERFLOOP_HOME.', cause: error });
  }
  return error;
}

function diskFull(home: Home, cause?: unknown): PerfloopError {
  return new PerfloopError('PL_DISK_FULL', `the disk of perfloop's home has under ${leastFreeBytes / 1024 / 1024} MiB left`, {
    where: home.root,
    fix: 'Free some space, or name another home with PERFLOOP_HOME. What was written before is kept.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It never was.
  }
}
