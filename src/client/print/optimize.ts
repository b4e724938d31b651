import type { OptimizedFinding } from '../optimize/answers.js';
import type { Optimized } from '../verbs/optimize.js';
import type { Style } from '../style.js';
import { diffLines } from './diff-lines.js';
import { spentText } from './models.js';
import { clean, percentText, plural } from './numbers.js';

const words = { patched: ['green', 'patched'], 'turned-down': ['yellow', 'turned down'], nothing: ['dim', 'nothing to offer'] } as const;

/** Each finding with what is proposed for it, or why it is left alone. */
export function printOptimized({ run, champion, findings, unplaced, applied, spent }: Optimized, style: Style): string {
  const of = run === undefined || champion === undefined ? [] : [style('dim', `${run}, for its champion ${champion.slice(0, 10)}`)];
  const sections = findings.map((finding) => findingText(finding, style));
  const count = (answer: OptimizedFinding['answer']): number => findings.filter((finding) => finding.answer === answer).length;
  const sum = `${plural(findings.length, 'finding')}: ${count('patched')} patched, ${count('turned-down')} turned down, ${count('nothing')} with nothing to offer. Nothing was built, tested or measured.${spent === null ? '' : ` Models: ${spentText(spent)}.`}`;
  const there = applied === null ? [] : [`${plural(applied.applied.length, 'commit')} in ${clean(applied.folder)}`, ...applied.dropped.map(({ id, why }) => `  ${style('yellow', 'left out')} ${id}: ${clean(why)}`)];
  return [...of, ...sections, ...unplaced.map((text) => `${style('dim', 'left out')}  ${clean(text)}`), ...(there.length === 0 ? [] : [there.join('\n')]), style('dim', sum)].join('\n\n');
}

function findingText({ title, file, line, answer, reasons, candidates }: OptimizedFinding, style: Style): string {
  const [colour, word] = words[answer];
  return [
    `${style(colour, word)}  ${style('bold', clean(title))}  ${style('dim', `${clean(file)}:${line}`)}`,
    ...reasons.map((reason) => `  ${clean(reason)}`),
    ...candidates.map((candidate) => `  ${style('bold', clean(candidate.title))}  ${style('dim', `${candidate.recipe ?? candidate.proposer}, candidate ${candidate.id}${candidate.share === null ? '' : `, ${percentText(candidate.share)} of the time`}`)}${candidate.tried === undefined ? '' : style('yellow', `  ${candidate.tried}`)}\n${diffLines(candidate.diff, style)}`),
  ].join('\n');
}
