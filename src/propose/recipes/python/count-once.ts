import type { SgNode } from '@ast-grep/napi';
import { isStableList } from '../../python/effects.js';
import { methodCall, type PyFunction } from '../../python/function.js';
import { insertBefore, regionsOf, type Region } from '../../python/regions.js';
import { typeOf } from '../../python/types.js';
import { endOf, lineOf, same, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, Rewrite } from '../recipe.js';

export const countOnce: PythonRecipe = {
  family: 'python',
  name: 'count-once',
  languages: ['python'],
  category: 'quadratic',
  title: 'Count, or find the places of, all elements of a list once instead of `xs.count(x)` or `xs.index(x)` in every iteration',
  evidence: { findings: hostWork, text: 'Time in `list.count` or `list.index` of a loop.' },
  condition:
    'The list keeps its elements while the loop runs. The table is used only if the value is exactly a list or tuple at run time and all of it can be hashed, and only for values that can be hashed; an element that is not there takes the old call, with its error.',
  risk: 'Building the table costs more than it saves when the loop makes few calls.',
  expected: 'From n^2 to n.',
  references: ['https://wiki.python.org/moin/TimeComplexity'],
  apply(fn) {
    if (!fn.areBuiltin('type', 'list', 'tuple', 'enumerate', 'TypeError', 'str', 'int')) return [];
    const groups = new Map<string, { name: string; region: Region; calls: SgNode[] }>();
    for (const node of fn.owned('call')) {
      const call = methodCall(node);
      const value = call?.args[0];
      if (call === null || value === undefined || !['count', 'index'].includes(call.method) || call.args.length !== 1 || call.receiver.kind() !== 'identifier') continue;
      if (value.kind() !== 'identifier' || isFallback(node)) continue;
      const name = call.receiver.text();
      const region = regionsOf(fn, node).findLast(({ statement }) => fn.isBoundBefore(name, statement) && isStableList(fn, name, statement));
      if (region === undefined || typeOf(fn, call.receiver) === 'text') continue;
      const key = `${call.method} ${name} ${startOf(region.statement)}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { name, region, calls: [node] });
      else group.calls.push(node);
    }
    return [...groups.values()].map(({ name, region, calls }) => rewrite(fn, name, region, calls));
  },
};

/** The old call in the conditional that this recipe has written. */
function isFallback(node: SgNode): boolean {
  const parent = node.parent();
  return parent?.kind() === 'conditional_expression' && same(parent.namedChildren()[2] ?? null, node) && (parent.namedChildren()[1]?.text().startsWith('(type(') ?? false);
}

function rewrite(fn: PyFunction, name: string, region: Region, calls: SgNode[]): Rewrite {
  const first = calls[0] as SgNode;
  const method = methodCall(first)?.method ?? '';
  const table = fn.names.fresh(`${name}_${method === 'count' ? 'counts' : 'places'}`);
  const place = fn.names.fresh('place');
  const item = fn.names.fresh('item');
  const fill = method === 'count' ? [`        for ${item} in ${name}:`, `            ${table}[${item}] = ${table}.get(${item}, 0) + 1`] : [`        for ${place}, ${item} in enumerate(${name}):`, `            ${table}.setdefault(${item}, ${place})`];
  return {
    title: `${method === 'count' ? 'count the elements' : 'find the places of the elements'} of \`${name}\` once`,
    line: lineOf(first),
    edits: [
      ...insertBefore(fn, region.statement, [`${table} = {}`, `if type(${name}) is list or type(${name}) is tuple:`, '    try:', ...fill, '    except TypeError:', `        ${table} = {}`]),
      ...calls.map((node) => {
        const value = methodCall(node)?.args[0]?.text() ?? '';
        return { start: startOf(node), end: endOf(node), text: `(${table}[${value}] if (type(${value}) is str or type(${value}) is int) and ${value} in ${table} else ${node.text()})` };
      }),
    ],
  };
}
