import { openSync, readSync, closeSync, readFileSync, statSync } from 'node:fs';
import { PerfloopError } from '../../core/errors.js';

/** V8 cannot hold a longer string, and JSON.parse needs one. */
const largest = 500 * 1024 * 1024;

/** The whole of a profile. Throws PL_PROFILE_MISSING, PL_PROFILE_EMPTY or PL_PROFILE_TOO_LARGE. */
export function readProfile(file: string): Buffer {
  const { size } = checked(file);
  if (size > largest) {
    throw new PerfloopError('PL_PROFILE_TOO_LARGE', `The profile has ${Math.round(size / 2 ** 20)} MiB; at most ${largest / 2 ** 20} can be read.`, {
      where: file,
      fix: 'Profile a shorter run of the command.',
    });
  }
  return readFileSync(file);
}

/** The first bytes of a profile, at most `length`. Throws PL_PROFILE_MISSING or PL_PROFILE_EMPTY. */
export function readHead(file: string, length: number): Buffer {
  const { size } = checked(file);
  const head = Buffer.alloc(Math.min(length, size));
  const descriptor = openSync(file, 'r');
  try {
    return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

function checked(file: string): { size: number } {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile()) {
    throw new PerfloopError('PL_PROFILE_MISSING', stats ? 'The profile is not a file.' : 'The profile does not exist.', { where: file, fix: 'Give the path of a .cpuprofile or .pstats file.' });
  }
  if (stats.size === 0) throw new PerfloopError('PL_PROFILE_EMPTY', 'The profile has no bytes.', { where: file, fix: 'Record it again, and let the program end by itself.' });
  return stats;
}
