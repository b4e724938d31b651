import type { SweepEnd, SweepOutcome, SweepStatus, SweepSteered } from '../../core/fleet/sweep.js';
import { instantText } from '../../core/instant-text.js';
import { ratioText } from '../../core/verdict/words.js';
import type { SweepWaiting } from '../fleet/sweep-waiting.js';
import type { SweepLook } from '../fleet/sweep.js';
import type { Style } from '../style.js';
import type { SweepFollowed, SweepSent } from '../verbs/fleet-sweep.js';
import { clean, durationText } from './numbers.js';

/** A line for each target that has ended, for each time that somebody steered it, for each question to a person, and one for how far the sweep is whenever that changes. */
export function sweepPrinter(write: (line: string) => void, style: Style): (look: SweepLook) => void {
  let said = '';
  let asked: string[] = [];
  const steers = new Set<string>();
  return ({ status, news, waiting }) => {
    for (const end of news) write(endLine(end, style));
    for (const one of status?.steered ?? []) {
      const key = `${one.at} ${one.what}`;
      if (!steers.has(key)) write(steerLine(one));
      steers.add(key);
    }
    const line = status === null ? 'no worker answers; the sweep goes on when one is back' : countsLine(status);
    if (line !== said) write(style('dim', line));
    said = line;
    const asks = waiting.map((one) => waitingLine(one, style));
    for (const one of asks) if (!asked.includes(one)) write(one);
    asked = asks;
  };
}

function waitingLine({ target, run, asked }: SweepWaiting, style: Style): string {
  const [first, ...more] = asked;
  const answer = first === undefined ? `perfloop show ${run}` : `perfloop approve ${run} ${first}`;
  return `${style('bold', target)}: ${style('yellow', 'waits for a person')}: \`${answer}\`${first === undefined ? '' : `, or reject it${more.length === 0 ? '' : `; also ${more.join(', ')}`}`}`;
}

function endLine({ target, outcome }: SweepEnd, style: Style): string {
  const text = outcomeText(outcome);
  return `${style('bold', target)}: ${outcome.kind === 'completed' ? text : style(outcome.kind === 'left-out' ? 'yellow' : 'red', clean(text))}`;
}

function outcomeText(outcome: SweepOutcome): string {
  switch (outcome.kind) {
    case 'completed':
      return outcome.watched ?? `${outcome.run ?? ''} ${outcome.speedup === null ? 'nothing accepted' : ratioText(outcome.speedup.ratio)}`;
    case 'failed':
      return `failed: ${outcome.code}: ${outcome.message}`;
    case 'left-out':
      return `left out: ${outcome.why}`;
    case 'lost':
      return 'the server knows nothing of its run any more';
    default:
      return outcome.kind;
  }
}

/** Such as `12 of 200 ended (1 failed), 4 running, 184 waiting`. */
export function countsLine({ state, waiting, running, counts, problem }: SweepStatus): string {
  const { completed, failed, other, leftOut } = counts;
  const ended = completed + failed + other + leftOut;
  const parts: [number, string][] = [[failed, 'failed'], [other, 'cancelled or lost'], [leftOut, 'left out']];
  const besides = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`).join(', ');
  const goingOn = state === 'done' || state === 'stopped' ? (waiting > 0 ? `, ${waiting} not started` : '') : `, ${running.length} running, ${waiting} waiting`;
  return `${ended} of ${ended + running.length + waiting} ended${besides === '' ? '' : ` (${besides})`}${goingOn}${state === 'paused' || state === 'stopping' ? `; ${state}` : ''}${problem === null ? '' : `; tries again: ${clean(problem)}`}`;
}

const mostSteers = 5;

function steerLine({ what, cancelRuns, who, comment, at }: SweepSteered): string {
  const done = what === 'pause' ? 'paused' : what === 'resume' ? 'resumed' : cancelRuns === true ? 'stopped, with its open runs,' : 'stopped';
  return `${done} by ${clean(who)} at ${instantText(at)}${comment === '' ? '' : `: ${clean(comment)}`}`;
}

export function printSweep({ fleet, detached, paused, sweep }: SweepFollowed, style: Style): string {
  const head = `sweep of ${style('bold', fleet)}`;
  const lines = paused.length === 0 ? [] : [style('yellow', `paused and left out: ${paused.slice(0, 10).join(', ')}${paused.length > 10 ? ` and ${paused.length - 10} more` : ''}`)];
  const took = sweep?.endedAt == null ? '' : ` in ${durationText(sweep.endedAt - sweep.startedAt)}`;
  if (detached) lines.push(`${head}: goes on${sweep === null ? '' : ` (${countsLine(sweep)})`}; \`perfloop fleet attach\` follows it, \`perfloop fleet stop\` ends it`);
  else lines.push(`${head}: ${sweep === null ? 'nothing is known of it' : countsLine(sweep)}${took}`);
  if (sweep !== null) lines.push(...steersOf(sweep));
  return lines.join('\n');
}

/** What a status of the fleet says of a sweep. */
export function sweepLines(sweep: SweepStatus): string[] {
  const isOver = sweep.endedAt !== null;
  return [`${isOver ? 'last sweep' : 'sweep'}: ${countsLine(sweep)}${isOver ? '' : '; `perfloop fleet attach` follows it'}`, ...steersOf(sweep)];
}

/** Who let it stand still, go on or end, when and why; of many the latest. */
function steersOf({ steered = [] }: SweepStatus): string[] {
  return steered.slice(-mostSteers).map((one) => `  ${steerLine(one)}`);
}

export function printSweepSteered({ fleet, sent, cancelRuns }: SweepSent, style: Style): string {
  const texts = { pause: 'starts no more runs until `perfloop fleet resume --sweep`', resume: 'goes on', stop: cancelRuns ? 'ends; its open runs are cancelled' : 'starts no more runs, and ends with those that are open' };
  return `sweep of ${style('bold', fleet)}: ${texts[sent]}`;
}
