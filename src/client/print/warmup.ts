import { countsText } from '../../core/tests/words.js';
import type { Style } from '../style.js';
import type { WarmedUp } from '../verbs/phases.js';
import { costLines } from './cost.js';
import { clean, durationText, plural, shortCommit } from './numbers.js';

const most = 5;

/** What there is, whether it works, and what a run will cost. */
export function printWarmup({ run, target, survey, tests, plan, warnings }: WarmedUp, style: Style): string {
  const lines = [`${style('bold', clean(target.name))} at ${shortCommit(target.base)} is ready for a run (${run})`];
  const add = (title: string, texts: readonly string[]): void => {
    for (const [index, text] of texts.entries()) lines.push(`  ${(index === 0 ? title : '').padEnd(10)}  ${clean(text)}`);
  };
  if (survey !== null) {
    add('code', [survey.languages.slice(0, most).map(({ language, files, lines: count }) => `${language} ${plural(files, 'file')}, ${plural(count, 'line')}`).join('; ')].filter((text) => text !== ''));
    add('benchmark', [`${durationText(survey.benchmark.wallMs)} a run${survey.reached.length === 0 ? '' : `; reaches ${plural(survey.reached.length, 'file')} of the repository, most imported: ${survey.reached.slice(0, most).map(({ file }) => file).join(', ')}`}`]);
  }
  add('tests', [tests === null ? (survey?.tests.ran === true ? `pass, in ${durationText(survey.tests.wallMs)}` : 'none: perfloop cannot see whether a change breaks something') : `${countsText(tests)} (${tests.source})`]);
  if (plan !== null) add('cost', costLines(plan));
  return [...lines, ...warnings.map((text) => `${style('yellow', 'warning')}: ${clean(text)}`), '', `  perfloop run    ${style('dim', 'to look for what is faster')}`].join('\n');
}
