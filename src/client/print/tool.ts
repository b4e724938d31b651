import type { Style } from '../style.js';
import type { ToolListed } from '../verbs/tool.js';
import type { ToolAnswer } from '../../tools/tool.js';
import { clean } from './numbers.js';
import { table } from './table.js';
import { heading, isRow, pairsText, valueText } from './tool-words.js';

export function printToolList(tools: readonly ToolListed[], style: Style): string {
  const groups = [...new Set(tools.map(({ group }) => group))].map((group) => tools.filter((tool) => tool.group === group));
  const columns = [
    { title: 'tool', cell: ({ name }: ToolListed) => name },
    { title: 'answers', cell: ({ summary }: ToolListed) => summary },
    { title: 'also known as', cell: ({ aliases }: ToolListed) => aliases.join(', ') },
  ];
  return groups.map((group) => `${style('bold', heads[group[0]?.group ?? 'GPU'])}\n${table(group, columns, style)}`).join('\n\n');
}

const heads: Record<ToolListed['group'], string> = { GPU: 'A profile, about GPUs', host: 'A profile, about code on the host', 'any profile': 'Any profile', repository: 'A repository', sandbox: 'Work in a sandbox, with --allow-write' };

export function printAnswer(answer: ToolAnswer, style: Style): string {
  if (answer.abstained !== null) return `${style('yellow', 'no answer')}  ${clean(answer.tool)}: ${clean(answer.abstained)}`;
  const { rows, more, facts, notes } = answer;
  const [first] = rows as Record<string, unknown>[];
  const lines: string[] = [];
  // What a sandbox did is told by its facts.
  if (first === undefined && !answer.tool.startsWith('sandbox_')) lines.push('no rows');
  else if (first === undefined) lines.push(style('green', 'done'));
  else lines.push(rowTable(rows as Record<string, unknown>[], style));
  if (more > 0) lines.push(style('dim', `… and ${more} more (--limit)`));
  lines.push(...factLines(facts, style));
  for (const text of notes) lines.push(style('dim', `note: ${clean(text)}`));
  return lines.join('\n');
}

/** Rows of objects become a table; an object has a line of its own; the rest share one. */
function factLines(facts: object, style: Style): string[] {
  const known = Object.entries(facts).filter(([name, value]) => name !== 'columns' && value !== null && !(Array.isArray(value) && value.length === 0));
  const isRows = (value: unknown): value is Record<string, unknown>[] => Array.isArray(value) && value.every(isRow);
  const said = pairsText(Object.fromEntries(known.filter(([, value]) => !isRows(value) && !isRow(value))), '   ');
  const objects = known.filter((one): one is [string, Record<string, unknown>] => isRow(one[1]));
  return [
    ...(said === '' ? [] : ['', clean(said)]),
    ...objects.flatMap(([name, value], index) => [...(index === 0 ? [''] : []), `${style('dim', clean(heading(name)))}  ${clean(pairsText(value, '   '))}`]),
    ...known.flatMap(([, value]) => (isRows(value) ? ['', rowTable(value, style)] : [])),
  ];
}

/** Columns without any value are left out; the depth of a row in a tree becomes its indentation. */
function rowTable(rows: readonly Record<string, unknown>[], style: Style): string {
  const columns = Object.keys(rows[0] ?? {}).filter((name) => name !== 'depth' && rows.some((row) => row[name] !== null));
  return table(rows, columns.map((name, index) => ({
    title: heading(name),
    cell: (row: Record<string, unknown>) => (index === 0 ? indent(row) : '') + valueText(name, row[name], index === columns.length - 1 ? widestLast : undefined),
    align: rows.some((row) => typeof row[name] === 'number') ? ('right' as const) : ('left' as const),
  })), style);
}

/** Behind the last column nothing stands. */
const widestLast = 300;

/** Rows of a tree say how deep they are. */
const indent = ({ depth }: Record<string, unknown>): string => (typeof depth === 'number' ? ' '.repeat(depth) : '');
