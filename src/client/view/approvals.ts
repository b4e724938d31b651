import { awaitsFinal, waitingTrials } from '../events.js';
import type { RunStatus } from '../../core/status.js';
import { flagsInShort } from '../print/flags.js';
import type { Glyphs } from './glyphs.js';
import type { Line } from './line.js';

/** What waits for a person, each with the command to type; at most three, since one view is not a list. */
export function approvalLines(status: RunStatus, width: number, glyphs: Glyphs): Line[] {
  const waiting = waitingTrials(status).map((trial) => ({ id: trial.id, what: trial.candidate.title, flags: trial.flags ?? [] }));
  if (awaitsFinal(status)) waiting.push({ id: 'final', what: 'the whole branch', flags: status.trials.flatMap((trial) => (trial.verdict?.kind === 'accepted' ? (trial.flags ?? []) : [])) });
  if (waiting.length === 0) return [];
  const lines = waiting.slice(0, 3).flatMap(({ id, what, flags }): Line[] => [
    [[`${glyphs.waiting} `, ['bold', 'yellow']], [`${id} waits for you: `, 'yellow'], [what]],
    ...(flags.length === 0 ? [] : [[['    look at '], [flagsInShort(flags), 'yellow']] satisfies Line]),
    ...commands(status.run, id, width),
  ]);
  return waiting.length > 3 ? [...lines, [[`    and ${waiting.length - 3} more`, 'dim']]] : lines;
}

/** On one line where both can be read in full, so that they can be copied. */
function commands(run: string, id: string, width: number): Line[] {
  const approve = `perfloop approve ${run} ${id}`;
  const reject = `perfloop reject ${run} ${id}`;
  if (4 + approve.length + 6 + reject.length <= width) return [[['    '], [approve, 'bold'], ['  or  '], [reject, 'bold']]];
  return [[['    '], [approve, 'bold']], [['    '], [reject, 'bold']]];
}
