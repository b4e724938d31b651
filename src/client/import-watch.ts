import type { ImportWatch } from '../profile/cached.js';
import { note, type CliContext } from './context.js';
import { detachOnSignals } from './follow.js';
import { progressLine } from './progress-line.js';

/** An import that is over sooner needs no telling how far it is. */
const quickMs = 1000;
const barWidth = 24;

/** Shows how far an import is, a bar on a terminal and lines elsewhere, and ends it by Ctrl-C, so that nothing of it is left. */
export function importWatch(context: CliContext): ImportWatch {
  return async (work) => {
    const line = progressLine(context);
    const { signal, release } = detachOnSignals();
    const beganMs = performance.now();
    if (!context.stderr.isTTY) note(context, 'importing the profile (once)');
    try {
      await work({
        signal,
        onProgress({ what, done }) {
          if (performance.now() - beganMs > quickMs) line.show(`importing the profile ${bar(done)} ${Math.floor(done * 100)}%  ${what}`, done);
        },
      });
    } finally {
      line.close();
      release();
    }
  };
}

function bar(done: number): string {
  const full = Math.round(Math.min(done, 1) * barWidth);
  return `[${'='.repeat(full)}${' '.repeat(barWidth - full)}]`;
}
