import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, parts, same, within } from '../source/tree.js';
import { methodOf, unwrapped } from './call.js';
import { areAnswers, isLog } from './logging.js';
import type { PyModule } from './module.js';
import { intervalAround, statementOf } from './statements.js';

/** What becomes of a value that a loop fetches. */
export type ReadUse =
  /** Read only now and then. */
  | { kind: 'interval'; condition: SgNode }
  /** `cell += …value…`, `cell = cell + …value…`; the cell is a name, an attribute or an element. */
  | { kind: 'added'; cell: SgNode }
  /** `cell.append(…value…)`, `cell += [value]`; `entry` where it is only a part of what is appended. */
  | { kind: 'appended'; cell: SgNode; entry?: SgNode }
  /** `cell.extend(values)` */
  | { kind: 'extended'; cell: SgNode }
  /** `name = value`; `whole` is what it is computed to where it is not assigned as it is: `value / 2`, `math.exp(value)`. */
  | { kind: 'assigned'; name: SgNode; whole?: SgNode }
  /** `text = f'…{value}…'`, `record = {'loss': value}` */
  | { kind: 'written'; name: SgNode }
  /** Asked whether there is one: `value is not None`. */
  | { kind: 'asked' }
  /** Printed or recorded by a statement that does nothing else. */
  | { kind: 'logged' }
  /** It decides what the loop does next. */
  | { kind: 'decides' }
  | { kind: 'other' };

const deciding = new Set(['if_statement', 'while_statement', 'match_statement', 'assert_statement', 'return_statement', 'raise_statement', 'for_statement', 'with_statement', 'try_statement']);
const cellKinds = new Set(['identifier', 'attribute', 'subscript']);

/** What becomes of a value at a place of a loop. */
export function useOf(module: PyModule, node: SgNode, loop: SgNode): ReadUse {
  const condition = intervalAround(node, loop);
  if (condition !== null) return { kind: 'interval', condition };
  const statement = statementOf(node);
  if (node.parent()?.kind() === 'comparison_operator' && /\bis (?:not )?None$/.test(node.parent()?.text() ?? '')) return { kind: 'asked' };
  if (deciding.has(String(statement.kind()))) return { kind: 'decides' };
  const inner = statement.kind() === 'expression_statement' ? parts(statement)[0] : undefined;
  if (inner === undefined) return { kind: 'other' };
  const smoothed = inner.field('left') !== null && inner.field('right') !== null && sumAfterFirst(inner.field('left') ?? inner, inner.field('right') ?? inner) !== null;
  const decided = smoothed ? null : ancestorWhere(node, (at) => same(at, inner) || ['conditional_expression', 'boolean_operator', 'comparison_operator', 'lambda'].includes(String(at.kind())), inner);
  if (decided !== null && !same(decided, inner)) return { kind: 'other' };
  const sum = sumOf(inner);
  if (sum !== null && within(node, sum.term)) {
    if (inner.kind() === 'augmented_assignment' && sum.term.kind() === 'list') return same(node.parent(), sum.term) ? { kind: 'appended', cell: sum.cell } : { kind: 'other' };
    return isArithmetic(sum.term, node) ? { kind: 'added', cell: sum.cell } : { kind: 'other' };
  }
  if (inner.kind() === 'assignment') return assignedUse(module, inner, node);
  if (inner.kind() !== 'call') return { kind: 'other' };
  const method = methodOf(inner);
  const first = parts(inner.field('arguments') ?? inner)[0];
  if (method !== null && cellKinds.has(String(method.receiver.kind())) && first !== undefined && parts(inner.field('arguments') ?? inner).length === 1) {
    if (method.method === 'append' && isArithmetic(first, node)) return { kind: 'appended', cell: method.receiver };
    if (method.method === 'append' && isEntry(first, node)) return { kind: 'appended', cell: method.receiver, entry: first };
    if (method.method === 'extend' && same(first, node)) return { kind: 'extended', cell: method.receiver };
  }
  return isLog(module, inner) ? { kind: 'logged' } : { kind: 'other' };
}

function assignedUse(module: PyModule, assignment: SgNode, node: SgNode): ReadUse {
  const left = assignment.field('left');
  const right = assignment.field('right');
  if (left === null || right === null) return { kind: 'other' };
  if (left.kind() === 'identifier') {
    if (same(unwrapped(right), node)) return { kind: 'assigned', name: left };
    if (isText(right) || isRecord(module, right)) return { kind: 'written', name: left };
    return isComputed(module, right, node) ? { kind: 'assigned', name: left, whole: right } : { kind: 'other' };
  }
  // `a, b = x.item(), y.item()`
  const place = parts(right).findIndex((part) => same(part, node));
  const name = parts(left)[place];
  const isPair = left.kind() === 'pattern_list' && right.kind() === 'expression_list' && parts(left).length === parts(right).length;
  return isPair && name?.kind() === 'identifier' ? { kind: 'assigned', name } : { kind: 'other' };
}

/** Whether the node is a value of a dict, tuple or list that is written out. */
function isEntry(whole: SgNode, node: SgNode): boolean {
  const parent = node.parent();
  if (whole.kind() === 'tuple' || whole.kind() === 'list') return same(parent, whole);
  if (whole.kind() !== 'dictionary' || parent?.kind() !== 'pair' || !same(parent.parent(), whole)) return false;
  const key = parent.field('key');
  return same(parent.field('value'), node) && key?.kind() === 'string' && !/^\w*f['"]/i.test(key.text());
}

/** Functions of numbers, which answer the same later. */
const ofNumbers = /^(?:math\.\w+|numpy\.(?:exp|log|log2|log10|sqrt)|len|round|abs|max|min|float|int)$/;

/** Whether an expression makes one number of the node and numbers of the host: no other call, and no other value of the device. */
function isComputed(module: PyModule, whole: SgNode, node: SgNode): boolean {
  for (let at = node; !same(at, whole); ) {
    const parent = at.parent();
    if (parent === null || !['binary_operator', 'parenthesized_expression', 'unary_operator', 'argument_list', 'call'].includes(String(parent.kind()))) return false;
    at = parent;
  }
  const others = all(whole, 'call', 'subscript', 'await', 'yield', 'lambda', 'list_comprehension', 'generator_expression').filter((one) => !within(one, node));
  return others.every((one) => one.kind() === 'call' && (ofNumbers.test(module.pathOf(one.field('function')) ?? one.field('function')?.text() ?? '') || /\.(?:size|numel)\([\d-]*\)$/.test(one.text())));
}

/** The cell and what it is computed with: `x += y`, `x = x + y`, `x = 0.9 * x + y`. */
export function sumOf(node: SgNode): { cell: SgNode; term: SgNode } | null {
  const cell = node.field('left');
  const right = node.field('right');
  if (cell === null || right === null || !cellKinds.has(String(cell.kind()))) return null;
  if (node.kind() === 'augmented_assignment') return ['+=', '-='].includes(node.field('operator')?.text() ?? '') ? { cell, term: right } : null;
  const sum = sumAfterFirst(cell, right) ?? unwrapped(right);
  if (node.kind() !== 'assignment' || sum.kind() !== 'binary_operator') return null;
  const own = all(sum, String(cell.kind())).filter((part) => part.text() === cell.text());
  const [only] = own;
  return own.length === 1 && only !== undefined && isArithmetic(sum, only) ? { cell, term: right } : null;
}

/** `0.9 * x + 0.1 * y` of `y if x is None else 0.9 * x + 0.1 * y`: a mean that begins with the first value. */
function sumAfterFirst(cell: SgNode, right: SgNode): SgNode | null {
  const whole = unwrapped(right);
  const [first, condition, rest] = whole.kind() === 'conditional_expression' ? parts(whole) : [];
  if (first === undefined || condition === undefined || rest === undefined) return null;
  const begins = condition.text() === `${cell.text()} is None`;
  return begins ? unwrapped(rest) : condition.text() === `${cell.text()} is not None` ? unwrapped(first) : null;
}

/** Whether the node is a factor or term of the expression: nothing but arithmetic is done to it. */
export function isArithmetic(expression: SgNode, node: SgNode): boolean {
  const kinds = ['binary_operator', 'parenthesized_expression', 'unary_operator', ...(unwrapped(expression).kind() === 'conditional_expression' ? ['conditional_expression'] : [])];
  for (let at: SgNode | null = node; at !== null; at = at.parent()) {
    if (same(at, expression)) return true;
    if (!kinds.includes(String(at.parent()?.kind()))) return false;
  }
  return false;
}

/** A dict of values that is written out, and does nothing else: `{'loss': loss.item(), 'lr': lr}`. */
function isRecord(module: PyModule, node: SgNode): boolean {
  return node.kind() === 'dictionary' && parts(node).every((pair) => pair.kind() === 'pair') && areAnswers(module, node);
}

/** A text that is put together: `f'…'`, `'…' % …`, `'…'.format(…)`. */
function isText(node: SgNode): boolean {
  const inner = unwrapped(node);
  if (inner.kind() === 'string' || inner.kind() === 'concatenated_string') return true;
  if (inner.kind() === 'binary_operator') return ['%', '+'].includes(inner.field('operator')?.text() ?? '') && isText(inner.field('left') ?? node.parent() ?? inner);
  return methodOf(inner)?.method === 'format' && isText(methodOf(inner)?.receiver ?? inner);
}
