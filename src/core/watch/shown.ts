import { intervalText, percentText } from '../verdict/words.js';
import type { Comparison, ShownCommit, WatchResult } from './contracts.js';

/** What somebody who follows a look is told meanwhile; the answer of its query. */
export interface WatchProgress {
  v: 1;
  lines: string[];
  doing: string;
}

export const watchProgressQuery = 'watching';

export function shortOf(commit: string): string {
  return commit.slice(0, 9);
}

/** `9fd3a12b0 "Parse twice" (Ada)`. */
export function commitText({ commit, subject, author }: ShownCommit): string {
  return `${shortOf(commit)} "${subject}" (${author})`;
}

/** "confirmed: 12.3% slower (95% interval 11.0 to 13.9%) over 8 pairs", of the newer commit against the older. */
export function comparedText({ answer, metric, ratio, ci95, pairs, text }: Pick<Comparison, 'answer' | 'metric' | 'ratio' | 'ci95' | 'pairs' | 'text'>): string {
  if (ratio === null || ci95 === null) return text;
  // "36.8% faster" is of the sides as they are: so is the interval beside it.
  const beside: [number, number] = isBetter(ratio) ? [1 / ci95[1], 1 / ci95[0]] : ci95;
  const numbers = `${slowdownText(ratio, metric)} (${intervalText(pairs, beside)}) over ${pairs} pairs`;
  if (answer === 'slower') return `confirmed: ${numbers}`;
  return answer === 'not-slower' ? `no sign of it: ${numbers}` : `undecided: ${numbers}`;
}

const leastSaid = 0.0005;

function isBetter(ratio: number): boolean {
  return 1 / ratio - 1 >= leastSaid;
}

/** Of the sides exchanged: 1.12 says that the newer one needs 12% more of it, or of a rate 12% more time for the same. */
function slowdownText(ratio: number, metric: string | null): string {
  const [worse, better] = metric === null ? ['slower', 'faster'] : ['worse', 'better'];
  if (ratio >= 2) return `${ratio.toPrecision(3)} times as ${metric === null ? 'slow' : 'bad'}`;
  const percent = ratio >= 1 ? ratio - 1 : 1 / ratio - 1;
  if (percent < leastSaid) return 'no difference';
  return `${percentText(percent)} ${ratio >= 1 ? worse : better}`;
}

/** What is asked: "is 9fd3a12b0 slower than 1f0c3a44e by more than 2.0%?". */
export function questionText({ newer, older }: Pick<Comparison, 'newer' | 'older'>, question: { metric: string | null; allowed: number } | 'gain'): string {
  if (question === 'gain') return `is ${shortOf(newer)} faster than ${shortOf(older)}?`;
  return `is ${shortOf(newer)} ${wordOf(question)} than ${shortOf(older)}${limitText(question)}?`;
}

/** "slower", "memory worse". */
export function wordOf({ metric }: { metric: string | null }): string {
  return metric === null ? 'slower' : `worse by ${metric}`;
}

/** " by more than 2.0%". */
export function limitText({ allowed }: { allowed: number }): string {
  return ` by more than ${percentText(allowed)}`;
}

const outcomes = { begun: 'begun', unmoved: 'no new head', 'no-regression': 'no regression', undecided: 'undecided', broken: 'broken head' };

/** What a look came to in a few words, for a table. */
export function watchedText({ outcome, head, improvement, regressions }: WatchResult): string {
  const at = shortOf(head.commit);
  if (outcome !== 'regression') return `${at} ${improvement === null ? outcomes[outcome] : 'faster'}`;
  return regressions.map(({ suspects, more, bad }) => (suspects.length + more === 1 ? `regression by ${shortOf(bad.commit)}` : `regression by one of ${suspects.length + more} commits`)).join('; ');
}
