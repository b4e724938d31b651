import type { SgNode } from '@ast-grep/napi';
import { walk, within } from '../source/tree.js';
import { isTarget } from './bindings.js';
import { builtinErrors, mutatingMethods, pureBuiltins, pureMethods } from './builtins.js';
import { methodCall, nameCall, type PyFunction } from './function.js';

/** Whether the expression makes a new list, so that nothing else can refer to it. */
export function isFreshList(fn: PyFunction, node: SgNode): boolean {
  if (node.kind() === 'list' || node.kind() === 'list_comprehension') return true;
  const call = nameCall(node);
  if (call !== null) return ['list', 'sorted'].includes(call.name) && fn.areBuiltin(call.name);
  return ['split', 'splitlines'].includes(methodCall(node)?.method ?? '');
}

/** Whether the name always holds a list made in this function that nothing else can refer to before it is returned. */
export function isPrivateList(fn: PyFunction, name: string): boolean {
  if (looksAtLocals(fn)) return false;
  const values = fn.assignedValues(name);
  if (values === null || values.length === 0 || !values.every((value) => isFreshList(fn, value))) return false;
  return fn.hot.kind() === 'function_definition' && fn.uses(name).every((use) => !use.deferred && use.role !== 'escape');
}

/** Whether the function can get at its variables by their names. */
export function looksAtLocals(fn: PyFunction): boolean {
  return ['locals', 'vars', 'eval', 'exec', 'dir'].some((name) => fn.uses(name).length > 0);
}

/**
 * Whether running the region changes no list but those that are the function's own: no call of code that is not seen, no
 * write to an element of something that may be an alias. Operators and attributes are taken to have no effect on lists.
 */
export function isHarmless(fn: PyFunction, region: SgNode): boolean {
  let harmless = true;
  walk(region, (node) => {
    if (!harmless || ['function_definition', 'lambda', 'class_definition'].includes(String(node.kind()))) return false;
    harmless = isHarmlessNode(fn, node);
    return harmless;
  });
  return harmless;
}

function isHarmlessNode(fn: PyFunction, node: SgNode): boolean {
  switch (String(node.kind())) {
    case 'call': {
      const call = nameCall(node);
      if (call !== null && node.parent()?.kind() === 'raise_statement' && builtinErrors.has(call.name) && fn.areBuiltin(call.name)) return true;
      // `key=` and the like are code to run.
      if (call !== null) return pureBuiltins.has(call.name) && fn.areBuiltin(call.name) && call.args.every((arg) => arg.kind() !== 'keyword_argument' && arg.kind() !== 'lambda');
      const method = methodCall(node);
      if (method === null) return false;
      if (pureMethods.has(method.method)) return true;
      return mutatingMethods.has(method.method) && method.method !== 'sort' && isOwn(fn, method.receiver);
    }
    // Other tasks run between the rounds of `async for`.
    case 'for_statement':
    case 'for_in_clause':
      return node.children().every((child) => child.kind() !== 'async');
    case 'await':
    case 'yield':
    case 'with_statement':
    case 'exec_statement':
      return false;
    case 'subscript':
      return !isTarget(node) || isOwn(fn, node.field('value'));
    case 'augmented_assignment': {
      // `xs += ys` changes a list in place.
      const left = node.field('left');
      const operator = node.field('operator')?.text();
      return left?.kind() !== 'identifier' || (operator !== '+=' && operator !== '*=') || isOwn(fn, left) || isNumberStep(node);
    }
    default:
      return true;
  }
}

/** `i += 1`: what a number is added to is no list. */
function isNumberStep(node: SgNode): boolean {
  return ['integer', 'float', 'string'].includes(String(node.field('right')?.kind()));
}

/** A set or dict display, or list, made here and known to nobody else. */
function isOwn(fn: PyFunction, object: SgNode | null): boolean {
  if (object?.kind() !== 'identifier') return false;
  if (isPrivateList(fn, object.text())) return true;
  const values = fn.assignedValues(object.text());
  const fresh = (value: SgNode): boolean => ['dictionary', 'set', 'dictionary_comprehension', 'set_comprehension'].includes(String(value.kind())) || ['dict', 'set'].includes(nameCall(value)?.name ?? '');
  return values !== null && values.length > 0 && values.every(fresh);
}

/** Whether the name holds one list with the same elements all through the region. */
export function isStableList(fn: PyFunction, name: string, region: SgNode): boolean {
  if (!fn.isUnchanged(name, region)) return false;
  const calm = new Set(['read', 'test', 'iterate', 'return', 'escape']);
  const inside = fn.uses(name).filter((use) => within(use.node, region));
  if (!inside.every((use) => calm.has(use.role))) return false;
  if (isPrivateList(fn, name)) return true;
  return inside.every((use) => use.role !== 'escape') && isHarmless(fn, region);
}
