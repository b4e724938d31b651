import type { SgNode } from '@ast-grep/napi';
import { parts } from '../source/tree.js';
import { callArguments, methodOf, unwrapped } from './call.js';
import { sourcesOf } from './flow.js';
import { isLossCall } from './losses.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';

/** What kind of numbers a small tensor holds, and its shape as a text: `''` for a single number. */
export interface SmallTensor {
  numbers: 'floating' | 'whole';
  shape: string;
}

/** What a tensor is that the text shows to be a few numbers, in all its origins alike; null for any other. */
export function smallTensor(program: TorchProgram, value: Located): SmallTensor | null {
  const found = sourcesOf(program, value).map((source) => made(program, source, 0));
  const [first = null] = found;
  return first !== null && found.every((one) => one?.numbers === first.numbers && one.shape === first.shape) ? first : null;
}

function made(program: TorchProgram, { module, node }: Located, depth: number): SmallTensor | null {
  const value = unwrapped(node);
  const again = (one: SgNode | null): SmallTensor | null => {
    if (one === null || depth > 4) return null;
    const found = sourcesOf(program, { module, node: one }).map((source) => made(program, source, depth + 1));
    const [first = null] = found;
    return first !== null && found.every((other) => other?.numbers === first.numbers && other.shape === first.shape) ? first : null;
  };
  if (value.kind() === 'binary_operator') {
    const [left, right] = [value.field('left'), value.field('right')];
    const of = again(left);
    // `total / len(loader)`
    const isByNumber = right !== null && (/^(?:integer|float)$/.test(String(right.kind())) || /^(?:len|max|float|int)\(|get_world_size\(\)$|^(?:n|num_\w+|n_\w+|world_size|\w*steps|\w*batches)$/.test(right.text()));
    return of !== null && isByNumber && ['/', '*'].includes(value.field('operator')?.text() ?? '') ? { ...of, numbers: value.field('operator')?.text() === '/' ? 'floating' : of.numbers } : null;
  }
  if (value.kind() !== 'call') return null;
  // A loss that is not reduced has as many numbers as the batch.
  if (isLossCall(module, value)) return /\breduction\s*=\s*['"]none/.test(module.source) ? null : { numbers: 'floating', shape: '' };
  const path = module.pathOf(value.field('function'));
  const method = methodOf(value);
  if (path === null && method !== null) {
    if (['detach', 'clone', 'contiguous'].includes(method.method)) return again(method.receiver);
    if (['float', 'double'].includes(method.method)) { const of = again(method.receiver); return of === null ? null : { ...of, numbers: 'floating' }; }
    return null;
  }
  const { positional, keywords } = callArguments(value);
  const type = keywords.get('dtype')?.text() ?? '';
  const typed = /float|double|half/.test(type) ? 'floating' : /int|long/.test(type) ? 'whole' : null;
  if (/^torch\.(?:zeros|ones)$/.test(path ?? '')) {
    const shape = positional.map((one) => one.text()).join(', ').replace(/^[([]\s*|[)\]]$/g, '').replace(/,$/, '');
    return /^\d*$/.test(shape) && positional.length <= 1 && (positional.length === 1 || !keywords.has('size')) ? { numbers: typed ?? (type === '' ? 'floating' : 'whole'), shape } : null;
  }
  if (path !== 'torch.tensor') return null;
  const [given] = positional;
  const items = given?.kind() === 'list' ? parts(given) : given === undefined ? [] : [given];
  const isFloating = items.length > 0 && items.every((one) => one.kind() === 'float' || one.text().startsWith('float('));
  const isWhole = items.length > 0 && items.every((one) => one.kind() === 'integer' || /^(?:int|len)\(/.test(one.text()));
  const numbers = typed ?? (type === '' ? (isFloating ? 'floating' : isWhole ? 'whole' : null) : null);
  if (numbers === null || items.some((one) => ['list', 'tuple'].includes(String(one.kind())) || !isNumber(module, one))) return null;
  return { numbers, shape: given?.kind() === 'list' ? String(items.length) : '' };
}

/** Whether an element of `torch.tensor(…)` looks like one number. */
function isNumber(module: PyModule, node: SgNode): boolean {
  return ['integer', 'float', 'binary_operator', 'unary_operator'].includes(String(node.kind())) || /^(?:float|int|len|sum)\(/.test(node.text()) || methodOf(node)?.method === 'item' || /(?:total|sum|loss|count|correct|acc|seen|\bn)\w*$/i.test(node.text()) || module.pathOf(node) !== null;
}
