import type { SgNode } from '@ast-grep/napi';
import { all, parts, same } from '../source/tree.js';
import { callArguments, methodOf, unwrapped } from './call.js';
import type { PyModule } from './module.js';

/** A tensor that the code makes anew each time though it never differs, or only in its length. */
export interface ConstantTensor {
  /** The whole expression, moves to the device counted. */
  node: SgNode;
  /** Python that makes it on the host, with `{n}` for its largest length where it has one. */
  text: string;
  /** The length that differs; null where nothing does. */
  length: SgNode | null;
  /** `[:T]` or `[:T, :T]`, where `T` is the length. */
  slice: string;
  /** Whether its elements are floating-point numbers, which `.half()` would change. */
  floats: boolean;
  what: 'positions' | 'mask' | 'constant';
}

/** The constant tensors among the nodes that a function runs; what is made on the host and stays there does not count. */
export function constantTensors(module: PyModule, calls: readonly SgNode[]): ConstantTensor[] {
  const found = calls.flatMap((call) => constantOf(module, call) ?? []);
  return found.filter((entry) => !found.some((other) => other !== entry && !same(other.node, entry.node) && other.node.range().start.index <= entry.node.range().start.index && other.node.range().end.index >= entry.node.range().end.index));
}

function constantOf(module: PyModule, call: SgNode): ConstantTensor | null {
  const path = module.pathOf(call.field('function')) ?? '';
  const { positional, keywords, hasSplat } = callArguments(call);
  if (hasSplat || [...keywords.keys()].some((name) => !['device', 'dtype', 'diagonal'].includes(name))) return null;
  const inner = path === 'torch.tril' || path === 'torch.triu' ? positional[0] : call;
  const moved = movedTo(module, call);
  const onDevice = moved.hasDevice || keywords.has('device') || (inner !== undefined && inner.kind() === 'call' && callArguments(inner).keywords.has('device'));
  if (!onDevice) return null;
  const dtype = keywords.get('dtype')?.text();
  if (dtype !== undefined && !/^torch\.\w+$/.test(dtype)) return null;
  const tail = `${dtype === undefined ? '' : `, dtype=${dtype}`})`;
  if (path === 'torch.tensor') {
    const [data] = positional;
    if (data === undefined || positional.length !== 1 || !isLiteral(data)) return null;
    return { node: moved.node, text: `${call.field('function')?.text() ?? ''}(${data.text()}${tail}`, length: null, slice: '', floats: dtype === undefined ? data.text().includes('.') || data.text().includes('e') : dtype.includes('float'), what: 'constant' };
  }
  if (path === 'torch.arange') {
    const length = positional.length === 1 ? positional[0] : positional.length === 2 && positional[0]?.text() === '0' ? positional[1] : undefined;
    if (length === undefined || !isLength(length) || dtype?.includes('float') === true) return null;
    return { node: moved.node, text: `${call.field('function')?.text() ?? ''}({n}${tail}`, length, slice: `[:${length.text()}]`, floats: false, what: 'positions' };
  }
  if (inner === undefined || inner === call || dtype !== undefined || inner.kind() !== 'call' || module.pathOf(inner.field('function')) !== 'torch.ones') return null;
  const ones = callArguments(inner);
  const sizes = ones.positional[0]?.kind() === 'tuple' ? parts(ones.positional[0]) : ones.positional;
  const [length, other] = sizes;
  const diagonal = keywords.get('diagonal') ?? positional[1];
  const type = ones.keywords.get('dtype')?.text();
  if (length === undefined || sizes.length !== 2 || length.text() !== other?.text() || !isLength(length) || (diagonal !== undefined && diagonal.text() !== '1') || (type !== undefined && !/^torch\.\w+$/.test(type))) return null;
  const made = `${inner.field('function')?.text() ?? ''}({n}, {n}${type === undefined ? '' : `, dtype=${type}`})`;
  return { node: moved.node, text: `${call.field('function')?.text() ?? ''}(${made}${diagonal === undefined ? '' : `, diagonal=${diagonal.text()}`})`, length, slice: `[:${length.text()}, :${length.text()}]`, floats: type === undefined || type.includes('float'), what: 'mask' };
}

/** The expression with the `.to(device)` or `.cuda()` that follows it. */
function movedTo(module: PyModule, call: SgNode): { node: SgNode; hasDevice: boolean } {
  const outer = call.parent()?.parent() ?? null;
  const method = methodOf(outer);
  if (outer === null || method === null || !same(method.receiver, call) || module.pathOf(outer.field('function')) !== null) return { node: call, hasDevice: false };
  const given = parts(outer.field('arguments') ?? outer);
  const isMove = method.method === 'cuda' || (method.method === 'to' && given.length === 1 && /device|cuda/.test(given[0]?.text() ?? ''));
  return isMove ? { node: outer, hasDevice: true } : { node: call, hasDevice: false };
}

/** Numbers, and lists and tuples of them. */
export function isLiteral(node: SgNode): boolean {
  const inner = unwrapped(node);
  if (['integer', 'float', 'true', 'false'].includes(String(inner.kind()))) return true;
  if (inner.kind() === 'unary_operator') return isLiteral(inner.field('argument') ?? inner.namedChildren()[0] ?? inner);
  return (inner.kind() === 'list' || inner.kind() === 'tuple') && parts(inner).every(isLiteral);
}

/** `T`, `x.size(1)`, `x.shape[1]`: something that is read and costs nothing. */
function isLength(node: SgNode): boolean {
  return node.kind() === 'identifier' || /^\w+\.(?:size\(-?\d\)|shape\[-?\d\])$/.test(node.text());
}

/** Methods that may give the same memory in another shape or type. */
const views = new Set(['view', 'view_as', 'reshape', 'reshape_as', 'unsqueeze', 'squeeze', 'expand', 'expand_as', 'broadcast_to', 'transpose', 'swapaxes', 'swapdims', 'movedim', 'permute', 't', 'T', 'mT', 'H', 'flatten', 'unflatten', 'ravel', 'contiguous', 'to', 'cuda', 'cpu', 'type', 'type_as', 'float', 'bool', 'long', 'int', 'half', 'double', 'bfloat16', 'detach', 'narrow', 'select', 'chunk', 'split', 'tensor_split', 'unbind', 'diagonal', 'diag', 'unfold', 'as_strided', 'numpy', 'data', 'real']);
const holders = new Set(['parenthesized_expression', 'conditional_expression', 'expression_list', 'tuple', 'list', 'dictionary', 'pair']);

/** Whether code behind the expression may change the tensor that it made, or hand it out; then it has to be a new one each time. */
export function isChanged(module: PyModule, node: SgNode, depth = 0): boolean {
  if (depth > 5) return true;
  const { at, isWritten } = throughViews(node);
  const parent = at.parent();
  if (isWritten || parent?.kind() === 'return_statement' || parent?.kind() === 'yield') return true;
  if (parent?.kind() === 'named_expression') return true;
  if (parent?.kind() === 'assignment' && same(parent.field('left'), at)) return !same(at, node);
  if (parent?.kind() !== 'assignment') return parent?.kind() === 'augmented_assignment' && same(parent.field('left'), at);
  const left = parent.field('left');
  if (left?.kind() !== 'identifier') return true;
  const uses = module.uses(module.scopeOf(node), left.text());
  if (uses.filter((use) => use.role === 'write').length !== 1) return true;
  return uses.some(({ node: use, role, deferred }) => {
    const around = use.parent();
    return deferred || role === 'mutate' || role === 'return' || role === 'declare' || around?.kind() === 'augmented_assignment' || all(around ?? use, 'keyword_argument').some((keyword) => keyword.field('name')?.text() === 'out') || (role !== 'write' && isChanged(module, use, depth + 1));
  });
}

/** The outermost expression that may be the same memory: `x.view(1, T)[0]` of `x`; and whether it is written to on the way. */
function throughViews(node: SgNode): { at: SgNode; isWritten: boolean } {
  let at = node;
  for (let parent = at.parent(); parent !== null; parent = at.parent()) {
    if (parent.kind() === 'attribute' && same(parent.field('object'), at)) {
      const name = parent.field('attribute')?.text() ?? '';
      if (name.endsWith('_') && !name.startsWith('_')) return { at, isWritten: true };
      if (!views.has(name)) return { at, isWritten: false };
      const call = parent.parent();
      at = call?.kind() === 'call' && same(call.field('function'), parent) ? call : parent;
    } else if (holders.has(String(parent.kind())) || (parent.kind() === 'subscript' && same(parent.field('value'), at))) at = parent;
    else break;
  }
  return { at, isWritten: false };
}
