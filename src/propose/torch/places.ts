import type { SgNode } from '@ast-grep/napi';
import { all, parts } from '../source/tree.js';
import { callArguments, methodOf } from './call.js';
import { sourcesOf } from './flow.js';
import type { Located, TorchProgram } from './program.js';

/** Where the items of a batch begin in the data. */
export interface Places {
  /** The expression of all of them. */
  node: SgNode;
  kind: 'tensor' | 'array' | 'range' | 'list' | 'unknown';
  /** Whether a tensor of them is made on a device that is named. */
  onDevice: boolean;
  /** Why they may be other elements than slices would be; null where nothing is known against them. */
  bar: string | null;
}

const draws = new Set(['torch.randint', 'torch.randperm', 'torch.arange', 'torch.multinomial']);

/** What the places are that a comprehension or loop goes over. */
export function placesOf(program: TorchProgram, { module, node: over }: Located): Places {
  const method = methodOf(over);
  const node = method !== null && ['tolist', 'numpy', 'cpu'].includes(method.method) ? method.receiver : over;
  const sources = sourcesOf(program, { module, node });
  const kinds = sources.map((source) => kindOf(source));
  const [kind = 'unknown'] = kinds;
  const agreed = kinds.every((one) => one === kind) ? kind : 'unknown';
  const several = sources.find((source) => !isRow(source));
  const negative = sources.find((source) => mayBeNegative(source));
  const bar = several === undefined ? (negative === undefined ? null : `A place in \`${node.text()}\` may be negative: a slice would mean another place than an index.`) : `\`${node.text()}\` has more than one row.`;
  return { node, kind: agreed, onDevice: sources.some((source) => source.node.kind() === 'call' && callArguments(source.node).keywords.has('device')), bar };
}

function kindOf({ module, node }: Located): Places['kind'] {
  const call = node.kind() === 'subscript' ? (node.field('value') ?? node) : node;
  const path = module.pathOf(call.field('function')) ?? '';
  if (draws.has(path)) return 'tensor';
  if (path.startsWith('numpy.') || /^(?:integers|permutation|choice|randint)$/.test(methodOf(call)?.method ?? '')) return 'array';
  if (call.field('function')?.text() === 'range') return 'range';
  return ['list', 'list_comprehension'].includes(String(call.kind())) || ['list', 'sorted'].includes(call.field('function')?.text() ?? '') || path === 'random.sample' || path === 'random.choices' ? 'list' : 'unknown';
}

/** One row of numbers, as far as can be seen: `torch.randint(n, (B,))`, not `(B, 2)`. */
function isRow({ module, node }: Located): boolean {
  if (node.kind() !== 'call' || module.pathOf(node.field('function')) !== 'torch.randint') return true;
  const { positional, keywords } = callArguments(node);
  const size = keywords.get('size') ?? positional.at(-1);
  return size === undefined || !['tuple', 'list'].includes(String(size.kind())) || parts(size).length === 1;
}

/** Whether a lower bound is written that is below zero, or is no number. */
function mayBeNegative({ module, node }: Located): boolean {
  const call = node.kind() === 'list_comprehension' ? (all(node, 'call')[0] ?? node) : node;
  if (call.kind() !== 'call') return false;
  const path = module.pathOf(call.field('function')) ?? '';
  const { positional, keywords } = callArguments(call);
  const sized = path === 'torch.randint' && !keywords.has('size') ? positional.slice(0, -1) : positional;
  if (path === 'torch.randint' || /^numpy\.random\.randint$/.test(path) || /^random\.rand(?:int|range)$/.test(path) || methodOf(call)?.method === 'integers' || call.field('function')?.text() === 'range' || path === 'torch.arange') {
    const low = keywords.get('low') ?? (sized.length >= 2 || keywords.has('high') ? sized[0] : undefined);
    return low !== undefined && /^-|^\(-/.test(low.text());
  }
  return false;
}
