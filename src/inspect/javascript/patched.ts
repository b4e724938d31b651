import type { SgNode } from '@ast-grep/napi';
import { methodCall } from '../../propose/javascript/syntax.js';
import { all, lineOf } from '../../propose/source/tree.js';
import type { Found } from '../found.js';
import { whys } from '../whys.js';
import type { Scopes } from './scopes.js';

const builtins = 'performance|Date|Math|console|JSON|Object|Array|String|Number|BigInt|Boolean|Promise|Reflect|Symbol|Map|Set|WeakMap|WeakSet|RegExp|Function|Error|Intl|Buffer|process|Atomics|Int8Array|Uint8Array|Float64Array';
const whole = 'globalThis|global';
const ofRuntime = new RegExp(String.raw`^(?:(?:(?:${whole})\??\.)?(?:${builtins})(?:\.(?:prototype|constructor))*|${whole})$`);
const prototypeOf = /^(?:Object|Reflect)\.getPrototypeOf\s*\(|\.__proto__$|\.constructor\.prototype$/;
const setting = /^(?:Object\.(?:defineProperty|defineProperties|assign|setPrototypeOf)|Reflect\.(?:set|defineProperty|deleteProperty|setPrototypeOf))$/;

/**
 * Assignments to what belongs to the runtime through another name for it: `const kind = Object.getPrototypeOf(clock)` and
 * `kind.now = …`, `const { prototype } = Number` and `prototype.toFixed = …`.
 */
export function javascriptPatched(root: SgNode, scopes: Scopes): Found[] {
  const names = namesOfRuntime(root);
  const isAlias = (node: SgNode | null | undefined): boolean => node?.kind() === 'identifier' && names.has(node.text()) && !scopes.around(node).some((fn) => scopes.declares(fn, node.text()));
  const isPrototype = (node: SgNode): boolean => prototypeOf.test(node.text());
  const assigned = all(root, 'assignment_expression', 'augmented_assignment_expression').filter((node) => {
    const place = node.field('left');
    if (place === null || !isEntry(place)) return false;
    const owners = ownersOf(place);
    return isAlias(owners.at(-1)) || owners.some(isPrototype);
  });
  const defined = all(root, 'call_expression').filter((call) => {
    const [target] = methodCall(call)?.args ?? [];
    return setting.test(call.field('function')?.text() ?? '') && target !== undefined && (isAlias(target) || isPrototype(target));
  });
  return [...assigned, ...defined].map((node) => ({ code: 'patched', key: node.text().slice(0, 80).replaceAll(/\s+/g, ''), lines: [lineOf(node)], why: whys.patched }));
}

/** The names that stand for an object of the runtime, or for the prototype of anything. */
function namesOfRuntime(root: SgNode): Set<string> {
  const names = new Set<string>();
  for (const declarator of all(root, 'variable_declarator')) {
    const [name, value] = [declarator.field('name'), declarator.field('value')];
    if (name === null || value === null) continue;
    const text = value.text();
    if (!ofRuntime.test(text) && !prototypeOf.test(text) && !names.has(text)) continue;
    const bound = name.kind() === 'identifier' ? [name] : all(name, 'identifier', 'shorthand_property_identifier_pattern');
    for (const id of bound) names.add(id.text());
  }
  return names;
}

const isEntry = (node: SgNode): boolean => node.kind() === 'member_expression' || node.kind() === 'subscript_expression';

/** What an entry is of, and what that is of, to the beginning of the chain. */
function ownersOf(place: SgNode): SgNode[] {
  const owners: SgNode[] = [];
  for (let at = place.field('object'); at !== null; at = isEntry(at) ? at.field('object') : null) owners.push(at);
  return owners;
}
