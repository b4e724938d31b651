import type { SgNode } from '@ast-grep/napi';
import { operatorOf, same, walk, within } from '../source/tree.js';
import { isTarget } from './bindings.js';
import { callbackMethods, mutatingMethods, pureConstructors, pureGlobals, pureMethods, pureNamespaces, pureObjectMethods } from './builtins.js';
import type { JsFunction } from './function.js';
import { isFunction, iterationCallOf, methodCall } from './syntax.js';
import { privateKind } from './values.js';

/**
 * Whether running the region changes no array or object but those that `privateKind` knows as the function's own: no call
 * of code that is not seen, no write to an element of something that may be an alias. Getters, coercions and named
 * properties other than `length` are taken to have no effect on arrays. Of the nodes in `known` only the parts are looked at.
 */
export function isHarmless(fn: JsFunction, region: SgNode, known: readonly SgNode[] = []): boolean {
  let harmless = true;
  walk(region, (node) => {
    if (!harmless) return false;
    if (isFunction(node) && iterationCallOf(node) === null) return false;
    if (!known.some((other) => same(other, node)) && !isHarmlessNode(fn, node)) harmless = false;
    return harmless;
  });
  return harmless;
}

function isHarmlessNode(fn: JsFunction, node: SgNode): boolean {
  switch (String(node.kind())) {
    case 'call_expression':
      return isHarmlessCall(fn, node);
    case 'new_expression': {
      const name = node.field('constructor')?.text() ?? '';
      return pureConstructors.has(name) && fn.isBuiltin(name);
    }
    // Other tasks run between the rounds of `for await`.
    case 'for_in_statement':
      return node.children().every((child) => child.kind() !== 'await');
    case 'await_expression':
    case 'yield_expression':
    case 'with_statement':
      return false;
    case 'subscript_expression':
      return !isTarget(node) || isPrivate(fn, node.field('object'));
    case 'member_expression':
      return !isTarget(node) || node.field('property')?.text() !== 'length' || isPrivate(fn, node.field('object'));
    case 'unary_expression':
      return operatorOf(node) !== 'delete' || isPrivate(fn, node.field('argument')?.field('object') ?? null);
    default:
      return true;
  }
}

function isHarmlessCall(fn: JsFunction, node: SgNode): boolean {
  const callee = node.field('function');
  if (callee?.kind() === 'identifier') return pureGlobals.has(callee.text()) && fn.isBuiltin(callee.text());
  const call = methodCall(node);
  if (call === null) return false;
  const receiver = call.receiver.kind() === 'identifier' ? call.receiver.text() : '';
  if (receiver === 'Object' && fn.isBuiltin('Object')) return pureObjectMethods.has(call.method);
  // A second argument of `Array.from`, `JSON.parse` and `JSON.stringify` is code to run.
  if (pureNamespaces.has(receiver) && fn.isBuiltin(receiver)) return call.args.length < 2 || !['Array', 'JSON'].includes(receiver);
  if (pureMethods.has(call.method)) return true;
  if (callbackMethods.has(call.method)) return call.args[0] !== undefined && isFunction(call.args[0]) && iterationCallOf(call.args[0]) !== null;
  const kind = privateKind(fn, receiver);
  if (kind === 'set' || kind === 'map') return ['has', 'get', 'set', 'add', 'delete'].includes(call.method);
  return mutatingMethods.has(call.method) && call.method !== 'sort' && kind !== null;
}

function isPrivate(fn: JsFunction, object: SgNode | null): boolean {
  return object?.kind() === 'identifier' && privateKind(fn, object.text()) !== null;
}

/**
 * Whether the variable holds one array with the same elements all through the region, apart from what the calls in `growth`
 * add to it.
 */
export function isStableArray(fn: JsFunction, name: string, region: SgNode, growth: readonly SgNode[] = []): boolean {
  const binding = fn.binding(name);
  if (binding === null || binding.kind === 'other') return false;
  for (const use of fn.uses(name)) {
    if (use.deferred && use.role === 'write') return false;
    if (!within(use.node, region)) continue;
    if (use.role === 'read' || use.role === 'test' || use.role === 'iterate' || use.role === 'return') continue;
    if (!growth.some((call) => within(use.node, call.field('function') ?? call))) return false;
  }
  return privateKind(fn, name) !== null || isHarmless(fn, region, growth);
}
