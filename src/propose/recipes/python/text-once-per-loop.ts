import type { SgNode } from '@ast-grep/napi';
import { methodCall, type PyFunction } from '../../python/function.js';
import { insertBefore, regionsOf, type Region } from '../../python/regions.js';
import { endOf, lineOf, same, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, Rewrite } from '../recipe.js';

const methods = new Set(['lower', 'upper', 'strip', 'lstrip', 'rstrip', 'casefold', 'title', 'capitalize']);

export const textOncePerLoop: PythonRecipe = {
  family: 'python',
  name: 'text-once-per-loop',
  languages: ['python'],
  category: 'repeated-work',
  title: 'Convert a string that a loop does not change (`query.lower()`) once in front of the loop',
  evidence: { findings: hostWork, text: 'Time in converting text in a loop.' },
  condition: 'The variable is not assigned in the loop. At run time the result is used only if it held exactly a str, which nothing can change; else the call stays where it was.',
  risk: 'One conversion is wasted when the loop never runs.',
  expected: 'Saves one conversion an iteration.',
  references: ['https://docs.python.org/3/library/stdtypes.html#string-methods'],
  apply(fn) {
    if (!fn.areBuiltin('type', 'str')) return [];
    const groups = new Map<string, { name: string; region: Region; calls: SgNode[] }>();
    for (const node of fn.owned('call')) {
      const call = methodCall(node);
      if (call === null || !methods.has(call.method) || call.args.length > 0 || call.receiver.kind() !== 'identifier' || isFallback(node)) continue;
      const name = call.receiver.text();
      const region = regionsOf(fn, node).findLast(({ statement }) => fn.isBoundBefore(name, statement) && fn.isUnchanged(name, statement));
      if (region === undefined) continue;
      const key = `${name}.${call.method} ${startOf(region.statement)}`;
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
  if (parent?.kind() !== 'conditional_expression') return false;
  const [, condition, alternative] = parent.namedChildren();
  const isGuard = /^type\(\w+\) is str$| is not None$/.test(condition?.text() ?? '');
  return isGuard && (same(alternative ?? null, node) || condition?.text().startsWith('type(') === true);
}

function rewrite(fn: PyFunction, name: string, region: Region, calls: SgNode[]): Rewrite {
  const first = calls[0] as SgNode;
  const once = fn.names.fresh(`${name}_${methodCall(first)?.method ?? 'converted'}`);
  return {
    title: `convert \`${name}\` once`,
    line: lineOf(first),
    edits: [
      ...insertBefore(fn, region.statement, [`${once} = ${first.text()} if type(${name}) is str else None`]),
      ...calls.map((node) => ({ start: startOf(node), end: endOf(node), text: `(${once} if ${once} is not None else ${node.text()})` })),
    ],
  };
}
