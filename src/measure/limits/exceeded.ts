import type { limitsSchema } from '../../core/config/limits-schema.js';
import type { z } from 'zod';
import { formatDuration } from '../../core/duration-text.js';
import { sizeText } from '../../core/config/size.js';

/** A command took more than it may. It has failed, however it ended. */
export interface Exceeded {
  /** The key of `[limits]`. */
  limit: keyof z.output<typeof limitsSchema>;
  /** What was used and what is allowed: what comes after "it". */
  said: string;
}

/** With its stable code, and what to do about it. */
export function exceededText({ limit, said }: Exceeded): string {
  return `it ${said} (PL_LIMIT): let it take less, or raise \`limits.${limit}\``;
}

export const exceeds = {
  memory: (used: number, allowed: number): Exceeded => ({ limit: 'memory', said: `took ${sizeText(used)} of memory, and \`limits.memory\` is ${sizeText(allowed)} here` }),
  processes: (used: number, allowed: number): Exceeded => ({ limit: 'processes', said: `had ${used} processes and threads, and \`limits.processes\` is ${allowed}` }),
  cpuTime: (used: number, allowed: number): Exceeded => ({ limit: 'cpu_time', said: `used ${formatDuration(used)} of processor time, and \`limits.cpu_time\` is ${formatDuration(allowed)}` }),
  disk: (used: number, allowed: number): Exceeded => ({ limit: 'disk', said: `wrote files of ${sizeText(used)}, and \`limits.disk\` is ${sizeText(allowed)} here` }),
  fileSize: (allowed: number): Exceeded => ({ limit: 'file_size', said: `was ended as it wrote a file of more than ${sizeText(allowed)}, which \`limits.file_size\` is` }),
};
