import type { SgNode } from '@ast-grep/napi';
import { all, parts, same, startOf } from '../source/tree.js';
import { methodOf, unwrapped } from './call.js';
import type { PyModule } from './module.js';

/** One item of a batch as a slice of the data: `data[i + 1:i + 1 + T]`. */
export interface ItemSlice {
  /** The `[…]` and what it is of. */
  subscript: SgNode;
  data: SgNode;
  /** What is added to the place where the item begins: `1`; empty for nothing. */
  offset: string;
  /** How many elements it has: `T`. */
  length: string;
  /** Whether the data is a NumPy array, which each item makes a tensor of. */
  isArray: boolean;
}

/** Types of numbers and copies, which are the same for each item and for all at once. */
const elementwise = new Set(['long', 'int', 'float', 'half', 'astype', 'to', 'clone', 'copy', 'type']);

/** The slice that an element of a comprehension is of, with conversions around it; null for anything else. */
export function itemSlice(module: PyModule, element: SgNode, start: string): ItemSlice | null {
  const node = unwrapped(element);
  if (node.kind() === 'subscript') return sliceOf(node, start);
  if (node.kind() !== 'call') return null;
  if (['torch.from_numpy', 'torch.as_tensor', 'torch.tensor'].includes(module.pathOf(node.field('function')) ?? '')) {
    const given = parts(node.field('arguments') ?? node);
    const inner = given.length === 1 && given[0] !== undefined ? itemSlice(module, given[0], start) : null;
    return inner === null || module.pathOf(node.field('function')) !== 'torch.from_numpy' ? null : { ...inner, isArray: true };
  }
  const method = methodOf(node);
  const mentions = all(node.field('arguments') ?? node, 'identifier').some((id) => id.text() === start);
  return method !== null && elementwise.has(method.method) && !mentions ? itemSlice(module, method.receiver, start) : null;
}

function sliceOf(subscript: SgNode, start: string): ItemSlice | null {
  const data = subscript.field('value');
  const inner = parts(subscript).filter((node) => !same(node, data) && startOf(node) > startOf(data ?? subscript));
  const [slice] = inner;
  if (data === null || !/^[\w.]+$/.test(data.text()) || inner.length !== 1 || slice?.kind() !== 'slice') return null;
  const [from, to, ...more] = slice.text().split(':');
  const begin = termsOf(from ?? '');
  const end = termsOf(to ?? '');
  if (begin === null || end === null || more.length > 0 || begin.names.filter((name) => name === start).length !== 1 || end.names.filter((name) => name === start).length !== 1) return null;
  const rest = [...end.names];
  for (const name of begin.names) {
    const at = rest.indexOf(name);
    if (at < 0) return null;
    rest.splice(at, 1);
  }
  const difference = end.number - begin.number;
  const length = sum(rest, difference);
  return length === '' ? null : { subscript, data, offset: sum(begin.names.filter((name) => name !== start), begin.number), length, isArray: false };
}

/** Names and the sum of numbers of `i + 1 + T`; null for anything but a sum of them. */
function termsOf(text: string): { names: string[]; number: number } | null {
  const terms = text.split('+').map((term) => term.trim());
  if (terms.some((term) => !/^(?:\d+|[A-Za-z_][\w.]*)$/.test(term))) return null;
  return { names: terms.filter((term) => !/^\d+$/.test(term)), number: terms.filter((term) => /^\d+$/.test(term)).reduce((total, term) => total + Number(term), 0) };
}

function sum(names: readonly string[], number: number): string {
  if (names.length === 0) return number > 0 ? String(number) : '';
  return `${names.join(' + ')}${number > 0 ? ` + ${number}` : number < 0 ? ` - ${-number}` : ''}`;
}
