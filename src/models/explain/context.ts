import { beginningOf } from '../../core/agent/bounds.js';
import type { Reading } from '../../core/benchmark/series.js';
import type { StepReading } from '../../core/benchmark/step-reading.js';
import { oneLine } from '../../core/one-line.js';
import type { Decision, ToldDecision } from '../../core/run/explained.js';
import { buildsText, intervalText, pairsText, ratioText } from '../../core/verdict/words.js';
import { fenced } from '../../agents/templates.js';
import { historyText } from '../../agents/prompt.js';

/** Characters of reasons, whose texts may hold the end of a log. */
const mostReasons = 3000;
const mostRationale = 2000;
const mostDiff = 12_000;

const decisionText: Record<Decision, string> = {
  accepted: 'The change is accepted: it becomes a commit on the best version.',
  waiting: 'The change passed, or has to be looked at: a person decides on it.',
  dropped: 'The change is dropped.',
};

/** The change that is decided on. */
export interface ChangeTold {
  /** What `git diff --stat` says of it. */
  stat: string;
  diff: string;
  /** Why it helps, as its author says. */
  rationale: string;
}

/** What a model or an agent is told of a decision. */
export function contextOf(told: ToldDecision, { stat, diff, rationale }: ChangeTold): string {
  const { trial, readings, best, baseline, speedup, others } = told;
  const of = (round: number): string => readingsText(readings.filter((reading) => reading.round === round));
  const sections: [string, string][] = [
    ['The change', `${oneLine(trial.candidate.title)}, by ${oneLine(trial.candidate.proposer)} (trial ${trial.id}).\n\n\`git diff --stat\`:\n${fenced(stat)}${rationale === '' ? '' : `\n\nIts author says:\n${fenced(beginningOf(rationale, mostRationale))}`}\n\nThe diff:\n${fenced(beginningOf(diff, mostDiff), 'diff')}`],
    ['The verdict', verdictText(trial)],
    ['The decision', decisionText[told.decision]],
    [`Benchmarks of this round (round ${trial.round})`, of(trial.round)],
    [`Benchmarks of the last round${trial.round === 1 ? '' : ` (round ${trial.round - 1})`}`, trial.round === 1 ? 'There was none: this is the first round.' : of(trial.round - 1)],
    ['The best so far', [speedup === null ? 'Nothing was accepted before: the best version is the base.' : `The best version is ${ratioText(speedup.ratio)} as fast as the base (${speedup.ci95[0].toFixed(3)} to ${speedup.ci95[1].toFixed(3)}), the product of what was accepted.`, ...readingText('best reading', best), ...readingText('baseline', baseline)].join('\n')],
    ['Other trials of this round and the last one', historyText(others)],
  ];
  return sections.map(([head, text]) => `## ${head}\n\n${text}`).join('\n\n');
}

function verdictText({ verdict }: ToldDecision['trial']): string {
  if (verdict === null) return 'There is none.';
  const { kind, measured, reasons } = verdict;
  const numbers = measured === null || measured.pairs === 0 ? 'It was not measured.' : `Measured ${ratioText(measured.ratio)} as fast as the best version, ${intervalText(measured.pairs, measured.ci95)}, ${pairsText(measured.pairs)}${measured.builds === undefined ? '' : ` of ${buildsText(measured.builds)}`}.`;
  return `${kind}. ${numbers}\n${fenced(reasons.map(({ code, text }) => `${code}: ${text}`).join('\n').slice(0, mostReasons))}`;
}

function readingsText(readings: readonly StepReading[]): string {
  if (readings.length === 0) return 'No step of type benchmark ran.';
  return readings.map(({ step, draft, metrics }) => [`- ${step}, of ${draft ? 'the draft' : 'the best version'}:`, ...metrics.map(({ name, unit, goal, n, mean, median, standard_deviation: deviation, min, max }) => `  - ${oneLine(name)}${unit === '' ? '' : ` (${oneLine(unit)})`}: median ${median}, mean ${mean}, standard deviation ${deviation}, ${min} to ${max}, n = ${n}; ${goal === 'max' ? 'more' : 'less'} is better`)].join('\n')).join('\n');
}

function readingText(what: string, reading: Reading | null): string[] {
  if (reading === null) return [];
  return [`- ${what}${reading.round === undefined ? '' : ` (round ${reading.round})`}: ${Object.entries(reading.metrics).slice(0, 20).map(([name, value]) => `${oneLine(name)} ${value}`).join(', ')}`];
}
