import type { SgNode } from '@ast-grep/napi';
import type { Rewrite, TextEdit } from '../recipes/recipe.js';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../source/tree.js';
import { methodOf } from './call.js';
import { isNamed } from './finding-lines.js';
import { assignmentBehind, readsOf } from './fixed/reaching.js';
import { targetOf } from './host-made.js';
import { methodIn } from './models.js';
import { dataKind } from './data-kind.js';
import type { TorchProgram } from './program.js';
import { owned, statementOf, withoutStatement } from './statements.js';

/**
 * A function that stacks parts of data in memory and copies each batch to the device: `get_batch(split)`. The data goes there
 * once instead, where it is made. Null where anything else is done with the data, or with a batch before it is moved.
 */
export function batchDataMoved(program: TorchProgram): Rewrite | null {
  const { module, scope } = program;
  if (scope.kind() !== 'function_definition') return null;
  const moves = owned(module, scope, 'call').filter((call) => targetOf(module, call) !== null && methodOf(call)?.receiver.kind() === 'identifier');
  const [first] = moves;
  const device = first === undefined ? null : targetOf(module, first);
  if (first === undefined || device === null || !moves.some((move) => isNamed(program, move)) || !moves.every((move) => targetOf(module, move) === device)) return null;
  const stacks = moves.map((move) => stackBehind(program, move));
  const made = stacks.flatMap((one) => one ?? []);
  if (made.length !== moves.length) return null;
  const data = [...new Map(made.flatMap(({ parts: of }) => of).map((node) => [node.text(), node])).values()];
  const homes = data.flatMap((node) => homesOf(program, node) ?? [null]);
  if (homes.length === 0 || homes.includes(null) || !data.every((node) => isOnlyTaken(program, node, made.map(({ stack }) => stack)))) return null;
  const edits: TextEdit[] = [];
  for (const home of homes.flatMap((one) => one ?? [])) {
    const known = deviceAt(program, home, device);
    if (known === null || !isTensor(program, home)) return null;
    edits.push({ file: module.file, start: endOf(home), end: endOf(home), text: `.to(${known})` });
  }
  const names = [...new Set(homes.flatMap((home) => home?.parent()?.field('left')?.text() ?? []))];
  return { title: `keep ${names.map((name) => `\`${name}\``).join(', ')} on the device`, line: lineOf(first), edits: [...edits, ...withoutMoves(program, moves)] };
}

/** `torch.stack([data[i:i + n] for i in places])` behind the name that is moved, and the data in it. */
function stackBehind(program: TorchProgram, move: SgNode): { stack: SgNode; parts: SgNode[] } | null {
  const { module } = program;
  const name = methodOf(move)?.receiver ?? move;
  const assignment = stackOfName(program, name);
  const stack = assignment?.field('right') ?? null;
  if (assignment === null || stack === null || module.pathOf(stack.field('function')) !== 'torch.stack') return null;
  const uses = module.uses(module.scopeOf(move), name.text()).filter(({ role }) => role !== 'write');
  // Behind the move it is on the device either way.
  if (uses.some(({ node, deferred }) => deferred || (startOf(node) > endOf(assignment) && startOf(node) < startOf(statementOf(move))))) return null;
  const [list] = parts(stack.field('arguments') ?? stack);
  const body = list?.kind() === 'list_comprehension' ? list.field('body') : null;
  const of = body?.kind() === 'subscript' ? body.field('value') : null;
  return of !== null && ['identifier', 'attribute'].includes(String(of.kind())) ? { stack, parts: [of] } : null;
}

function stackOfName(program: TorchProgram, name: SgNode): SgNode | null {
  const { module } = program;
  const plain = assignmentBehind(module, name);
  if (plain !== null) return plain;
  // `x, y = x.to(device), y.to(device)` gives the name another value later.
  const writes = module.uses(module.scopeOf(name), name.text()).filter(({ role }) => role === 'write' || role === 'declare');
  const assignment = writes[0]?.node.parent() ?? null;
  return assignment?.kind() === 'assignment' && same(assignment.field('left'), writes[0]?.node ?? null) && endOf(assignment) < startOf(name) && writes.every(({ node }) => same(node, writes[0]?.node ?? null) || within(node, statementOf(name))) ? assignment : null;
}

/** The values that the data is given where it is made: of names of the file, or in `__init__`. */
function homesOf(program: TorchProgram, node: SgNode): SgNode[] | null {
  const { module, scope } = program;
  if (node.kind() === 'attribute') {
    const owner = ancestorWhere(scope, (at) => at.kind() === 'class_definition');
    const init = owner === null ? null : methodIn(owner, '__init__');
    const values = owner === null ? [] : program.modules.flatMap((around) => all(around.root, 'assignment', 'augmented_assignment').filter((one) => (one.field('left')?.text() ?? '').includes(node.text().replace('self', ''))));
    const [only] = values;
    const value = only?.field('right') ?? null;
    return init !== null && values.length === 1 && only !== undefined && value !== null && within(only, init) && only.field('left')?.text() === node.text() && /^self\.\w+$/.test(node.text()) ? [value] : null;
  }
  const local = module.uses(scope, node.text()).some(({ role }) => role === 'write' || role === 'declare');
  if (local) {
    const value = assignmentBehind(module, node)?.field('right') ?? null;
    const [then, , otherwise] = value?.kind() === 'conditional_expression' ? value.namedChildren() : [value, null, value];
    const homes = [then, otherwise].map((one) => (one?.kind() === 'identifier' ? ofFile(program, one.text()) : null));
    return homes.includes(null) ? null : homes.flatMap((one) => one ?? []).filter((one, i, list) => list.findIndex((other) => same(other, one)) === i);
  }
  const home = ofFile(program, node.text());
  return home === null ? null : [home];
}

function ofFile({ module }: TorchProgram, name: string): SgNode | null {
  const writes = module.names(module.root).uses(name).filter(({ role, deferred }) => role === 'foreign' || (role === 'write' && !deferred));
  const assignment = writes[0]?.node.parent() ?? null;
  const isPlain = writes.length === 1 && assignment?.kind() === 'assignment' && same(assignment.field('left'), writes[0]?.node ?? null) && same(statementOf(assignment).parent(), module.root);
  return isPlain ? (assignment.field('right') ?? null) : null;
}

/** Whether nothing is done with the data but stacking parts of it in the function, asking for its length, and giving it a name there. */
function isOnlyTaken(program: TorchProgram, node: SgNode, stacks: readonly SgNode[]): boolean {
  const { module, scope } = program;
  const isFine = (use: SgNode): boolean => {
    const parent = use.parent();
    const isLength = parent?.kind() === 'argument_list' && parent.parent()?.field('function')?.text() === 'len';
    const isShape = parent?.kind() === 'attribute' && same(parent.field('object'), use) && ['shape', 'size', 'dim', 'ndim', 'numel'].includes(parent.field('attribute')?.text() ?? '');
    return isLength || isShape || stacks.some((stack) => within(use, stack));
  };
  if (node.kind() === 'attribute') return program.modules.every((around) => all(around.root, 'attribute').filter((one) => one.field('attribute')?.text() === node.field('attribute')?.text()).every((one) => isFine(one) || one.parent()?.kind() === 'assignment'));
  const assignment = assignmentBehind(module, node);
  const isLocal = module.uses(scope, node.text()).some(({ role }) => role === 'write');
  if (isLocal && assignment === null) return false;
  const reads = isLocal && assignment !== null ? readsOf(module, assignment) : [];
  if (reads === null || !reads.every(isFine)) return false;
  const names = isLocal && assignment !== null ? all(assignment.field('right') ?? assignment, 'identifier').concat(assignment.field('right') ?? []).map((one) => one.text()) : [node.text()];
  const isAttribute = (id: SgNode): boolean => id.parent()?.kind() === 'attribute' && !same(id.parent()?.field('object') ?? null, id);
  if (program.modules.some((around) => all(around.root, 'identifier').some((id) => names.includes(id.text()) && isAttribute(id) && ofFile(program, id.text()) !== null))) return false;
  return program.modules.every((around) => all(around.root, 'identifier').filter((id) => names.includes(id.text()) && !isAttribute(id) && ofFile(program, id.text()) !== null && !isOwn(program, around, id)).every((id) => isFine(id) || (assignment !== null && within(id, assignment)) || (id.parent()?.kind() === 'assignment' && same(id.parent()?.field('left') ?? null, id) && around === module)));
}

/** A name of a function of its own. */
function isOwn({ module }: TorchProgram, around: TorchProgram['module'], id: SgNode): boolean {
  const scope = around.scopeOf(id);
  return around === module && !same(scope, around.root) && around.uses(scope, id.text()).some(({ role }) => role === 'write' || role === 'declare');
}

/** The text of the device where the data is made; null where it is not known there. */
function deviceAt({ module }: TorchProgram, home: SgNode, device: string): string | null {
  if (/^['"]/.test(device)) return device;
  const scope = module.scopeOf(home);
  if (scope.kind() === 'function_definition') {
    const given = all(scope, 'assignment').find((one) => one.field('left')?.text() === device);
    const value = given?.field('right') ?? null;
    const isParameter = value?.kind() === 'identifier' && parts(scope.field('parameters') ?? scope).some((one) => (one.kind() === 'identifier' ? one : (one.field('name') ?? one.namedChildren()[0] ?? one)).text() === value.text());
    return isParameter ? value.text() : given !== undefined && endOf(given) < startOf(home) && same(statementOf(given).parent(), statementOf(home).parent()) ? device : null;
  }
  const writes = module.names(module.root).uses(device).filter(({ role, deferred }) => role === 'write' && !deferred);
  return /^\w+$/.test(device) && writes.length === 1 && writes[0] !== undefined && endOf(writes[0].node) < startOf(home) && same(statementOf(writes[0].node).parent(), module.root) ? device : null;
}

function isTensor(program: TorchProgram, home: SgNode): boolean {
  const { module } = program;
  if (/memmap|mmap|h5py|zarr|\.cuda\(|\.to\(/.test(home.text()) || /\b(?:not fit|too (?:large|big)|out of memory)\b/i.test(module.source)) return false;
  return dataKind(program, { module, node: home }) === 'tensor' && !/memmap|mmap_mode/.test(module.source);
}

/** Takes `x, y = x.to(device), y.to(device)` away, and `.to(device)` elsewhere. */
function withoutMoves({ module }: TorchProgram, moves: readonly SgNode[]): TextEdit[] {
  const statements = moves.map(statementOf).filter((one, i, list) => list.findIndex((other) => same(other, one)) === i);
  return statements.flatMap((statement) => {
    const inner = parts(statement)[0];
    const [left, right] = inner?.kind() === 'assignment' ? [inner.field('left'), inner.field('right')] : [null, null];
    const values = right === null ? [] : right.kind() === 'expression_list' ? parts(right) : [right];
    const targets = left === null ? [] : left.kind() === 'pattern_list' ? parts(left) : [left];
    const isEmpty = values.length > 0 && values.length === targets.length && values.every((value, i) => moves.some((move) => same(move, value)) && methodOf(value)?.receiver.text() === targets[i]?.text());
    if (isEmpty) return [withoutStatement(module, statement)];
    return moves.filter((move) => within(move, statement)).map((move) => ({ file: module.file, start: endOf(methodOf(move)?.receiver ?? move), end: endOf(move), text: '' }));
  });
}
