import type { SgNode } from '@ast-grep/napi';
import { isFreshList, looksAtLocals } from '../../python/effects.js';
import type { PyFunction } from '../../python/function.js';
import { ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe } from '../recipe.js';

export const appendOne: PythonRecipe = {
  family: 'python',
  name: 'append-one',
  languages: ['python'],
  category: 'quadratic',
  title: 'Append an element instead of adding a list of one (`xs += [x]`, `xs = xs + [x]`)',
  evidence: { findings: hostWork, text: 'Time in the lines that add lists.' },
  condition: 'The variable holds nothing but lists made in this function, and lists of one are added to it. `xs = xs + [x]` makes a new list, so there nothing else may refer to the old one, nor a loop go over it.',
  risk: 'None known.',
  expected: 'From n^2 copied elements to n for `xs = xs + [x]`; `xs += [x]` becomes about four times faster.',
  references: ['https://docs.python.org/3/tutorial/datastructures.html#more-on-lists', 'https://wiki.python.org/moin/TimeComplexity'],
  apply(fn) {
    if (fn.hot.kind() !== 'function_definition' || looksAtLocals(fn)) return [];
    const added = fn.owned('augmented_assignment', 'assignment').flatMap((node) => additionOf(node) ?? []);
    return [...new Set(added.map(({ name }) => name))].flatMap((name) => {
      const own = added.filter((addition) => addition.name === name);
      const [first] = own;
      if (first === undefined || !holdsOwnLists(fn, name, own.map(({ node }) => node)) || !(own.every(({ inPlace }) => inPlace) || isUnshared(fn, name, own.map(({ node }) => node)))) return [];
      return [{ title: `append to \`${name}\``, line: lineOf(first.node), edits: own.map(({ node, element }) => ({ start: startOf(node), end: endOf(node), text: `${name}.append(${element.text()})` })) }];
    });
  },
};

interface Addition {
  node: SgNode;
  name: string;
  element: SgNode;
  inPlace: boolean;
}

function additionOf(node: SgNode): Addition | null {
  const left = node.field('left');
  const right = node.field('right');
  const inPlace = node.kind() === 'augmented_assignment';
  if (left?.kind() !== 'identifier' || right === null || node.parent()?.kind() !== 'expression_statement' || node.field('type') !== null) return null;
  if (inPlace ? node.field('operator')?.text() !== '+=' : right.kind() !== 'binary_operator' || right.field('operator')?.text() !== '+' || right.field('left')?.text() !== left.text()) return null;
  const list = inPlace ? right : right.field('right');
  const [element, ...more] = list?.kind() === 'list' ? parts(list) : [];
  if (element === undefined || more.length > 0 || ['list_splat', 'yield', 'named_expression'].includes(String(element.kind())) || list?.text().includes('#') === true) return null;
  return { node, name: left.text(), element, inPlace };
}

/** Whether all that is ever given to the name are new lists, and these additions. */
function holdsOwnLists(fn: PyFunction, name: string, additions: SgNode[]): boolean {
  const binds = fn.uses(name).filter(({ role }) => ['write', 'declare', 'foreign'].includes(role));
  return binds.some(({ node }) => !additions.some((addition) => within(node, addition))) && binds.every(({ node, role, deferred }) => {
    const parent = node.parent();
    if (role !== 'write' || deferred || parent === null) return false;
    if (additions.some((addition) => same(addition, parent))) return true;
    const value = parent.kind() === 'assignment' ? parent.field('right') : null;
    return value !== null && value.kind() !== 'assignment' && parent.parent()?.kind() !== 'assignment' && isFreshList(fn, value);
  });
}

/** Whether nothing can tell that the list is the same one after an addition. */
function isUnshared(fn: PyFunction, name: string, additions: SgNode[]): boolean {
  const isInLoopOver = additions.some((addition) => ancestorWhere(addition, (at) => at.kind() === 'for_statement' && fn.uses(name).some(({ node }) => within(node, at.field('right') ?? at)), fn.hot) !== null);
  return !isInLoopOver && fn.uses(name).every(({ role, deferred }) => !deferred && role !== 'escape');
}
