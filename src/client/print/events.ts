import { comparedText, ratioText } from '../../core/verdict/words.js';
import type { RunEvent, SamplingEvent } from '../events.js';
import { adviceMeasured, adviceSetting, betterText, searchText } from '../../core/knobs/words.js';
import { reusedText } from '../../core/run/spell.js';
import { ablationWord } from '../../core/run/worth.js';
import { intervalText, clean, durationText, plural, shortCommit, shortCommits } from './numbers.js';
import { costLines } from './cost.js';
import { printError } from './error.js';
import type { Format, Style } from '../style.js';
import { flagsInShort } from './flags.js';
import { trialStateText, verdictText } from './verdict.js';

/** Names of steps that one line holds. */
const mostRunning = 4;

/** What the follower itself notices, besides what the run says. */
export type LinkEvent = { kind: 'link'; text: string };

/** One line for an event, with the run's elapsed time before it. */
export function eventLine(event: RunEvent | SamplingEvent | LinkEvent, elapsedMs: number, style: Style): string {
  return `${style('dim', `[${durationText(elapsedMs).padStart(7)}]`)} ${words(event, style)}`;
}

function words(event: RunEvent | SamplingEvent | LinkEvent, style: Style): string {
  switch (event.kind) {
    case 'started':
      return `${event.runKind} ${style('bold', event.run)} of ${clean(event.target)} at ${shortCommit(event.base)}${event.runKind === 'run' ? `, at most ${plural(event.rounds, 'round')}` : ''}`;
    case 'warning':
      return `${style('yellow', 'warning')}: ${clean(event.text)}`;
    case 'reused':
      return `from earlier runs: ${reusedText(event.reused)}`;
    case 'plan':
      return `cost: ${costLines(event.plan).join('; ')}`;
    case 'round':
      return `round ${event.round} of ${event.rounds}`;
    case 'phase':
      return `phase ${style('bold', event.phase)}`;
    case 'doing':
      return clean(shortCommits(event.text));
    case 'steps':
      return `${event.text}${event.running.length === 0 ? '' : `; running ${clean(event.running.slice(0, mostRunning).join(', '))}${event.running.length > mostRunning ? ' and more' : ''}`}`;
    case 'findings':
      return plural(event.count, 'finding');
    case 'trial':
      return `${event.trial} ${style('cyan', trialStateText[event.state])}: ${clean(shortCommits(event.what))}${event.place === '' ? '' : ` (${clean(event.place)})`}`;
    case 'verdict':
      return `${event.trial} ${verdictText(event.verdict, style, true)}`;
    case 'approval-needed':
      return style('yellow', `${event.candidate} waits for a decision: perfloop approve ${event.run} ${event.candidate} (or reject)${event.flags === undefined ? '' : `; look at ${flagsInShort(event.flags)}`}`);
    case 'question':
      return style('yellow', `${event.question.id} waits for a decision: ${clean(event.question.text)}: perfloop approve ${event.run} ${event.question.id} (or reject)`);
    case 'decision':
      return `${event.decision.trial} ${event.decision.approve ? 'approved' : 'rejected'} by ${clean(event.decision.who)}${event.decision.comment ? `: ${clean(event.decision.comment)}` : ''}`;
    case 'champion':
      return `${style('green', 'new best')} ${shortCommit(event.commit)}${event.ratio === null ? '' : `, ${comparedText(event.ratio, 'the base')}`} (${event.accepted} accepted)`;
    case 'knobs':
      return `knobs, ${searchText(event.search)}; ${clean(betterText(event.search))}`;
    case 'advice':
      return `${style('yellow', 'advice')}: set ${clean(adviceSetting(event.advice))}: ${adviceMeasured(event.advice)}`;
    case 'ablation':
      return `${event.ablation.trial} ${ablationWord[event.ablation.state]}: ${clean(event.ablation.text)}`;
    case 'state':
      return `now ${event.state}`;
    case 'final':
      return `last measurement, best against base: ${ratioText(event.ratio)} (${intervalText(event.ci95)}, ${plural(event.pairs, 'pair')})`;
    case 'error':
      return printError(event, style);
    case 'ended':
      return endedText(event, style);
    case 'sampling':
      return samplingText(event);
    default:
      return style('yellow', event.text);
  }
}

function endedText(event: Extract<RunEvent, { kind: 'ended' }>, style: Style): string {
  const format: Format = event.state === 'done' ? 'green' : 'red';
  if (event.runKind === 'judge' || event.state !== 'done') return style(format, event.state);
  const gain = event.speedup === null ? 'nothing accepted' : `${event.accepted} accepted, ${comparedText(event.speedup.ratio, 'the base')}: ${ratioText(event.speedup.ratio)} (${intervalText(event.speedup.ci95)})`;
  return `${style(format, event.state)}: ${gain}`;
}

const stageText = { noise: 'noise (A/A)', knobs: 'search of knobs', screen: 'screening', confirm: 'confirmation', final: 'last measurement' } as const;

function samplingText({ of, progress }: SamplingEvent): string {
  const subject = `${of} ${stageText[progress.stage]}`;
  if (progress.doing === 'building') return `${subject}: building ${progress.build} of ${progress.of}, each side`;
  if (progress.doing === 'waiting') return `${subject}: waiting for the machine`;
  const numbers = progress.ratio === null || progress.ci95 === null ? '' : `, so far ${ratioText(progress.ratio)} (${intervalText(progress.ci95)})`;
  const resumed = progress.resumed > 0 ? `, ${progress.resumed} of them kept from before an interruption` : '';
  const each = (progress.metrics ?? []).map(({ name, ratio }) => `${clean(name)} ${ratioText(ratio)}`).join(', ');
  return `${subject}: ${progress.pairs} of at most ${progress.most} pairs${resumed}${numbers}${each === '' ? '' : `; ${each}`}`;
}
