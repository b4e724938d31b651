import type { SgNode } from '@ast-grep/napi';
import { all, operatorOf, parts, same, startOf } from '../source/tree.js';
import { callArguments, methodOf, unwrapped } from './call.js';
import type { PyModule } from './module.js';
import { difference, namesOf, polynomialOf, textOf, type Polynomial } from './polynomial.js';

/** One item of a batch as a part of the data: `data[i + 1:i + 1 + T]`, `data[i + T]`. */
export interface ItemSlice {
  /** The part in the brackets that names the place. */
  place: SgNode;
  data: SgNode;
  /** What the place is multiplied with: `T` of `data[i * T:(i + 1) * T]`; empty for nothing. */
  factor: string;
  /** What is added to it, with its sign: `+ 1`; empty for nothing. */
  offset: string;
  /** How many elements it has: `T`; null for one element. */
  length: string | null;
  /** Whether each item makes a tensor of a part of a NumPy array. */
  isArray: boolean;
  /** Whether a function that takes lists, too, makes a tensor or array of each item. */
  isConverted: boolean;
}

/** Methods that work on each number by itself, or copy: the same for each item and for all at once. */
const elementwise = new Set(['long', 'int', 'float', 'half', 'bfloat16', 'double', 'astype', 'to', 'cuda', 'cpu', 'clone', 'copy', 'type', 'detach', 'contiguous', 'type_as', 'bool', 'abs', 'clamp', 'pin_memory']);
const ofArray = new Set(['torch.from_numpy']);
const ofEither = new Set(['torch.as_tensor', 'torch.tensor', 'torch.LongTensor', 'torch.FloatTensor', 'torch.Tensor', 'numpy.array', 'numpy.asarray']);

/** The part of the data that an element of a batch is, with conversions around it; null for anything else. `start` is the name of its place. */
export function itemSlice(module: PyModule, element: SgNode, start: string): ItemSlice | null {
  const node = unwrapped(element);
  const mentions = (one: SgNode): boolean => one.text() === start || all(one, 'identifier').some((id) => id.text() === start);
  if (node.kind() === 'subscript') return sliceOf(node, start);
  if (node.kind() === 'binary_operator') {
    // `(data[i:i + T] - mean) / std`
    const [left, right] = [node.field('left'), node.field('right')];
    return left !== null && right !== null && ['+', '-', '*', '/'].includes(operatorOf(node)) && !mentions(right) && all(right, 'call').length === 0 ? itemSlice(module, left, start) : null;
  }
  if (node.kind() !== 'call') return null;
  const path = module.pathOf(node.field('function')) ?? '';
  if (ofArray.has(path) || ofEither.has(path)) {
    const { positional, keywords, hasSplat } = callArguments(node);
    const inner = positional.length === 1 && positional[0] !== undefined && !hasSplat && [...keywords.values()].every((one) => !mentions(one)) ? itemSlice(module, positional[0], start) : null;
    return inner === null ? null : { ...inner, isArray: inner.isArray || ofArray.has(path), isConverted: inner.isConverted || ofEither.has(path) };
  }
  const method = methodOf(node);
  if (method === null || !elementwise.has(method.method) || mentions(node.field('arguments') ?? node)) return null;
  const inner = itemSlice(module, method.receiver, start);
  return inner === null ? null : { ...inner, isArray: inner.isArray || method.method === 'astype' };
}

function sliceOf(subscript: SgNode, start: string): ItemSlice | null {
  const data = subscript.field('value');
  const [place, ...others] = parts(subscript).filter((node) => !same(node, data) && startOf(node) > startOf(data ?? subscript));
  if (data === null || place === undefined || !/^[\w.]+(?:\[["'\w]+\])?$/.test(data.text()) || data.text() === start) return null;
  if (others.some((one) => !['slice', 'integer'].includes(String(one.kind())))) return null;
  const bounds = place.kind() === 'slice' ? boundsOf(place) : [place];
  const [from, to] = bounds ?? [];
  if (from === undefined) return null;
  const begin = beginOf(polynomialOf(from), start);
  if (begin === null) return null;
  if (to === undefined) return { place, data, ...begin, length: null, isArray: false, isConverted: false };
  const length = difference(polynomialOf(to), polynomialOf(from));
  const isPlain = [...length.keys()].every((key) => !namesOf(key).some((name) => mentionsPlace(name, start)));
  return isPlain && length.size > 0 ? { place, data, ...begin, length: textOf(length), isArray: false, isConverted: false } : null;
}

/** `a` and `b` of `a:b`; null where one is left out or there is a step. */
function boundsOf(slice: SgNode): SgNode[] | null {
  const found = parts(slice);
  return found.length === 2 && slice.children().filter((one) => one.text() === ':').length === 1 ? found : null;
}

/** Whether a name of a product is the place, or something that is made of it. */
function mentionsPlace(name: string, start: string): boolean {
  return name === start || (/^\w+$/.test(start) ? new RegExp(`\\b${start}\\b`).test(name) : name.includes(start));
}

/** How the first place is made of the name: once, multiplied and added to. */
function beginOf(begin: Polynomial, start: string): { factor: string; offset: string } | null {
  const of = [...begin].filter(([key]) => namesOf(key).some((name) => mentionsPlace(name, start)));
  const [only] = of;
  if (only === undefined || of.length > 1) return null;
  const [key, number] = only;
  const names = namesOf(key);
  const rest = names.filter((name) => name !== start);
  if (names.length - rest.length !== 1 || number < 1) return null;
  const factor = [...(number === 1 ? [] : [String(number)]), ...rest].join(' * ');
  const others = textOf(new Map([...begin].filter(([other]) => other !== key)));
  return { factor, offset: others === '' ? '' : others.startsWith('-') ? `- ${others.slice(1)}` : `+ ${others}` };
}
