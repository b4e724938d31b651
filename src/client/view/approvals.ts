import { awaitsFinal, waitingQuestions, waitingTrials } from '../events.js';
import type { Flag } from '../../core/flag.js';
import type { Question, RunStatus } from '../../core/status.js';
import { flagsInShort } from '../print/flags.js';
import { untilText } from '../print/questions.js';
import type { Glyphs } from './glyphs.js';
import type { Line } from './line.js';

/** What waits for a person, each with the command to type; at most three, since one view is not a list. */
export function approvalLines(status: RunStatus, width: number, glyphs: Glyphs): Line[] {
  const waiting: Waiting[] = [
    ...waitingQuestions(status).map((question): Waiting => ({ id: question.id, what: question.text, flags: [], facts: factLines(question) })),
    ...waitingTrials(status).map((trial): Waiting => ({ id: trial.id, what: trial.candidate.title, flags: trial.flags ?? [], facts: [] })),
  ];
  if (awaitsFinal(status)) waiting.push({ id: 'final', what: 'the whole branch', facts: [], flags: status.trials.flatMap((trial) => (trial.verdict?.kind === 'accepted' ? (trial.flags ?? []) : [])) });
  if (waiting.length === 0) return [];
  const lines = waiting.slice(0, 3).flatMap(({ id, what, flags, facts }): Line[] => [
    [[`${glyphs.waiting} `, ['bold', 'yellow']], [`${id} waits for you: `, 'yellow'], [what]],
    ...(flags.length === 0 ? [] : [[['    look at '], [flagsInShort(flags), 'yellow']] satisfies Line]),
    ...facts,
    ...commands(status.run, id, width),
  ]);
  return waiting.length > 3 ? [...lines, [[`    and ${waiting.length - 3} more`, 'dim']]] : lines;
}

interface Waiting {
  id: string;
  what: string;
  flags: Flag[];
  facts: Line[];
}

/** Lines of what there is to decide by; the rest is in `perfloop show`. */
const mostFactLines = 8;

function factLines({ facts, until, onTimeout }: Question): Line[] {
  const width = Math.max(...facts.map(({ name }) => name.length), 0);
  const lines = facts.flatMap(({ name, text }) => text.split('\n').map((line, index): Line => [[`    ${(index === 0 ? name : '').padEnd(width)}  `, 'dim'], [line]]));
  const left = lines.length - mostFactLines;
  return [...lines.slice(0, mostFactLines), ...(left > 0 ? [[[`    and ${left} more lines in \`perfloop show\``, 'dim']] satisfies Line] : []), [[`    ${untilText({ until, onTimeout })}`, 'dim']]];
}

/** On one line where both can be read in full, so that they can be copied. */
function commands(run: string, id: string, width: number): Line[] {
  const approve = `perfloop approve ${run} ${id}`;
  const reject = `perfloop reject ${run} ${id}`;
  if (4 + approve.length + 6 + reject.length <= width) return [[['    '], [approve, 'bold'], ['  or  '], [reject, 'bold']]];
  return [[['    '], [approve, 'bold']], [['    '], [reject, 'bold']]];
}
