import { exitCodes } from '../../core/errors.js';
import { intervalText, percentText } from '../../core/verdict/words.js';
import type { Comparison, Regression, ShownCommit, WatchResult } from '../../core/watch/contracts.js';
import { comparedText, limitText, shortOf, wordOf } from '../../core/watch/shown.js';
import type { Format, Style } from '../style.js';
import type { Watched, WatchListed, WatchScheduled } from '../verbs/watch.js';
import { fleetColumns, fleetNotes } from './fleet.js';
import { clean, plural } from './numbers.js';
import { table } from './table.js';

export const watchCode: Record<WatchResult['outcome'], number> = { begun: exitCodes.ok, unmoved: exitCodes.ok, 'no-regression': exitCodes.ok, regression: exitCodes.rejected, undecided: exitCodes.inconclusive, broken: exitCodes.refused };

const titles: Record<WatchResult['outcome'], [text: string, format: 'green' | 'red' | 'yellow' | 'dim']> = {
  begun: ['begun', 'green'],
  unmoved: ['no new head', 'dim'],
  'no-regression': ['no regression', 'green'],
  regression: ['regression', 'red'],
  undecided: ['undecided', 'yellow'],
  broken: ['broken head', 'red'],
};

export function printWatched(watched: Watched, style: Style): string {
  if (watched.kind === 'left') return `It goes on as ${watched.workflow}; the same command follows it.`;
  const { result } = watched;
  const { outcome, head, last, notes, compared, improvement, regressions, repository, branch } = result;
  const [title, format] = titles[outcome];
  const lines = [`${style([format, 'bold'] as Format, title)}  ${clean(repository)}${branch === null ? '' : ` ${clean(branch)}`} at ${commitLine(head)}`];
  if (outcome === 'begun') lines.push('  The next heads are compared with this one.');
  lines.push(...notes.map((text) => `  ${style('yellow', 'note')}: ${clean(text)}`));
  for (const comparison of compared) lines.push(`  against ${shortOf(comparison.older)}${comparison.against === 'anchor' ? ', where the speed last changed' : ''}, ${clean(wordOf(comparison))}${limitText(comparison)}? ${clean(comparedText(comparison))}${comparison.run === null ? '' : `  (${comparison.run})`}`);
  if (improvement !== null && improvement.ratio !== null && improvement.ci95 !== null) lines.push(`  ${style('green', 'faster')}: ${percentText(improvement.ratio - 1)} (${intervalText(improvement.pairs, improvement.ci95)}) than ${shortOf(improvement.older)}, confirmed; later heads are compared with this one  (${improvement.run ?? ''})`);
  for (const regression of regressions) lines.push(...regressionLines(regression, style));
  if (outcome === 'broken' || (outcome === 'undecided' && last !== null && compared.some(({ answer }) => answer === 'open'))) lines.push(`  The next head is compared with ${last === null ? 'nothing' : shortOf(last.commit)} again.`);
  return lines.join('\n');
}

function regressionLines({ metric, good, commits, judgements, skipped, suspects, more, bad, unclear, step, reproduce }: Regression, style: Style): string[] {
  const what = metric === null ? '' : ` (${clean(metric)})`;
  const count = suspects.length + more;
  const lines = count === 1
    ? [`  ${style(['red', 'bold'], 'culprit')}${what}: ${commitLine(bad)}`]
    : [`  ${style(['red', 'bold'], 'culprit')}${what}: one of ${count} commits up to ${commitLine(bad)}`, ...suspects.map((commit) => `    ${commitLine(commit)}`), ...(more === 0 ? [] : [`    and ${more} more`])];
  lines.push(`    found among ${plural(commits, 'commit')} since ${shortOf(good.commit)} by ${plural(judgements.asked, 'judgement')}`);
  if (count === 1 && bad.parents.length > 1) lines.push(`    it is a merge: git log ${shortOf(bad.parents[0] ?? '')}..${shortOf(bad.commit)} lists what it brought, of which nothing was judged by itself`);
  lines.push(...skipped.map(({ commit, why }) => `    skipped ${shortOf(commit.commit)}: ${clean(why)}`));
  if (step !== null) lines.push(`    ${count === 1 ? 'its own step' : 'their steps together'}: ${clean(comparedText(step))}${runOf(step)}`);
  if (unclear !== null) lines.push(`    ${style('yellow', 'unclear')}: ${count === 1 ? unclear : `which of them did it, as ${unclear}`}`);
  return [...lines, `    again: ${clean(reproduce)}`];
}

function runOf({ run }: Comparison): string {
  return run === null ? '' : `  (${run})`;
}

function commitLine({ commit, subject, author, at }: ShownCommit): string {
  return `${shortOf(commit)} "${clean(subject)}" by ${clean(author)}, ${at.slice(0, 10)}`;
}

export function printWatchScheduled({ name, repository, branch, cadence, was, next }: WatchScheduled, style: Style): string {
  const place = `${clean(repository)}${branch === null ? '' : ` ${clean(branch)}`}`;
  return [`${style('bold', name)}: ${place} is looked at ${cadence}${was === 'new' ? '' : was === 'changed' ? ' (changed)' : ', as before'}${next === null ? '' : `; next at ${next.slice(0, 16).replace('T', ' ')} UTC`}`, '  `perfloop watch --list` says what came of it, `perfloop watch --stop` ends it.'].join('\n');
}

export function printWatchStopped({ name, stopped }: { name: string; stopped: boolean }, style: Style): string {
  return `${style('bold', name)}: ${stopped ? 'is watched no more' : 'was not watched'}`;
}

export function printWatchList(watches: readonly WatchListed[], style: Style): string {
  if (watches.length === 0) return 'Nothing is watched from this command line: perfloop watch REPOSITORY.';
  const place = ({ repository, branch }: WatchListed): string => `${repository}${branch === null ? '' : ` ${branch}`}`;
  return [table(watches, [{ title: 'repository', cell: place }, { title: 'when', cell: ({ cadence }) => cadence }, ...fleetColumns], style), ...watches.flatMap((watched) => fleetNotes(watched, place(watched), style))].join('\n');
}
