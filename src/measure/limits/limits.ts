import { totalmem } from 'node:os';
import type { limitsIn } from '../../core/config/limits-schema.js';
import { parseSize, type Size } from '../../core/config/size.js';
import { containerLimits } from '../container-limits.js';

/** What all processes of a command may take together; of files and open files, each by itself. Null: any. */
export interface Limits {
  memoryBytes: number;
  /** Threads count. */
  processes: number;
  /** Processor time, milliseconds. */
  cpuMs: number | null;
  /** On each file system; a share is of what is free there when it starts. */
  disk: Size;
  /** `/dev/shm` of a sandbox. */
  shmBytes: number;
  fileBytes: number | null;
  openFiles: number | null;
}

/** The limits of a config on this machine. */
export function limitsHere({ memory, processes, cpu_time, disk, shm, file_size, open_files }: ReturnType<typeof limitsIn>): Limits {
  return {
    memoryBytes: bytesOf(memory),
    processes,
    cpuMs: cpu_time ?? null,
    disk: parseSize(disk) ?? { share: 1 },
    shmBytes: bytesOf(shm),
    fileBytes: file_size === undefined ? null : bytesOf(file_size),
    openFiles: open_files ?? null,
  };
}

/** A share is of the memory. */
function bytesOf(text: string): number {
  const parsed = parseSize(text) ?? { share: 1 };
  return 'bytes' in parsed ? parsed.bytes : Math.round(parsed.share * Math.min(totalmem(), containerLimits().memoryBytes ?? Infinity));
}
