import type { Style } from '../style.js';
import { adviceText } from './knob-search.js';
import { nextText, outcomeText, type ShownRun } from './show.js';

/** What is said when a run ends under the eyes of who started it: the gain or the error, and what to do now. */
export function printEnd(shown: ShownRun, style: Style): string {
  return [outcomeText(shown.status, style), adviceText(shown.status, style), nextText(shown, style)].filter((section) => section !== '').join('\n\n');
}

export function printDetached({ run }: { run: string }, style: Style): string {
  return `${style('bold', run)} goes on without you\n  perfloop attach ${run}   to follow it again\n  perfloop stop ${run}     to end it after the current trial`;
}
