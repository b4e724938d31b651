import type { SgNode } from '@ast-grep/napi';
import { isTarget } from '../../javascript/bindings.js';
import { isHarmless } from '../../javascript/effects.js';
import type { JsFunction } from '../../javascript/function.js';
import { isFallback } from '../../javascript/membership.js';
import { declareBefore, regionsOf, type Region } from '../../javascript/regions.js';
import { methodCall } from '../../javascript/syntax.js';
import { privateKind } from '../../javascript/values.js';
import { all, endOf, lineOf, same, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';
import { isUnchanged } from './string-once-per-loop.js';

export const keysOncePerLoop: JavaScriptRecipe = {
  family: 'javascript',
  name: 'keys-once-per-loop',
  languages: ['javascript', 'typescript'],
  category: 'quadratic',
  title: 'List the keys of an object that a loop does not change (`Object.keys(o).length`, `Object.keys(o)[i]`) once',
  evidence: { findings: hostWork, text: 'Time in `Object.keys` of one loop.' },
  condition:
    'Only the length or single elements of the list are read. The loop changes no object but those made in this function that nothing else can refer to, and calls nothing unknown. At run time the list is used only if the variable held an object, else the call stays.',
  risk: 'An object that is a Proxy or has accessors with effects may notice the fewer calls.',
  expected: 'From n^2 to n where it is the bound of a loop over the keys.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Object/keys'],
  apply(fn) {
    if (!fn.isBuiltin('Object')) return [];
    const groups = new Map<string, { name: string; region: Region; calls: SgNode[] }>();
    for (const node of fn.owned('call_expression')) {
      const call = methodCall(node);
      const object = call?.args[0];
      if (call?.receiver.text() !== 'Object' || !['keys', 'values', 'entries'].includes(call.method) || call.args.length !== 1) continue;
      if (object?.kind() !== 'identifier' || !isElementRead(node) || isFallback(node)) continue;
      const name = object.text();
      const region = regionsOf(fn, node).findLast(({ statement }) => fn.declaredBefore(name, statement) && isStableObject(fn, name, statement));
      if (region === undefined) continue;
      const key = `${call.method} ${name} ${startOf(region.statement)}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { name, region, calls: [node] });
      else group.calls.push(node);
    }
    return [...groups.values()].map(({ name, region, calls }) => rewrite(fn, name, region, calls));
  },
};

/** `list.length`, or `list[i]` that is neither assigned nor called. */
function isElementRead(node: SgNode): boolean {
  const parent = node.parent();
  if (parent === null || !same(parent.field('object'), node) || isTarget(parent)) return false;
  if (parent.kind() === 'member_expression') return parent.field('property')?.text() === 'length';
  return parent.kind() === 'subscript_expression' && !same(parent.parent()?.field('function') ?? null, parent);
}

function isStableObject(fn: JsFunction, name: string, region: SgNode): boolean {
  if (!isUnchanged(fn, name, region)) return false;
  const inside = fn.uses(name).filter((use) => within(use.node, region));
  // `Object.keys(o)` itself counts as a test; anything that hands the object out, or changes it, is refused.
  if (!inside.every((use) => use.role === 'read' || use.role === 'test' || use.role === 'iterate' || use.role === 'return')) return false;
  if (privateKind(fn, name) !== null) return true;
  const isOwn = (target: SgNode): boolean => {
    const object = target.field('object');
    return object?.kind() === 'identifier' && privateKind(fn, object.text()) !== null;
  };
  return isHarmless(fn, region) && all(region, 'member_expression', 'subscript_expression').every((node) => !isTarget(node) || isOwn(node));
}

function rewrite(fn: JsFunction, name: string, region: Region, calls: SgNode[]): Rewrite {
  const first = calls[0] as SgNode;
  const method = methodCall(first)?.method ?? 'keys';
  const once = fn.names.fresh(`${name}${method.charAt(0).toUpperCase()}${method.slice(1)}`);
  return {
    title: `list the ${method} of \`${name}\` once`,
    line: lineOf(first),
    edits: [
      ...declareBefore(fn, region, [`${fn.constant} ${once} = typeof ${name} === 'object' && ${name} !== null ? ${first.text()} : null;`]),
      ...calls.map((node) => ({ start: startOf(node), end: endOf(node), text: `(${once} !== null ? ${once} : ${node.text()})` })),
    ],
  };
}
