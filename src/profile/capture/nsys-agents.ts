import { readFileSync, readdirSync } from 'node:fs';

/** Ends what nsys left of a session of ours: its agent leaves the process group, and outlives an nsys that was killed. */
export function endAgents(session: string): void {
  if (process.platform !== 'linux') return;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(`--session-name=${session}`)) continue;
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Gone meanwhile, or another user's.
    }
  }
}
