import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { all, parts, same } from '../source/tree.js';
import { callArguments, methodOf, unwrapped } from './call.js';
import type { PyModule } from './module.js';
import { isNumber } from './plain-numbers.js';
import { withKeyword } from './statements.js';

/** Functions of PyTorch that make a tensor of sizes and numbers alone. */
const factories = new Set(['arange', 'zeros', 'ones', 'full', 'eye', 'empty', 'linspace', 'logspace', 'range', 'tril_indices', 'triu_indices', 'hann_window', 'hamming_window', 'blackman_window', 'bartlett_window', 'kaiser_window']);
const randomFactories = new Set(['rand', 'randn', 'randint', 'randperm', 'normal']);
/** Functions that compute, and give a tensor where what they are given is. */
const operations = new Set(['cat', 'concat', 'stack', 'tril', 'triu', 'flip', 'outer', 'exp', 'log', 'sin', 'cos', 'sqrt', 'pow', 'abs', 'logical_not', 'roll', 'diag', 'block_diag', 'cumsum', 'repeat_interleave', 'sigmoid', 'clamp', 'where', 'unsqueeze', 'reshape', 'transpose', 'cartesian_prod', 'meshgrid', 'squeeze', 'permute', 'clip', 'square', 'floor', 'minimum', 'maximum']);
/** Methods that compute, or give another view, in place too. */
const methods = new Set(['long', 'float', 'int', 'bool', 'double', 'half', 'byte', 'view', 'reshape', 'unsqueeze', 'squeeze', 'repeat', 'expand', 'transpose', 't', 'permute', 'flatten', 'tril', 'triu', 'flip', 'contiguous', 'clone', 'type', 'masked_fill', 'masked_fill_', 'fill_', 'zero_', 'exp', 'log', 'sin', 'cos', 'sqrt', 'pow', 'mul', 'add', 'sub', 'div', 'neg', 'abs', 'mul_', 'add_', 'div_', 'sub_', 'repeat_interleave', 'cumsum', 'fill_diagonal_', 'clamp', 'eq', 'ne', 'lt', 'gt', 'le', 'ge', 'roll', 'diag', 'fliplr', 'requires_grad_', 'sum', 'T', 'outer', 'logical_not']);
const randomMethods = new Set(['uniform_', 'normal_', 'random_', 'bernoulli_', 'exponential_', 'bernoulli']);

/** An expression that makes a tensor on the host, of nothing that is on a device. */
export interface HostMade {
  /** The calls that have to be given the device. */
  made: SgNode[];
  /** Whether they draw random numbers. */
  isRandom: boolean;
}

/** What an expression may have in it besides. */
export interface Known {
  /** Names of tensors that are made on the host. */
  names: ReadonlySet<string>;
  /** Whether `torch.tensor([…])` counts: its numbers are copied to the device either way. */
  ofNumbers: boolean;
}

const nothing: Known = { names: new Set(), ofNumbers: false };
/** Methods that read nothing but the shape of another tensor. */
const shaping = new Set(['expand_as', 'view_as', 'reshape_as']);

/** Null where the expression is anything else, or a part of it could be. */
export function hostMade(module: PyModule, expression: SgNode, known: Known = nothing): HostMade | null {
  const node = unwrapped(expression);
  switch (String(node.kind())) {
    case 'identifier':
      return known.names.has(node.text()) ? { made: [], isRandom: false } : null;
    case 'call':
      return madeByCall(module, node, known);
    case 'unary_operator':
      return hostMade(module, node.field('argument') ?? node.namedChildren()[0] ?? node.parent() ?? node, known);
    case 'binary_operator':
      return both(module, [node.field('left'), node.field('right')], known);
    case 'comparison_operator':
      return both(module, parts(node), known);
    case 'subscript': {
      const value = node.field('value');
      return value !== null && parts(node).slice(1).every(isIndex) ? hostMade(module, value, known) : null;
    }
    case 'attribute':
      return node.field('attribute')?.text() === 'T' ? hostMade(module, node.field('object') ?? node, known) : null;
    default:
      return null;
  }
}

/** Edits that make all of it on the device. */
export function onDevice(module: PyModule, { made }: HostMade, device: string): TextEdit[] {
  return made.map((call) => withKeyword(module, call, `device=${device}`));
}

function madeByCall(module: PyModule, call: SgNode, known: Known): HostMade | null {
  const { positional, keywords, hasSplat } = callArguments(call);
  const path = module.pathOf(call.field('function'));
  if (path === null) {
    const method = methodOf(call);
    if (method === null || hasSplat || keywords.has('generator')) return null;
    if (shaping.has(method.method)) return hostMade(module, method.receiver, known);
    const isRandom = randomMethods.has(method.method);
    if (!methods.has(method.method) && !isRandom) return null;
    const inner = hostMade(module, method.receiver, known);
    const given = withTensors(module, [...positional, ...keywords.values()], known);
    return inner === null || given === null ? null : { made: [...inner.made, ...given.made], isRandom: inner.isRandom || given.isRandom || isRandom };
  }
  const name = /^torch\.(\w+)$/.exec(path)?.[1] ?? '';
  if (factories.has(name) || randomFactories.has(name) || (known.ofNumbers && name === 'tensor')) {
    const isOther = ['device', 'generator', 'out', 'pin_memory', 'names'].some((keyword) => keywords.has(keyword));
    // `torch.normal(mean, std)` of tensors.
    if (isOther || (name === 'normal' && !keywords.has('size'))) return null;
    return { made: [call], isRandom: randomFactories.has(name) };
  }
  if (!operations.has(name) || hasSplat || keywords.has('out')) return null;
  return both(module, [...positional.flatMap((node) => (['list', 'tuple'].includes(String(node.kind())) ? parts(node) : [node])), ...keywords.values()], known);
}

/** All of them made on the host, or numbers; at least one a tensor. */
function both(module: PyModule, nodes: readonly (SgNode | null)[], known: Known): HostMade | null {
  const given = nodes.flatMap((node) => node ?? []);
  return given.every((node) => isNumber(module, node)) ? null : withTensors(module, given, known);
}

function withTensors(module: PyModule, nodes: readonly SgNode[], known: Known): HostMade | null {
  const found = nodes.map((node) => (known.names.has(node.text()) || !isNumber(module, node) ? hostMade(module, node, known) : { made: [], isRandom: false }));
  if (found.some((one) => one === null)) return null;
  return { made: found.flatMap((one) => one?.made ?? []), isRandom: found.some((one) => one?.isRandom === true) };
}

/** `None`, `:`, `0`, `:n`: nothing of a device. */
function isIndex(node: SgNode): boolean {
  return ['none', 'slice', 'integer', 'ellipsis', 'unary_operator', 'identifier'].includes(String(node.kind())) && all(node, 'call').length === 0;
}

/** The device that a call moves its tensor to, as text: `d` of `x.to(d)`, `'cuda'` of `x.cuda()`. Null for what changes more than the place. */
export function targetOf(module: PyModule, call: SgNode): string | null {
  const method = methodOf(call);
  if (method === null || module.pathOf(call.field('function')) !== null) return null;
  const { positional, keywords, hasSplat } = callArguments(call);
  if (hasSplat || [...keywords.keys()].some((name) => name !== 'non_blocking' && name !== 'device')) return null;
  const given = keywords.get('device') ?? positional[0];
  if (method.method === 'cuda') return given === undefined ? "'cuda'" : same(given, positional[0] ?? null) && !/^(?:True|False|\d)/.test(given.text()) ? given.text() : null;
  if (method.method !== 'to' || given === undefined || positional.length + Number(keywords.has('device')) > 1) return null;
  return /device|cuda|gpu|\bdev\b|\.dev\b/i.test(given.text()) && !/['"]cpu/.test(given.text()) ? given.text() : null;
}
