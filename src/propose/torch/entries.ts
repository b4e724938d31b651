import type { SgNode } from '@ast-grep/napi';
import { parts, same } from '../source/tree.js';
import type { Cell, CellUse } from './cells.js';
import type { Contribution } from './contributions.js';

const places = ['first', 'second', 'third', 'fourth', 'fifth'];

/** Of a list of dicts, tuples or lists that hold values: what makes numbers of these; why not where that cannot be told for each of them. */
export function backOfEntries({ module, text, shape }: Cell, contributions: readonly Contribution[], uses: readonly CellUse[]): { back: string; precise: boolean } | { reason: string } {
  const entries = contributions.flatMap(({ entry }) => entry ?? []).filter((entry, i, rest) => rest.findIndex((other) => same(other, entry)) === i);
  const [first] = entries;
  const updates = uses.filter(({ role, elsewhere }) => role === 'update' && !elsewhere).length;
  const isAll = contributions.every(({ entry, isWhole, suffix }) => entry !== undefined && isWhole && suffix === '.item()') && shape === 'one' && !text.endsWith(']') && updates === entries.length;
  if (first === undefined || !isAll || entries.some((entry) => entry.kind() !== first.kind() || parts(entry).length !== parts(first).length)) return { reason: `\`${text}\` holds values of different kinds.` };
  // Whether something holds is counted as one, and stays true or false here.
  const unknown = contributions.find(({ number, node }) => number === null || (number === 'count' && !/\bsum\(/.test(node.text())));
  if (unknown !== undefined) return { reason: `It cannot be seen whether \`${unknown.node.text().replace(/\.item\(\)$/, '')}\` is a whole number.` };
  const number = ({ number: kind }: Contribution, name: string): string => `${kind === 'count' ? 'int' : 'float'}(${name})`;
  const { names } = module.names(module.root);
  if (first.kind() === 'dictionary') {
    const entry = names.fresh('entry');
    const keyOf = ({ node }: Contribution): string => node.parent()?.field('key')?.text() ?? '';
    const keyed = contributions.filter((one, i) => contributions.findIndex((other) => keyOf(other) === keyOf(one)) === i);
    const isSame = contributions.every((one) => keyed.some((other) => keyOf(other) === keyOf(one) && other.number === one.number)) && keyed.length * entries.length === contributions.length;
    if (!isSame) return { reason: `\`${text}\` holds values of different kinds.` };
    const elements = keyed.map((one) => `${entry}[${keyOf(one)}]`);
    return { precise: false, back: `for ${entry} in ${text}: ${elements.join(', ')} = ${keyed.map((one, i) => number(one, elements[i] ?? '')).join(', ')}` };
  }
  if (entries.length > 1 || parts(first).length > places.length) return { reason: `\`${text}\` holds values of different kinds.` };
  const placeOf = (part: SgNode): Contribution | undefined => contributions.find(({ node }) => same(node, part));
  const parted = parts(first).map((part, i) => ({ name: places[i] ?? '', read: placeOf(part) }));
  const converted = parted.map(({ name, read }) => (read === undefined ? name : number(read, name))).join(', ');
  const made = first.kind() === 'list' ? `[${converted}]` : `(${converted}${parted.length === 1 ? ',' : ''})`;
  return { precise: false, back: `${text}[:] = [${made} for ${parted.map(({ name }) => name).join(', ')}${parted.length === 1 ? ',' : ''} in ${text}]` };
}
