import { sizeText } from '../../core/config/size.js';
import type { CommandRequest } from '../command.js';

const full = /ENOSPC|No space left on device|Bus error|SIGBUS/;
const tooLarge = /EFBIG|File too large/;
const tooManyOpen = /EMFILE|Too many open files/i;
const noMoreProcesses = /Resource temporarily unavailable|can't start new thread|Cannot fork/;

/** What to do about a command that failed for a limit that the kernel keeps without a word of it, by what it printed; empty where nothing speaks for that. */
export function limitHint(printed: string, { limits, sandbox }: Pick<CommandRequest, 'limits' | 'sandbox'>): string {
  if (limits === undefined) return '';
  const { fileBytes, openFiles, shmBytes, processes } = limits;
  if (fileBytes !== null && tooLarge.test(printed)) return `It may write no file of more than ${sizeText(fileBytes)}: raise \`limits.file_size\`.`;
  if (openFiles !== null && tooManyOpen.test(printed)) return `It may have ${openFiles} files open: raise \`limits.open_files\`.`;
  if (sandbox !== undefined && full.test(printed)) return `In its sandbox /dev/shm holds ${sizeText(shmBytes)}: if that was full, raise \`limits.shm\`.`;
  return noMoreProcesses.test(printed) ? `It may have ${processes} processes and threads: if it had, raise \`limits.processes\`.` : '';
}
