import { totalmem } from 'node:os';
import { parseSize } from '../../core/config/size.js';
import type { limitsIn } from '../../core/config/limits-schema.js';
import { containerLimits } from '../container-limits.js';

/** What all processes of a command may take together; of files, each by itself. Null: any. */
export interface Limits {
  memoryBytes: number;
  /** Threads count. */
  processes: number;
  fileBytes: number | null;
  openFiles: number | null;
}

/** The limits of a config on this machine. */
export function limitsHere({ memory, processes, file_size, open_files }: ReturnType<typeof limitsIn>): Limits {
  return { memoryBytes: bytesOf(memory), processes, fileBytes: file_size === undefined ? null : bytesOf(file_size), openFiles: open_files ?? null };
}

function bytesOf(text: string): number {
  const parsed = parseSize(text) ?? { share: 1 };
  return 'bytes' in parsed ? parsed.bytes : Math.round(parsed.share * Math.min(totalmem(), containerLimits().memoryBytes ?? Infinity));
}

/** A command under those limits that the kernel keeps by itself. Nothing is put before one without: that would be in its time. */
export function underRlimits(argv: readonly string[], limits: Limits | undefined): string[] {
  const { fileBytes = null, openFiles = null } = limits ?? {};
  if (process.platform !== 'linux' || (fileBytes === null && openFiles === null)) return [...argv];
  return ['prlimit', '--core=0', ...(fileBytes === null ? [] : [`--fsize=${fileBytes}`]), ...(openFiles === null ? [] : [`--nofile=${openFiles}`]), '--', ...argv];
}
