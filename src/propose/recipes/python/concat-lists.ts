import type { SgNode } from '@ast-grep/napi';
import { nameCall, type PyFunction } from '../../python/function.js';
import { insertInModule } from '../../python/regions.js';
import { endOf, lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe } from '../recipe.js';

export const concatLists: PythonRecipe = {
  family: 'python',
  name: 'concat-lists',
  languages: ['python'],
  category: 'quadratic',
  title: 'Join lists by extending one instead of by `sum(lists, [])` or `reduce(lambda a, b: a + b, lists, [])`',
  evidence: { findings: hostWork, text: 'Time in adding lists, which copies both.' },
  condition: 'The first value is an empty list display. Lists are appended to one new list; from the first element on that is not exactly a list, the sum goes on as before, with the same result or the same TypeError.',
  risk: 'None known.',
  expected: 'From n^2 copied elements to n.',
  references: ['https://wiki.python.org/moin/TimeComplexity', 'https://docs.python.org/3/library/stdtypes.html#mutable-sequence-types'],
  apply(fn) {
    if (!fn.areBuiltin('sum', 'iter', 'type', 'list') || fn.hot.kind() === 'module') return [];
    const sums = fn.owned('call').flatMap((node) => {
      const lists = summed(fn, node);
      return lists === null ? [] : [{ node, lists }];
    });
    const first = sums[0];
    if (first === undefined) return [];
    const helper = fn.names.fresh('_concat_lists');
    return [
      {
        title: 'join lists by extending one',
        line: lineOf(first.node),
        edits: [
          ...sums.map(({ node, lists }) => ({ start: startOf(node), end: endOf(node), text: `${helper}(${lists.text()})` })),
          ...insertInModule(fn, helperText(helper)),
        ],
      },
    ];
  },
};

/** The lists of `sum(lists, [])` or `reduce(lambda a, b: a + b, lists, [])`. */
function summed(fn: PyFunction, node: SgNode): SgNode | null {
  const call = nameCall(node);
  const callee = node.field('function')?.text() ?? '';
  if (call?.name === 'sum') return call.args.length === 2 && isEmptyList(call.args[1]) && !isSplat(call.args[0]) ? (call.args[0] ?? null) : null;
  if (callee !== 'functools.reduce' && callee !== 'reduce') return null;
  const args = node.field('arguments')?.namedChildren() ?? [];
  const isReduce = callee === 'functools.reduce' ? /^import functools$/m.test(fn.source) : /^from functools import .*\breduce\b/m.test(fn.source);
  const adds = /^lambda (\w+), (\w+): (\w+) \+ (\w+)$/.exec(args[0]?.text() ?? '');
  const inOrder = adds !== null && adds[1] === adds[3] && adds[2] === adds[4] && adds[1] !== adds[2];
  return isReduce && inOrder && args.length === 3 && isEmptyList(args[2]) && !isSplat(args[1]) ? (args[1] ?? null) : null;
}

const isEmptyList = (node: SgNode | undefined): boolean => node?.kind() === 'list' && node.namedChildren().length === 0;
const isSplat = (node: SgNode | undefined): boolean => node === undefined || ['list_splat', 'dictionary_splat', 'keyword_argument'].includes(String(node.kind()));

function helperText(helper: string): string {
  return `def ${helper}(lists):
    joined = []
    remaining = iter(lists)
    for item in remaining:
        if type(item) is not list:
            return sum(remaining, joined + item)
        joined.extend(item)
    return joined


`;
}
