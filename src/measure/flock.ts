import { loadKoffi } from './koffi.js';

export type LockMode = 'exclusive' | 'shared';

const locks: Record<LockMode, number> = { shared: 1, exclusive: 2 };
const withoutWaiting = 4;

type Flock = (descriptor: number, operation: number) => number;

let flock: Flock | null | undefined;

/**
 * flock(2) of an open file, without waiting. False where another holds it; null where it cannot be known, since there is no koffi
 * here or the file system refuses: then the program `flock` says why.
 */
export function tryFlock(descriptor: number, mode: LockMode): boolean | null {
  flock = flock === undefined ? load() : flock;
  if (flock === null) return null;
  if (flock(descriptor, locks[mode] | withoutWaiting) === 0) return true;
  const { errno, os } = loadKoffi();
  return errno() === os.errno['EWOULDBLOCK'] || errno() === os.errno['EAGAIN'] ? false : null;
}

function load(): Flock | null {
  try {
    return loadKoffi().load(null).func('int flock(int descriptor, int operation)') as Flock;
  } catch {
    return null;
  }
}
