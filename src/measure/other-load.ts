import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Apart enough that a short burst is seen as short, and 12 of them cost 24 ms. */
const looks = 12;
const lookEveryMs = 2;

/**
 * How many other programs want a CPU right now, those included that run: the mean of a few looks at the kernel's count,
 * less this process, which runs while it looks. For when nothing of a sample runs. Null where /proc/loadavg does not tell.
 */
export async function otherLoad(read: () => number | null = runnableNow): Promise<number | null> {
  let sum = 0;
  for (let look = 0; look < looks; look++) {
    if (look > 0) await delay(lookEveryMs);
    const runnable = read();
    if (runnable === null) return null;
    sum += Math.max(0, runnable - 1);
  }
  return sum / looks;
}

/** `0.20 0.18 0.12 1/80 11206`: proc(5), the fourth field is the runnable tasks by all tasks. */
function runnableNow(): number | null {
  try {
    const runnable = Number(/ (\d+)\/\d+ /.exec(readFileSync('/proc/loadavg', 'latin1'))?.[1] ?? Number.NaN);
    return Number.isFinite(runnable) ? runnable : null;
  } catch {
    return null;
  }
}
