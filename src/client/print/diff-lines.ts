import type { Style } from '../style.js';
import { clean } from './numbers.js';

/** The hunks of a unified diff in colour, with the name of each file where there are several. */
export function diffLines(diff: string, style: Style): string {
  const lines = diff.trimEnd().split('\n');
  const several = lines.filter((line) => line.startsWith('diff --git ')).length > 1;
  return lines.flatMap((line) => {
    if (/^(?:diff --git |index |--- )/.test(line)) return [];
    if (line.startsWith('+++ ')) return several ? [style('bold', clean(line.slice('+++ b/'.length)))] : [];
    return [line.startsWith('+') ? style('green', clean(line)) : line.startsWith('-') ? style('red', clean(line)) : style('dim', clean(line))];
  }).join('\n');
}
