import { z } from 'zod';
import { size, sizeOrShare } from './size.js';

export const limitsSchema = z
  .strictObject({
    memory: sizeOrShare.default('90%').describe('Memory that all processes of a command may take together, pages that they share counted once; `90%` is of what this machine, or its container, has. More: they are ended, and the command has failed. Linux.'),
    processes: z.int().min(10).max(1_000_000).default(20_000).describe('Processes and threads that a command may have at a time. More: they are ended, and the command has failed. Linux.'),
    file_size: size.optional().describe('The largest file that a command may write (RLIMIT_FSIZE), sparse ones by their length. Default: any. Linux.'),
    open_files: z.int().min(32).max(1_000_000).optional().describe('Files that each process of a command may have open (RLIMIT_NOFILE). Default: as the worker was started with. Linux.'),
  })
  .prefault({});

/** Of a config of an earlier version, too. */
export function limitsIn(config: { limits?: unknown }): z.output<typeof limitsSchema> {
  return limitsSchema.parse(config.limits);
}
