import type { SgNode } from '@ast-grep/napi';
import { parts, same } from '../source/tree.js';
import { methodOf, unwrapped } from './call.js';
import type { PyModule } from './module.js';

const literals = new Set(['integer', 'float', 'true', 'false', 'none', 'string']);
const deepest = 5;

/** Whether an expression is a number of the host, a tuple of them, a type or a text, not a tensor: as far as its text shows. */
export function isNumber(module: PyModule, expression: SgNode, depth = 0): boolean {
  const node = unwrapped(expression);
  if (depth > deepest) return false;
  const isToo = (inner: SgNode | null): boolean => inner !== null && isNumber(module, inner, depth + 1);
  if (literals.has(String(node.kind()))) return true;
  switch (String(node.kind())) {
    case 'unary_operator':
      return isToo(node.field('argument'));
    case 'binary_operator':
      return isToo(node.field('left')) && isToo(node.field('right'));
    case 'tuple':
    case 'list':
    case 'expression_list':
      return parts(node).every((part) => isToo(part));
    case 'identifier':
      return isNumberName(module, node, depth);
    case 'attribute':
      // `torch.float32`, `math.pi`, `config.block_size`, `self.heads`: what classes keep under such names are numbers.
      return module.pathOf(node) !== null || /(?:^|[._])(?:n|num|max|min|d|dim|size|len|width|height|heads?|layers?|hidden|length|seq_len|block_size|batch_size|window|steps?|classes|vocab\w*|channels|bs|eps|scale|temperature|d_(?:model|ff|k|v|inner|head|state|hidden)|n_?embd|\w+_(?:size|dim|len|length|steps|heads|layers|classes|id|idx|tokens))$|(?:^|\.)(?:n|num|max|min)_\w+$/.test(node.text());
    case 'subscript':
      return node.field('value')?.text().endsWith('.shape') === true;
    case 'call':
      return isNumberCall(module, node, depth);
    default:
      return false;
  }
}

function isNumberCall(module: PyModule, call: SgNode, depth: number): boolean {
  const path = module.pathOf(call.field('function'));
  if (path !== null) return path.startsWith('math.');
  const method = methodOf(call);
  if (method !== null) return ['size', 'dim', 'numel', 'item', 'ndimension'].includes(method.method);
  const name = call.field('function')?.text() ?? '';
  return ['len', 'int', 'float', 'round'].includes(name) || (['max', 'min', 'abs'].includes(name) && parts(call.field('arguments') ?? call).every((given) => isNumber(module, given, depth + 1)));
}

/** A name of a size, of a number, or of an argument that is called like one. */
function isNumberName(module: PyModule, id: SgNode, depth: number): boolean {
  const scope = module.scopeOf(id);
  const names = module.names(scope);
  const writes = module.uses(scope, id.text()).filter((use) => use.role === 'write' || use.role === 'declare');
  if (writes.length === 0) {
    if (same(scope, module.root)) return false;
    const outer = module.names(module.root).assignedValues(id.text());
    return outer !== null && outer.length > 0 && outer.every((value) => isNumber(module, value, depth + 1));
  }
  if (names.isParameter(id.text()) && writes.length === 1) {
    const parameter = writes[0]?.node.parent();
    const value = parameter?.field('value');
    if (/^(?:int|float|bool)$/.test(parameter?.field('type')?.text() ?? '')) return true;
    if (value !== null && value !== undefined && ['integer', 'float'].includes(String(value.kind()))) return true;
    return /^(?:n|t|T|B|N|L|S|C|H|W|sz|bs|bsz|size|length|seq_len|seqlen|dim|max_len|maxlen|d_model|d_k|d_v|d_head|n_embd|heads|channels|in_channels|out_channels|width|height|steps?|num_\w+|n_\w+|max_\w+|\w+_(?:size|len|length|dim))$/.test(id.text());
  }
  return writes.every(({ node }) => isNumberWrite(module, node, depth));
}

/** `n = x.size(0)`, `b, t = x.shape`, `for i in range(n)`, `for i, x in enumerate(xs)`. */
function isNumberWrite(module: PyModule, id: SgNode, depth: number): boolean {
  const parent = id.parent();
  const pattern = parent?.kind() === 'pattern_list' || parent?.kind() === 'tuple_pattern' ? parent : null;
  const statement = pattern?.parent() ?? parent;
  const right = statement?.field('right') ?? null;
  if (right === null || statement === null || statement === undefined) return false;
  if (statement.kind() === 'for_statement' || statement.kind() === 'for_in_clause') {
    const callee = right.kind() === 'call' ? right.field('function')?.text() : undefined;
    return callee === 'range' || (callee === 'enumerate' && pattern !== null && same(parts(pattern)[0] ?? null, id));
  }
  if (statement.kind() === 'augmented_assignment') return isNumber(module, right, depth + 1);
  if (statement.kind() !== 'assignment') return false;
  if (pattern === null) return isNumber(module, right, depth + 1);
  const isShape = /\.(?:shape|size\(\))$/.test(right.text()) || /\.shape\[[-\d:]*\]$/.test(right.text());
  const place = parts(pattern).findIndex((part) => same(part, id));
  return isShape || (parts(right)[place] !== undefined && ['expression_list', 'tuple'].includes(String(right.kind())) && isNumber(module, parts(right)[place] ?? right, depth + 1));
}
