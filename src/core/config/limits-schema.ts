import { z } from 'zod';
import { durationMs } from './duration.js';
import { size, sizeOrShare } from './size.js';

export const limitsSchema = z
  .strictObject({
    memory: sizeOrShare.default('90%').describe('Memory that all processes of a command may take together, pages that they share counted once; `90%` is of what this machine, or its container, has. More: they are ended, and the command has failed. Linux.'),
    processes: z.int().min(10).max(1_000_000).default(20_000).describe('Processes and threads that a command may have at a time. More: they are ended, and the command has failed. Linux.'),
    cpu_time: durationMs.refine((ms) => ms >= 1000, 'must be at least 1s').meta({ title: 'duration' }).optional().describe('Processor time that all processes of a command may use together, those that have ended included; the kernel ends one that uses a tenth and a second more by itself (RLIMIT_CPU). More: they are ended, and the command has failed. Default: any, within its `timeout`. Linux.'),
    disk: sizeOrShare.default('90%').describe('What the files may take on the disk that a command writes in its worktree, its home, its temporary folder and `sandbox.writable`, on each file system; `90%` is of what is free there when it starts. More: it is ended, and has failed. Linux.'),
    shm: sizeOrShare.default('50%').describe('What `/dev/shm` of a sandbox holds; `50%` is of the memory of this machine, or its container. More cannot be written there. Linux, bubblewrap 0.7 and newer.'),
    file_size: size.optional().describe('The largest file that a command may write (RLIMIT_FSIZE), sparse ones by their length. Default: any. Linux.'),
    open_files: z.int().min(32).max(1_000_000).optional().describe('Files that each process of a command may have open (RLIMIT_NOFILE). Default: as the worker was started with. Linux.'),
  })
  .prefault({});

/** Of a config that was read, whose times are milliseconds; also of one that an earlier version read. */
export function limitsIn({ limits }: { limits?: Partial<z.output<typeof limitsSchema>> }): z.output<typeof limitsSchema> {
  return { ...limitsSchema.parse({}), ...limits };
}
