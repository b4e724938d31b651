import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { all, parts, same, startOf } from '../source/tree.js';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';
import { linesBefore, replaced } from './statements.js';

/** How a loop over the parts of a step can tell its last one. */
export interface LastPart {
  condition: string;
  /** Of the loop's head. */
  edits: TextEdit[];
}

/** Null where what the loop goes over may have no length, or changes. */
export function lastPart(module: PyModule, loop: SgNode): LastPart | null {
  const left = loop.field('left');
  const over = loop.field('right');
  if (loop.kind() !== 'for_statement' || left === null || over === null) return null;
  const given = over.kind() === 'call' ? parts(over.field('arguments') ?? over) : [];
  const name = over.kind() === 'call' ? over.field('function')?.text() : null;
  const [first] = given;
  if (name === 'range' && given.length === 1 && first !== undefined && left.kind() === 'identifier') {
    const fresh = left.text() === '_' ? freshName(module, 'part') : left.text();
    return isWrittenIn(loop, left) ? null : { condition: `${fresh} == ${operand(first)} - 1`, edits: fresh === left.text() ? [] : [replaced(module, left, fresh)] };
  }
  if (name === 'enumerate' && given.length === 1 && first !== undefined && left.kind() === 'pattern_list') {
    const [index] = parts(left);
    return index?.kind() === 'identifier' && isSized(module, first) && !isWrittenIn(loop, index) ? { condition: `${index.text()} == len(${first.text()}) - 1`, edits: [] } : null;
  }
  const index = freshName(module, 'part');
  const target = left.kind() === 'pattern_list' ? `(${left.text()})` : left.text();
  const zipped = over.kind() === 'identifier' ? zippedParts(module, loop, over) : null;
  if (zipped !== null) {
    return { condition: `${index} == len(${over.text()}) - 1`, edits: [replaced(module, zipped, `list(${zipped.text()})`), replaced(module, left, `${index}, ${target}`), replaced(module, over, `enumerate(${over.text()})`)] };
  }
  if (over.kind() === 'identifier' || over.kind() === 'attribute') {
    return isSized(module, over) ? { condition: `${index} == len(${over.text()}) - 1`, edits: [replaced(module, left, `${index}, ${target}`), replaced(module, over, `enumerate(${over.text()})`)] } : null;
  }
  const isParts = isSplit(over) || isZipOfParts(module, over);
  if (!isParts) return null;
  const held = freshName(module, 'parts');
  return { condition: `${index} == len(${held}) - 1`, edits: [linesBefore(module, loop, [`${held} = ${name === 'zip' ? `list(${over.text()})` : over.text()}`]), replaced(module, left, `${index}, ${target}`), replaced(module, over, `enumerate(${held})`)] };
}

/** `zip(xs.chunk(4), ys.chunk(4))`. */
function isZipOfParts(module: PyModule, node: SgNode): boolean {
  const given = node.kind() === 'call' && node.field('function')?.text() === 'zip' ? parts(node.field('arguments') ?? node) : [];
  return given.length > 0 && given.every((one) => isSplit(one) || isSized(module, one));
}

/** The one value of a name that only the loop goes over, made in the block of the loop. */
function zippedParts(module: PyModule, loop: SgNode, over: SgNode): SgNode | null {
  const uses = module.uses(module.scopeOf(loop), over.text());
  const [made, read] = uses;
  const assignment = made?.node.parent();
  const value = assignment?.kind() === 'assignment' && same(assignment.field('left'), made?.node ?? null) ? assignment.field('right') : null;
  const isOnce = uses.length === 2 && uses.every(({ deferred }) => !deferred) && same(read?.node ?? null, over) && same(assignment?.parent()?.parent() ?? null, loop.parent());
  return value !== null && isOnce && isZipOfParts(module, value) ? value : null;
}

/** `x.chunk(4)`, `torch.split(x, 8)`: a tuple of parts. */
function isSplit(node: SgNode): boolean {
  return ['chunk', 'split', 'tensor_split', 'unbind'].includes(methodOf(node)?.method ?? '') && !/\.split\((?:['"]|\))/.test(node.text());
}

/** Whether a name surely holds a list or tuple. */
function isSized(module: PyModule, node: SgNode): boolean {
  if (node.kind() !== 'identifier') return false;
  const values = module.names(module.scopeOf(node)).assignedValues(node.text());
  return values !== null && values.length > 0 && values.every((value) => ['list', 'tuple', 'list_comprehension'].includes(String(value.kind())) || isSplit(value) || /^(?:list|tuple|sorted)\(/.test(value.text()));
}

function isWrittenIn(loop: SgNode, name: SgNode): boolean {
  const body = loop.field('body');
  return body !== null && all(body, 'assignment', 'augmented_assignment').some((node) => [node.field('left'), ...all(node.field('left') ?? node, 'identifier')].some((left) => left?.text() === name.text() && startOf(left) <= startOf(node)));
}

function freshName(module: PyModule, wanted: string): string {
  return new RegExp(`\\b${wanted}\\b`).test(module.source) ? module.names(module.root).names.fresh(wanted) : wanted;
}

function operand(node: SgNode): string {
  return ['identifier', 'attribute', 'call', 'subscript', 'integer'].includes(String(node.kind())) ? node.text() : `(${node.text()})`;
}
