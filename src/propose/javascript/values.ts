import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from './function.js';
import { bare, methodCall } from './syntax.js';
import { parts } from '../source/tree.js';

/** What a fresh value is. `sequence`: an array, or a string (`slice`, `concat`). */
export type Fresh = 'array' | 'sequence' | 'object' | 'set' | 'map';

/** The kind of a value that the expression makes anew, so that nothing else can refer to it; null when it may not. */
export function freshKind(fn: JsFunction, expression: SgNode): Fresh | null {
  const node = bare(expression);
  if (node.kind() === 'array') return 'array';
  if (node.kind() === 'object') return 'object';
  if (node.kind() === 'new_expression') {
    const name = node.field('constructor')?.text() ?? '';
    if (!fn.isBuiltin(name)) return null;
    return ({ Array: 'array', Set: 'set', Map: 'map' } as const)[name] ?? null;
  }
  const call = methodCall(node);
  if (call === null || call.optional) return null;
  const place = `${call.receiver.text()}.${call.method}`;
  if (['Object.keys', 'Object.values', 'Object.entries'].includes(place) && fn.isBuiltin('Object')) return 'array';
  if (['Array.from', 'Array.of'].includes(place) && fn.isBuiltin('Array')) return 'array';
  if (place === 'Object.assign' && fn.isBuiltin('Object')) return call.args[0]?.text() === '{}' ? 'object' : null;
  if (call.method === 'split') return 'array';
  return ['slice', 'concat', 'map', 'filter'].includes(call.method) ? 'sequence' : null;
}

/** Whether the array that the expression gives has no holes. */
export function isDense(fn: JsFunction, expression: SgNode): boolean {
  const node = bare(expression);
  if (node.kind() === 'array') return !/[[,]\s*,/.test(node.text()) || parts(node).length === 0;
  const call = methodCall(node);
  if (call === null) return false;
  if (call.method === 'split' || call.method === 'filter') return true;
  return ['Object.keys', 'Object.values', 'Object.entries', 'Array.from'].includes(`${call.receiver.text()}.${call.method}`) && fn.isBuiltin(call.receiver.text());
}

/**
 * What a local variable always holds when nothing but the scope's own code can reach the value: made here, never handed
 * out before the function returns it, not captured. Null when that is not certain.
 */
export function privateKind(fn: JsFunction, name: string): Fresh | null {
  const binding = fn.binding(name);
  // A variable of a module may be exported, and one of a script is global.
  if (binding?.kind !== 'variable' || binding.init === null || fn.scope.kind() === 'program') return null;
  const kind = freshKind(fn, binding.init);
  if (kind === null) return null;
  for (const use of fn.uses(name)) {
    if (use.deferred || use.role === 'escape') return null;
    if (use.role !== 'write') continue;
    const parent = use.node.parent();
    const value = parent?.kind() === 'assignment_expression' ? parent.field('right') : null;
    if (value === null) return null;
    // `xs = xs.concat(…)`: what it made of an array is an array.
    const own = methodCall(bare(value))?.receiver.text() === name ? 'sequence' : null;
    const written = freshKind(fn, value);
    if (written !== kind && !(kind === 'array' && written !== null && written === own)) return null;
  }
  return kind;
}
