import { closeSync, copyFileSync, fstatSync, ftruncateSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../../store/home.js';

const mostBytes = 8 * 1024 * 1024;

export type LogName = 'supervisor' | 'server' | 'worker';

export function engineLog(home: Home, name: LogName): string {
  return join(home.logs, 'engine', `${name}.log`);
}

/** Keeps a log that is being appended to within bounds: the old content moves to `.1`, so at most twice the bound is on disk. */
export function boundLog(file: string): void {
  let descriptor: number;
  try {
    if (statSync(file).size <= mostBytes) return;
    descriptor = openSync(file, 'r+');
  } catch {
    return;
  }
  try {
    copyFileSync(file, `${file}.1`);
    ftruncateSync(descriptor, 0);
  } finally {
    closeSync(descriptor);
  }
}

/** The last lines of a log, for an error message. Empty when there is none. */
export function tailOf(file: string, lines: number): string[] {
  const text = readFrom(file, Math.max(0, sizeOf(file) - 16_384)).text.trimEnd();
  return text === '' ? [] : text.split('\n').slice(-lines);
}

/** What was appended since an offset, at most 1 MiB of it, and the offset to go on from. A log cut short starts again at 0. */
export function readFrom(file: string, offset: number): { text: string; offset: number } {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return { text: '', offset: 0 };
  }
  try {
    const { size } = fstatSync(descriptor);
    const from = size < offset ? 0 : offset;
    const buffer = Buffer.alloc(Math.min(size - from, 1024 * 1024));
    const read = readSync(descriptor, buffer, 0, buffer.length, from);
    return { text: buffer.toString('utf8', 0, read), offset: from + read };
  } finally {
    closeSync(descriptor);
  }
}

export function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
