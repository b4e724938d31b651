import type { SgNode } from '@ast-grep/napi';
import type { Refusal, Rewrite } from '../recipes/recipe.js';
import { all, lineOf, same, startOf, within } from '../source/tree.js';
import { methodOf } from './call.js';
import { deviceKind } from './devices.js';
import { madeByFunction } from './helper-made.js';
import { madeFromNames } from './made-from-names.js';
import { hostMade, onDevice, targetOf, type HostMade } from './host-made.js';
import { isPointedAt } from './pointed.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { indentOf, loopsAround, owned, replaced, statementOf, withoutStatement } from './statements.js';

/** Functions that run once. */
const once = /^(?:__init__|__post_init__|main|build\w*|setup\w*|make_model\w*|load\w*|create\w*|init\w*|reset_parameters|configure\w*)$/;

/** The tensors that the finding's function makes on the host and moves: how to make them on the device. `random`: those that are drawn. */
export function movedFactories(program: TorchProgram, { random }: { random: boolean }): (Rewrite | Refusal)[] {
  const { module, scope } = program;
  const isOnce = scope.kind() === 'function_definition' ? once.test(scope.field('name')?.text() ?? '') : true;
  const moves = owned(module, scope, 'call').filter((call) => targetOf(module, call) !== null && (!isOnce || loopsAround(module, call).length > 0));
  const found = moves.flatMap((move) => {
    const answer = answerOf(program, move, random);
    return answer === null ? [] : [{ move, answer }];
  });
  const pointed = found.filter(({ move }) => isPointedAt(program, statementOf(move)));
  return (pointed.length > 0 ? pointed : found).map(({ answer }) => answer);
}

function answerOf(program: TorchProgram, move: SgNode, random: boolean): Rewrite | Refusal | null {
  const { module } = program;
  const device = targetOf(module, move);
  const receiver = methodOf(move)?.receiver;
  if (device === null || receiver === undefined) return null;
  const given = methodOf(move)?.method === 'to' ? move.field('arguments')?.namedChildren()[0] : undefined;
  if (given !== undefined && deviceKind(program, { module, node: given.field('value') ?? given }) === 'cpu') return null;
  const line = lineOf(move);
  const rewrite = (edits: Rewrite['edits']): Rewrite => ({ title: `make \`${short(receiver)}\` on the device`, line, edits });
  const inPlace = hostMade(module, receiver);
  if (inPlace?.isRandom === true && random && decidesWhatIsUsed(module, move, inPlace)) return { line, reason: 'What is drawn decides what data is used.' };
  if (inPlace !== null) return inPlace.isRandom !== random ? null : rewrite([...onDevice(module, inPlace, device), ...withoutMove(module, move, receiver, inPlace)]);
  if (random) return null;
  const helper = madeByFunction(program, receiver, device);
  if (helper !== null) return 'reason' in helper ? { line, reason: helper.reason } : rewrite([...helper.edits, { file: module.file, start: receiver.range().end.index, end: move.range().end.index, text: '' }]);
  const named = receiver.kind() === 'identifier' ? byName(module, move, receiver, device) : null;
  if (named !== null) return named;
  const edits = madeFromNames(module, move, device);
  return edits === null ? null : rewrite(edits);
}

/** Whether what is drawn are places: a permutation, or an index. */
function decidesWhatIsUsed(module: PyModule, move: SgNode, { made }: HostMade): boolean {
  if (made.some((call) => /^torch\.(?:randperm|multinomial)$/.test(module.pathOf(call.field('function')) ?? ''))) return true;
  const left = move.parent()?.kind() === 'assignment' ? move.parent()?.field('left') : null;
  const uses = left?.kind() === 'identifier' ? module.uses(module.scopeOf(move), left.text()).map(({ node }) => node) : [];
  return [move, ...uses].some((node) => isIndex(node));
}

function isIndex(node: SgNode): boolean {
  const parent = node.parent();
  if (parent?.kind() === 'subscript') return !same(parent.field('value'), node);
  const method = parent?.kind() === 'argument_list' ? methodOf(parent.parent()) : null;
  return method !== null && ['index_select', 'gather', 'take', 'index_copy_', 'index_fill_', 'scatter_', 'scatter'].includes(method.method);
}

/** Takes `.to(device)` away, and parentheses that stood for it alone. */
function withoutMove(module: PyModule, move: SgNode, receiver: SgNode, { made }: HostMade): Rewrite['edits'] {
  const end = { file: module.file, start: receiver.range().end.index, end: move.range().end.index, text: '' };
  const parent = move.parent();
  const isFree = parent?.kind() === 'assignment' || parent?.kind() === 'return_statement' || parent?.kind() === 'expression_list';
  if (receiver.kind() !== 'parenthesized_expression' || !isFree || made.some((call) => !within(call, receiver))) return [end];
  return [{ file: module.file, start: startOf(receiver), end: startOf(receiver) + 1, text: '' }, { ...end, start: end.start - 1 }];
}

/** `mask = torch.ones(n)`, and then `mask = mask.to(device)`. */
function byName(module: PyModule, move: SgNode, name: SgNode, device: string): Rewrite | null {
  const scope = module.scopeOf(move);
  const uses = module.uses(scope, name.text());
  const own = move.parent()?.kind() === 'assignment' && move.parent()?.field('left')?.text() === name.text() ? move.parent() : null;
  const writes = uses.filter(({ role, node }) => role === 'write' && !(own !== null && within(node, own ?? node)));
  const [write] = writes;
  const assignment = write?.node.parent();
  const value = assignment?.kind() === 'assignment' && same(assignment.field('left'), write?.node ?? null) ? assignment.field('right') : null;
  if (writes.length !== 1 || value === null || value === undefined || write === undefined || uses.some(({ role, deferred }) => role === 'declare' || role === 'foreign' || deferred)) return null;
  const made = hostMade(module, value);
  // Between the two it may be anything's; behind the move it is on the device either way.
  const between = uses.some(({ node }) => !same(node, name) && !same(node, write.node) && startOf(node) < startOf(move) && !(own !== null && within(node, own)));
  const later = own === null && uses.some(({ node }) => startOf(node) > startOf(move) && !sameMove(module, node, device));
  if (made === null || made.isRandom || between || later || all(value, 'identifier').some((id) => id.text() === name.text())) return null;
  // The device has to be known where it is made.
  const written = new RegExp(`\\b${device.split('.')[0] ?? ''}\\s*=(?!=)`);
  if (written.test(module.source.slice(value.range().end.index, startOf(move)))) return null;
  if (own === null) return { title: `make \`${name.text()}\` on the device`, line: lineOf(value), edits: [...onDevice(module, made, device), replaced(module, move, name.text())] };
  const statement = statementOf(own);
  if (indentOf(module, statement) === null) return null;
  return { title: `make \`${name.text()}\` on the device`, line: lineOf(value), edits: [...onDevice(module, made, device), withoutStatement(module, statement)] };
}

/** Whether the name is moved to the same device there. */
function sameMove(module: PyModule, node: SgNode, device: string): boolean {
  const call = node.parent()?.parent() ?? null;
  return call !== null && call.kind() === 'call' && targetOf(module, call) === device;
}

function short(node: SgNode): string {
  const text = node.text().replaceAll(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
