import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from './function.js';
import type { Region } from './regions.js';
import { methodCall } from './syntax.js';
import { freshKind } from './values.js';

/** Methods that streams, observables and iterators have too, and that run their callback later there. */
const lazyMethods = new Set(['map', 'filter', 'flatMap', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'reduce', 'reduceRight']);
/** Methods whose result is an array where the receiver is one. */
const chained = new Set(['map', 'filter', 'flatMap', 'flat', 'slice', 'concat', 'reverse', 'sort']);

/**
 * The test that the named value is an array whose search is that of the language: a subclass may have another, and so
 * have the reactive arrays of Vue, which find an object also where they hold a proxy of it.
 */
export const isSearchedPlainly = (name: string, method: 'includes' | 'indexOf'): string => `Array.isArray(${name}) && ${name}.${method} === Array.prototype.${method}`;

/**
 * The test that the callback which is the region's loop runs before the statement ends: what it is
 * called for is an array. None where it certainly is, or the loop is a statement.
 */
export function runsAtOnce(fn: JsFunction, { loop, statement }: Region, known: string): string[] {
  const call = methodCall(loop);
  if (call === null || !lazyMethods.has(call.method)) return [];
  const root = rootOf(call.receiver);
  return root.text() === known || !isKnownBefore(fn, root, statement) || isArray(fn, root) ? [] : [`Array.isArray(${root.text()})`];
}

function rootOf(node: SgNode): SgNode {
  const call = methodCall(node);
  return call !== null && chained.has(call.method) ? rootOf(call.receiver) : node;
}

/** A variable that has its value in front of the statement, or a property of `this`: of another object the statement may ask first whether it is one. */
function isKnownBefore(fn: JsFunction, node: SgNode, statement: SgNode): boolean {
  if (node.kind() === 'member_expression') return node.field('object')?.kind() === 'this' && node.field('property')?.kind() === 'property_identifier';
  if (node.kind() !== 'identifier') return false;
  return fn.uses(node.text()).every((use) => use.role !== 'declare') || fn.declaredBefore(node.text(), statement);
}

/** By where it comes from, or by its type as written. */
function isArray(fn: JsFunction, node: SgNode): boolean {
  const binding = node.kind() === 'identifier' ? fn.binding(node.text()) : null;
  if (binding?.init != null && freshKind(fn, binding.init) === 'array') return true;
  return /(?:\[\]|^:\s*(?:Readonly)?Array<.*>)$/s.test((binding?.declarator ?? binding?.id.parent())?.field('type')?.text() ?? '');
}
