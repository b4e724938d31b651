import type { SgNode } from '@ast-grep/napi';
import { parts } from '../source/tree.js';

/** The arguments of a call, by position and by name. */
export interface CallArguments {
  positional: SgNode[];
  keywords: ReadonlyMap<string, SgNode>;
  /** `*args` or `**kwargs`: what else is given is not known. */
  hasSplat: boolean;
}

export function callArguments(call: SgNode): CallArguments {
  const list = call.field('arguments');
  const given = list === null ? [] : list.kind() === 'argument_list' ? parts(list) : [list];
  const keywords = new Map<string, SgNode>();
  for (const keyword of given.filter((node) => node.kind() === 'keyword_argument')) {
    const value = keyword.field('value');
    if (value !== null) keywords.set(keyword.field('name')?.text() ?? '', value);
  }
  const splats = new Set(['list_splat', 'dictionary_splat']);
  return {
    positional: given.filter((node) => node.kind() !== 'keyword_argument' && !splats.has(String(node.kind()))),
    keywords,
    hasSplat: given.some((node) => splats.has(String(node.kind()))),
  };
}

/** The argument by its name or place; null when it is not given, or not for sure. */
export function argument(call: SgNode, name: string, place?: number): SgNode | null {
  const { positional, keywords } = callArguments(call);
  // `**options` give no places, `*values` may shift them.
  const isShifted = parts(call.field('arguments') ?? call).some((given) => given.kind() === 'list_splat');
  return keywords.get(name) ?? (place === undefined || isShifted ? null : (positional[place] ?? null));
}

/** `receiver.method(…)`: its parts; null for any other node. */
export function methodOf(node: SgNode | null): { receiver: SgNode; method: string } | null {
  const callee = node?.kind() === 'call' ? node.field('function') : null;
  if (callee?.kind() !== 'attribute') return null;
  const receiver = callee.field('object');
  const method = callee.field('attribute')?.text();
  return receiver === null || method === undefined ? null : { receiver, method };
}

/** `x` of `((x))`. */
export function unwrapped(node: SgNode): SgNode {
  const inner = node.kind() === 'parenthesized_expression' ? parts(node)[0] : undefined;
  return inner === undefined ? node : unwrapped(inner);
}
