import type { Question } from '../../core/status.js';
import type { Style } from '../style.js';
import { clean, cleanLines } from './numbers.js';

/** What a step asks, what there is to decide by, and what happens when nobody answers. */
export function questionText({ id, text, facts, until, onTimeout }: Question, style: Style): string {
  const width = Math.max(...facts.map(({ name }) => name.length), 0);
  const rows = facts.flatMap(({ name, text: fact }) => cleanLines(fact).split('\n').map((line, index) => `  ${style('dim', (index === 0 ? name : '').padEnd(width))}  ${line}`));
  return [`${style(['bold', 'yellow'], id)} waits for a decision: ${cleanLines(text)}`, ...rows, `  ${style('dim', clean(untilText({ until, onTimeout })))}`].join('\n');
}

export function untilText({ until, onTimeout }: Pick<Question, 'until' | 'onTimeout'>): string {
  return `${onTimeout === 'approve' ? 'approved' : 'rejected'} at ${new Date(until).toISOString()} where nobody decides`;
}
