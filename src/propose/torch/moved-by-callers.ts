import type { SgNode } from '@ast-grep/napi';
import type { Rewrite } from '../recipes/recipe.js';
import { all, ancestorWhere, lineOf, parts, same, within } from '../source/tree.js';
import { argument, methodOf } from './call.js';
import { isChanged } from './constants.js';
import { isNamed } from './finding-lines.js';
import { sourcesOf } from './flow.js';
import { targetOf } from './host-made.js';
import { methodIn } from './models.js';
import type { PyModule } from './module.js';
import { changeOfPart } from './part-changes.js';
import type { Located, TorchProgram } from './program.js';
import { indentOf, linesBefore, loopsAround, owned } from './statements.js';

/** What is read of a tensor wherever it is. */
const ofShape = new Set(['shape', 'size', 'dim', 'ndim', 'numel', 'dtype', 'is_cuda', 'device', 'nelement']);

/**
 * Tensors of an object, or of names, that a function moves to the device in each of its calls from a loop: `train(model, data, device)`
 * with `data.x.to(device)` in it. They are moved in front of the loop, and the moves in the function have nothing left to do.
 */
export function movedByCallers(program: TorchProgram): Rewrite[] {
  const { module, scope } = program;
  if (scope.kind() !== 'function_definition' || ancestorWhere(scope, (at) => at.kind() === 'class_definition') !== null) return [];
  const given = parametersOf(scope);
  const moves = owned(module, scope, 'call').filter((call) => targetOf(module, call) !== null && methodOf(call) !== null && isPartOf(module, scope, methodOf(call)?.receiver ?? call, given));
  const about = moves.filter((call) => isNamed(program, call));
  if (about.length === 0) return [];
  for (const call of program.callersOf({ module, node: scope })) {
    const answer = inFrontOf(program, call, moves, given);
    if (answer !== null) return [{ ...answer, line: lineOf(about[0] ?? scope) }];
  }
  return [];
}

function parametersOf(fn: SgNode): string[] {
  return parts(fn.field('parameters') ?? fn).map((one) => (one.kind() === 'identifier' ? one : (one.field('name') ?? one.namedChildren()[0] ?? one)).text());
}

/** `data.x`, where `data` is an argument that keeps its value. */
function isPartOf(module: PyModule, scope: SgNode, receiver: SgNode, given: readonly string[]): boolean {
  if (receiver.kind() !== 'attribute' || receiver.field('object')?.kind() !== 'identifier') return false;
  const root = receiver.field('object')?.text() ?? '';
  return root !== 'self' && given.includes(root) && module.uses(scope, root).every(({ role }) => role !== 'write');
}

function inFrontOf(program: TorchProgram, call: Located, moves: readonly SgNode[], given: readonly string[]): Omit<Rewrite, 'line'> | null {
  const texts = new Set<string>();
  let loop: SgNode | null = null;
  for (const move of moves) {
    const receiver = methodOf(move)?.receiver;
    const attribute = receiver?.field('attribute')?.text() ?? '';
    const object = receiver?.field('object')?.text() ?? '';
    const target = targetOf(program.module, move) ?? '';
    const holder = argument(call.node, object, given.indexOf(object));
    const device = given.includes(target) ? argument(call.node, target, given.indexOf(target))?.text() : undefined;
    if (holder?.kind() !== 'identifier' || device === undefined || !/^[\w.]+$/.test(device)) continue;
    const around = steadyLoop(call, [holder.text(), /^\w+/.exec(device)?.[0] ?? '']);
    if (around === null || (loop !== null && !same(loop, around))) continue;
    if (!isHeld(program, { module: call.module, node: holder }, attribute) || !isOnlyMoved(program, attribute)) continue;
    loop = around;
    texts.add(`${holder.text()}.${attribute}|${device}`);
  }
  if (loop === null || texts.size === 0 || indentOf(call.module, loop) === null) return null;
  const found = [...texts].map((text) => text.split('|'));
  const line = `${found.map(([name]) => name).join(', ')} = ${found.map(([name, device]) => `${name}.to(${device})`).join(', ')}`;
  // It leaves its own work alone.
  if (call.module.source.includes(line)) return null;
  return { title: `move ${found.map(([name]) => `\`${name}\``).join(', ')} to the device once`, edits: [linesBefore(call.module, loop, [line])] };
}

/** The outermost loop around a call in which the names keep their values. */
function steadyLoop({ module, node }: Located, names: readonly string[]): SgNode | null {
  const scope = module.scopeOf(node);
  const isWritten = (loop: SgNode): boolean => names.some((name) => module.uses(scope, name).some((use) => use.role === 'write' && within(use.node, loop)));
  const loops = loopsAround(module, node);
  const first = loops.findIndex((loop) => isWritten(loop));
  return (first < 0 ? loops : loops.slice(0, first)).at(-1) ?? null;
}

/** Whether an object is of a class of the repository whose `__init__` gives it the attribute. */
function isHeld(program: TorchProgram, holder: Located, attribute: string): boolean {
  const sources = sourcesOf(program, holder);
  return sources.length > 0 && sources.every(({ module, node }) => {
    const found = node.kind() === 'call' ? program.definitionOf(module, node.field('function')) : null;
    const init = found?.node.kind() === 'class_definition' ? methodIn(found.node, '__init__') : null;
    return init !== null && all(init, 'assignment').some((one) => new RegExp(`(?:^|[\\s,(])self\\.${attribute}(?:$|[\\s,)])`).test(one.field('left')?.text() ?? ''));
  });
}

/** Whether all that the files around do with attributes of that name is moving them to a device without changing the result, or asking for their shape. */
function isOnlyMoved(program: TorchProgram, name: string): boolean {
  const reads = program.modules.flatMap((module) => all(module.root, 'attribute').filter((node) => node.field('attribute')?.text() === name && module.pathOf(node) === null).map((node) => ({ module, node })));
  return reads.every(({ module, node }) => {
    const parent = node.parent();
    const method = parent?.kind() === 'attribute' && same(parent.field('object'), node) ? (parent.field('attribute')?.text() ?? '') : '';
    if (ofShape.has(method)) return true;
    const call = parent?.parent() ?? null;
    if (call !== null && method !== '' && targetOf(module, call) !== null) return isKept(program, { module, node: call });
    const isLength = parent?.kind() === 'argument_list' && parent.parent()?.field('function')?.text() === 'len';
    return isLength || isSetInInit(node);
  });
}

/** Whether nothing changes what a move gives: in place, under the name that it is given, or in a model that it is handed to. */
function isKept(program: TorchProgram, { module, node: call }: Located): boolean {
  const scope = module.scopeOf(call);
  if (changeOfPart(program, { module, node: call }, scope) !== null) return false;
  const list = call.parent()?.kind() === 'expression_list' ? call.parent() : null;
  const left = list?.parent()?.kind() === 'assignment' ? (list.parent()?.field('left') ?? null) : null;
  const name = list === null || left === null ? undefined : parts(left)[parts(list).findIndex((one) => same(one, call))];
  if (name?.kind() !== 'identifier') return !isChanged(module, call);
  const uses = module.uses(scope, name.text());
  return uses.filter(({ role }) => role === 'write').length === 1 && uses.every(({ node, role, deferred }) => role === 'write' || (!deferred && role !== 'mutate' && role !== 'return' && !isChanged(module, node, 1)));
}

/** `self.x = x` of `__init__`. */
function isSetInInit(node: SgNode): boolean {
  const assignment = ancestorWhere(node, (at) => at.kind() === 'assignment');
  const fn = ancestorWhere(node, (at) => at.kind() === 'function_definition');
  return node.field('object')?.text() === 'self' && assignment !== null && within(node, assignment.field('left') ?? node) && fn?.field('name')?.text() === '__init__';
}
