import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { isFallback } from '../../javascript/membership.js';
import { declareBefore, regionsOf, type Region } from '../../javascript/regions.js';
import { methodCall } from '../../javascript/syntax.js';
import { endOf, lineOf, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

const methods = new Set(['toLowerCase', 'toUpperCase', 'trim', 'trimStart', 'trimEnd', 'normalize']);

export const stringOncePerLoop: JavaScriptRecipe = {
  family: 'javascript',
  name: 'string-once-per-loop',
  languages: ['javascript', 'typescript'],
  category: 'repeated-work',
  title: 'Convert a string that a loop does not change (`query.toLowerCase()`) once in front of the loop',
  evidence: { findings: hostWork, text: 'Time in converting strings in a loop.' },
  condition: 'The variable is not assigned in the loop. At run time the result is used only if it held a string, which nothing can change; else the call stays where it was.',
  risk: 'One conversion is wasted when the loop never runs.',
  expected: 'Saves one conversion an iteration: search and filter callbacks.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/String/toLowerCase', 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/String/trim'],
  apply(fn) {
    const groups = new Map<string, { region: Region; calls: SgNode[] }>();
    for (const node of fn.owned('call_expression')) {
      const call = methodCall(node);
      if (call === null || !methods.has(call.method) || call.args.length > 0 || call.optional || call.receiver.kind() !== 'identifier' || isFallback(node)) continue;
      const name = call.receiver.text();
      const region = regionsOf(fn, node).findLast(({ statement }) => fn.declaredBefore(name, statement) && isUnchanged(fn, name, statement));
      if (region === undefined) continue;
      const key = `${name}.${call.method} ${startOf(region.statement)}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { region, calls: [node] });
      else group.calls.push(node);
    }
    return [...groups.values()].map(({ region, calls }) => rewrite(fn, region, calls));
  },
};

/** Whether the variable keeps its value in the region. */
export function isUnchanged(fn: JsFunction, name: string, region: SgNode): boolean {
  const binding = fn.binding(name);
  return binding !== null && binding.kind !== 'other' && fn.uses(name).every((use) => use.role !== 'write' || (!use.deferred && !within(use.node, region)));
}

function rewrite(fn: JsFunction, region: Region, calls: SgNode[]): Rewrite {
  const first = calls[0] as SgNode;
  const call = methodCall(first);
  const name = call?.receiver.text() ?? '';
  const once = fn.names.fresh(`${name}${call?.method === 'toLowerCase' ? 'Lower' : call?.method === 'toUpperCase' ? 'Upper' : 'Converted'}`);
  return {
    title: `convert \`${name}\` once`,
    line: lineOf(first),
    edits: [
      ...declareBefore(fn, region, [`${fn.constant} ${once} = typeof ${name} === 'string' ? ${first.text()} : null;`]),
      ...calls.map((node) => ({ start: startOf(node), end: endOf(node), text: `(${once} !== null ? ${once} : ${node.text()})` })),
    ],
  };
}
