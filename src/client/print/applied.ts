import type { Applied } from '../../workspace/apply-to-checkout.js';
import type { Style } from '../style.js';
import { plural, shortCommit } from './numbers.js';

const mergedText: Record<Applied['merged'], string> = {
  no: 'your checkout is as it was',
  'fast-forward': 'your branch was moved forward to it',
  'cherry-picked': 'its commits were put on top of your branch',
  already: 'your branch had them already',
};

export function printApplied({ branch, commit, commits, merged, next, leftOut = [] }: Applied & { leftOut?: string[] }, style: Style): string {
  return `${style('green', 'applied')}: branch ${style('bold', branch)} at ${shortCommit(commit)}, ${plural(commits, 'commit')}; ${mergedText[merged]}${leftOut.length === 0 ? '' : `\n  ${style('yellow', 'rolled back')}: ${leftOut.join(', ')}; the branch ends before the first of them`}\n  next: ${next}`;
}
