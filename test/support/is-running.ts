import { readdirSync, readFileSync } from 'node:fs';

/** Whether some process of this host has a text in its command line. */
export function isRunning(marker: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker);
    } catch {
      return false;
    }
  });
}
