import type { ChoiceRecord, WeighedRecord } from '../../core/choice/choice-record.js';
import type { RunStatus, TrialSummary } from '../../core/status.js';
import { ratioText, verdictWord } from '../../core/verdict/words.js';
import type { Style } from '../style.js';
import { clean, durationText, percentText, plural } from './numbers.js';
import { placeOf } from './place.js';
import { table } from './table.js';
import { trialStateText } from './verdict.js';

/** Why each round tried what it tried, in that order, and what was left. */
export function printWhy({ status, choices }: { status: RunStatus; choices: readonly (ChoiceRecord | null)[] }, style: Style): string {
  if (choices.length === 0) return 'No round of this run has chosen candidates yet.';
  const sections = choices.map((choice, at) => (choice === null ? `choice ${at + 1}: how it chose is not kept in this home` : roundText(choice, status.trials, headOf(choices, at), style)));
  return [...sections, style('dim', legend)].join('\n\n');
}

const legend = `at most    if its code took no time (Amdahl)
accepted   of the trials of its kind, each counted by how alike they are: less in another target, language or hardware; 1 of 3 before any
chance     drawn from that (Thompson sampling), as gain is from the gains of the accepted ones
a minute   chance times gain, by the minutes of a trial: what the order goes by`;

function headOf(choices: readonly (ChoiceRecord | null)[], at: number): string {
  const round = choices[at]?.round ?? at + 1;
  return choices.slice(0, at).some((earlier) => earlier?.round === round) ? `round ${round}, with what was proposed meanwhile` : `round ${round}`;
}

function roundText({ seed, delta, hardware, weighed, hopeless }: ChoiceRecord, trials: readonly TrialSummary[], title: string, style: Style): string {
  const head = `${style('bold', title)}: ${plural(weighed.length, 'candidate')} for a gain above ${percentText(Math.expm1(delta))}, seed ${clean(seed)}${hardware === null ? '' : `, on ${clean(hardware)}`}`;
  const rows = table(
    weighed,
    [
      { title: 'trial', cell: (one) => trialOf(one, trials)?.id ?? '' },
      { title: 'kind', cell: (one) => one.recipe ?? one.proposer },
      { title: 'where', cell: placeOf },
      { title: 'share', cell: ({ share }) => (share === null ? '?' : percentText(share)), align: 'right' },
      { title: 'at most', cell: ({ cap }) => (cap === null ? '' : gainText(cap)), align: 'right' },
      { title: 'accepted', cell: ({ arms }) => arms.map(({ belief }) => `${short(belief.accepted)} of ${short(belief.accepted + belief.refused)}`).join(' + '), align: 'right' },
      { title: 'chance', cell: ({ arms }) => arms.map(({ draw }) => percentText(draw.chance)).join(' + '), align: 'right' },
      { title: 'gain', cell: ({ arms }) => arms.map(({ draw }) => gainText(draw.logGain)).join(' + '), align: 'right' },
      { title: 'takes', cell: ({ seconds, arms }) => (arms.some(({ belief }) => belief.seconds !== null) ? durationText(seconds * 1000) : '?'), align: 'right' },
      { title: 'a minute', cell: ({ score, arms }) => (arms.some(({ belief }) => belief.seconds !== null) ? gainText(score * 60) : gainText(score)), align: 'right' },
      { title: 'became', cell: (one) => becameText(one, trialOf(one, trials)) },
    ],
    style,
  );
  const never = hopeless.map(({ title, why }) => `  ${style('dim', 'not tried')}  ${clean(title)}: ${clean(why)}`);
  return [head, ...(weighed.length === 0 ? [] : [rows]), ...never].join('\n');
}

function trialOf({ id }: WeighedRecord, trials: readonly TrialSummary[]): TrialSummary | undefined {
  return trials.findLast((trial) => trial.candidate.id === id);
}

function becameText({ chosen }: WeighedRecord, trial: TrialSummary | undefined): string {
  if (trial === undefined) return chosen ? 'not tried yet' : 'left out by loop.candidates_per_round';
  const { state, verdict } = trial;
  if (state !== 'decided' || verdict === null) return trialStateText[state];
  return `${verdictWord(verdict)}${verdict.measured === null ? '' : ` ${ratioText(verdict.measured.ratio)}`}`;
}

/** A natural-log gain as a person reads it. */
function gainText(logGain: number): string {
  return percentText(Math.expm1(logGain));
}

function short(count: number): string {
  return String(Number(count.toFixed(1)));
}
