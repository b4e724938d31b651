import { setTimeout as sleep } from 'node:timers/promises';
import type { RunStatus } from '../../core/status.js';
import type { CliContext } from '../context.js';
import { isOver } from '../events.js';
import { show } from '../verbs/show.js';
import type { Call } from './register.js';

/** Milliseconds between two looks. */
const pace = 1000;

/**
 * Looks at a run until it is over, waits for a person, or the time is up; it goes on whatever happens to the call. Null where
 * it has not said anything by then.
 */
export async function waitFor(context: CliContext, run: string, waitMs: number, { signal, progress }: Pick<Call, 'signal' | 'progress'>): Promise<RunStatus | null> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  let last: RunStatus | null = null;
  let said = '';
  while (!late.aborted) {
    last = await show(context, run).then(({ status }) => status, () => last);
    if (last !== null && (isOver(last) || last.state === 'awaiting-approval')) return last;
    const doing = last === null ? '' : `${last.phase}: ${last.doing}`;
    if (doing !== said) await progress(doing);
    said = doing;
    await sleep(pace, undefined, { signal: late }).catch(() => undefined);
  }
  return last;
}
