import type { SgNode } from '@ast-grep/napi';
import { parts, same } from '../source/tree.js';

export const functionKinds = ['function_declaration', 'function_expression', 'arrow_function', 'method_definition', 'generator_function', 'generator_function_declaration'];
export const loopKinds = ['for_statement', 'for_in_statement', 'while_statement', 'do_statement'];
const blockKinds = ['statement_block', 'program', 'switch_case', 'switch_default'];

/** Array methods that run their callback at once, and are done with it when they return. */
const iterationMethods = new Set(['forEach', 'map', 'filter', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flatMap', 'reduce', 'reduceRight', 'sort']);

export const isFunction = (node: SgNode): boolean => functionKinds.includes(String(node.kind()));
export const isLoop = (node: SgNode): boolean => loopKinds.includes(String(node.kind()));
export const isBlock = (node: SgNode): boolean => blockKinds.includes(String(node.kind()));

/** `receiver.method(...)`, also `receiver?.method(...)`: its parts; null for any other node. */
export function methodCall(node: SgNode | null): { receiver: SgNode; method: string; args: SgNode[]; optional: boolean } | null {
  if (node === null || node.kind() !== 'call_expression') return null;
  const callee = node.field('function');
  const args = node.field('arguments');
  if (callee?.kind() !== 'member_expression' || args?.kind() !== 'arguments') return null;
  const receiver = callee.field('object');
  const property = callee.field('property');
  if (receiver === null || property === null) return null;
  const optional = callee.find({ rule: { kind: 'optional_chain' } }) !== null || node.children().some((child) => child.kind() === 'optional_chain');
  return { receiver, method: property.text(), args: parts(args), optional };
}

/** The call whose callback the function is, when the call runs it at once (`xs.map(fn)`). */
export function iterationCallOf(fn: SgNode): SgNode | null {
  if (!['arrow_function', 'function_expression'].includes(String(fn.kind())) || fn.children().some((child) => child.kind() === 'async')) return null;
  const args = fn.parent();
  const call = args?.kind() === 'arguments' ? args.parent() : null;
  const found = methodCall(call);
  if (call === null || found === null || !iterationMethods.has(found.method)) return null;
  return same(found.args[0] ?? null, fn) ? call : null;
}

/** Names of the parameters of a function that are plain identifiers, in order; null stands for any other form. */
export function parametersOf(fn: SgNode): (SgNode | null)[] {
  const single = fn.field('parameter');
  if (single !== null) return [single];
  const list = fn.field('parameters');
  if (list === null) return [];
  return parts(list).map((parameter) => {
    if (parameter.kind() === 'identifier') return parameter;
    if (parameter.kind() !== 'required_parameter') return null;
    const pattern = parameter.field('pattern');
    return pattern?.kind() === 'identifier' && parameter.field('value') === null ? pattern : null;
  });
}

/** Without the parentheses around it. */
export function bare(node: SgNode): SgNode {
  let at = node;
  while (at.kind() === 'parenthesized_expression') {
    const inner = parts(at)[0];
    if (inner === undefined) return at;
    at = inner;
  }
  return at;
}

/** Literals whose value is the same in every evaluation and has no identity. */
export function isPrimitiveLiteral(node: SgNode): boolean {
  if (['string', 'number', 'true', 'false', 'null'].includes(String(node.kind()))) return true;
  return node.kind() === 'unary_expression' && node.field('operator')?.text() === '-' && node.field('argument')?.kind() === 'number';
}

/** An expression that can be written twice: reading it has no effect and gives the same both times. */
export function isSimple(node: SgNode): boolean {
  return node.kind() === 'identifier' || isPrimitiveLiteral(node);
}

/** The value of a string literal without escapes that differ between engines; null when it is not one. */
export function stringValue(node: SgNode): string | null {
  if (node.kind() !== 'string') return null;
  try {
    const quoted = node.text();
    const body = quoted.slice(1, -1);
    const value: unknown = JSON.parse(`"${quoted[0] === '"' ? body : body.replaceAll(String.raw`\'`, "'").replaceAll('"', String.raw`\"`)}"`);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

/** The one expression that a function without other statements gives back; null for any other function. */
export function resultOf(fn: SgNode): SgNode | null {
  if (fn.children().some((child) => child.kind() === 'async') || !['arrow_function', 'function_expression'].includes(String(fn.kind()))) return null;
  const body = fn.field('body');
  if (body === null) return null;
  if (body.kind() !== 'statement_block') return bare(body);
  const [only, ...rest] = parts(body);
  const value = only?.kind() === 'return_statement' && rest.length === 0 ? parts(only)[0] : undefined;
  return value === undefined ? null : bare(value);
}

/** A variable or a chain of its properties (`a.b.c`): reading it twice gives the same, and has no effect. */
export function isReadable(node: SgNode): boolean {
  if (isSimple(node)) return true;
  const object = node.kind() === 'member_expression' ? node.field('object') : null;
  return object !== null && (object.kind() === 'this' || (object.kind() !== 'string' && isReadable(object)));
}
