import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { tryFlock, type LockMode } from './flock.js';

export type { LockMode } from './flock.js';

export interface HeldLock {
  mode: LockMode;
  /** The lock file. */
  file: string;
  /** Hand it to commands through `hold`: then the lock lasts as long as they do, even if this process is killed. */
  fd: number;
  release(): void;
}

export interface LockRequest {
  folder: string;
  /** Exclusive to sample; shared for builds and tests, which may overlap each other. */
  mode: LockMode;
  signal?: AbortSignal;
  /** Called once when the lock is not free. */
  onWaiting?: () => void;
}

const lockFile = 'host.lock';

/**
 * Takes the host lock: while a benchmark samples, nothing heavy runs. flock(2) locks of two files:
 *
 * - `host.lock`, the lock itself;
 * - `host.turnstile`, which a sampler holds shared from when it begins to wait, and every other taker must hold
 *   exclusively for a moment before it may take the lock. So a waiting sampler goes before all builds and tests.
 *
 * Throws PL_NO_FLOCK without the flock program, PL_LOCK when the file system has no locks, and the signal's reason
 * when it is aborted while waiting.
 */
export async function acquireHostLock(request: LockRequest): Promise<HeldLock> {
  mkdirSync(request.folder, { recursive: true });
  const turnstile = openLockFile(request.folder, 'host.turnstile');
  let lock: number | null = null;
  try {
    lock = openLockFile(request.folder, lockFile);
    const waiting = onceOnly(request.onWaiting);
    await take(turnstile, request.mode === 'exclusive' ? 'shared' : 'exclusive', request, waiting);
    await take(lock, request.mode, request, waiting);
  } catch (error) {
    closeSync(turnstile);
    if (lock !== null) closeSync(lock);
    throw error;
  }
  if (request.mode === 'shared') closeSync(turnstile);
  return held(lock, { mode: request.mode, file: join(request.folder, lockFile) }, request.mode === 'shared' ? [lock] : [lock, turnstile]);
}

function held(fd: number, what: Pick<HeldLock, 'mode' | 'file'>, open: number[]): HeldLock {
  let released = false;
  return {
    ...what,
    fd,
    // Closing, not unlocking: a command that holds the descriptor keeps the lock.
    release() {
      if (released) return;
      released = true;
      for (const one of open) closeSync(one);
    },
  };
}

/** Each call opens the file anew: flock(2) belongs to the open file description, so takers in one process exclude each other too. */
function openLockFile(folder: string, name: string): number {
  return openSync(join(folder, name), 'a');
}

function onceOnly(callback: (() => void) | undefined): () => void {
  let called = false;
  return () => {
    if (!called) callback?.();
    called = true;
  };
}

async function take(fd: number, mode: LockMode, request: LockRequest, waiting: () => void): Promise<void> {
  const { signal } = request;
  signal?.throwIfAborted();
  // A program started for each of thousands of commands would take longer than many of them.
  if (tryFlock(fd, mode) ?? (await flock(fd, mode, ['-n'], signal))) return;
  waiting();
  if (!(await flock(fd, mode, [], signal))) throw lockError('the flock program ended without the lock');
}

/**
 * Runs flock(1) on our open file description: what it locks stays locked when it exits, because we hold the description
 * open. False when the lock is taken by another (`-n` only).
 */
async function flock(fd: number, mode: LockMode, options: string[], signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', [mode === 'exclusive' ? '-x' : '-s', ...options, '3'], { stdio: ['ignore', 'ignore', 'pipe', fd], signal, killSignal: 'SIGKILL' });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') reject(noFlock());
      else if (!signal?.aborted) reject(lockError(error.message));
    });
    child.once('close', (code) => {
      if (signal?.aborted) reject(signal.reason as Error);
      else if (code === 0 || (code === 1 && said === '')) resolve(code === 0);
      else reject(lockError(said.trim() || `flock ended with ${String(code)}`));
    });
  });
}

function noFlock(): PerfloopError {
  return new PerfloopError('PL_NO_FLOCK', 'The program `flock` is missing; perfloop holds the machine with it while a benchmark samples.', {
    fix: process.platform === 'darwin' ? 'Install it: `brew install flock`.' : 'Install util-linux: `apt-get install util-linux`, `dnf install util-linux` or `apk add util-linux`.',
  });
}

function lockError(detail: string): PerfloopError {
  return new PerfloopError('PL_LOCK', `The host lock could not be taken: ${detail}`, { fix: 'Keep PERFLOOP_HOME on a local file system: some network file systems have no locks.' });
}
