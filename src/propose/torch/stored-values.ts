import type { SgNode } from '@ast-grep/napi';
import type { Refusal, Rewrite } from '../recipes/recipe.js';
import { lineOf, parts, same, startOf, within } from '../source/tree.js';
import { callArguments } from './call.js';
import { operand } from './contributions.js';
import { deviceReads, type DeviceRead } from './device-reads.js';
import { isPointedAt, namesWait } from './pointed.js';
import type { TorchProgram } from './program.js';
import { intervalAround, linesAfter, loopsAround, replaced, withKeyword } from './statements.js';

/** `losses[k] = loss.item()`, where `losses` is a tensor that the function makes on the host: how to make and fill it on the device. */
export function storedAnswers(program: TorchProgram): (Rewrite | Refusal)[] {
  const found = deviceReads(program.module, program.scope).flatMap((read) => {
    const answer = answerOf(program, read);
    return answer === null ? [] : [{ read, answer }];
  });
  const pointed = found.filter(({ read }) => isPointedAt(program, read.statement));
  if (pointed.length === 0 && /^C[34]/.test(program.finding.category) && namesWait(program)) return [];
  return (pointed.length > 0 ? pointed : found).map(({ answer }) => answer);
}

function answerOf(program: TorchProgram, { module, node, tensor, statement, loop }: DeviceRead): Rewrite | Refusal | null {
  const inner = parts(statement)[0];
  const left = inner?.kind() === 'assignment' ? inner.field('left') : null;
  const holder = left?.kind() === 'subscript' ? left.field('value') : null;
  if (holder?.kind() !== 'identifier' || !same(inner?.field('right') ?? null, node) || !/\.item\(\)$|^float\(/.test(node.text()) || intervalAround(node, loop) !== null) return null;
  const scope = module.scopeOf(node);
  const uses = module.uses(scope, holder.text());
  const writes = uses.filter(({ role, node: use }) => role === 'write' && use.parent()?.kind() === 'assignment');
  const made = writes[0]?.node.parent()?.field('right') ?? null;
  if (writes.length !== 1 || made?.kind() !== 'call' || !/^torch\.(?:zeros|empty|ones)$/.test(module.pathOf(made.field('function')) ?? '')) return null;
  const keywords = callArguments(made).keywords;
  const line = lineOf(node);
  if (keywords.has('device') || keywords.has('dtype') || keywords.has('pin_memory')) return null;
  const behind = uses.filter(({ node: use }) => !same(use, holder) && !same(use, writes[0]?.node ?? null));
  const early = behind.find(({ node: use, deferred }) => deferred || within(use, loop) || startOf(use) < startOf(loop));
  if (early !== undefined) return { line, reason: `\`${holder.text()}\` is used in line ${lineOf(early.node)}, before the loop is over.` };
  const device = deviceName(program, scope);
  if (device === null) return { line, reason: `It cannot be seen on which device \`${tensor.text()}\` is.` };
  if (loopsAround(module, made).some((outer) => within(made, loop) && same(outer, loop))) return null;
  const back = behind.length === 0 ? [] : [linesAfter(module, loop, [`${holder.text()} = ${holder.text()}.cpu()`])];
  return { title: `keep \`${holder.text()}\` on the device until the loop is over`, line, edits: [withKeyword(module, made, `device=${device}`), replaced(module, node, `${operand(tensor)}.detach()`), ...back] };
}

/** What the function calls its device: an argument, a name of the file, an attribute. */
function deviceName({ module }: TorchProgram, scope: SgNode): string | null {
  const isBound = (name: string): boolean => module.uses(scope, name).some(({ role }) => role === 'declare' || role === 'write') || module.names(module.root).uses(name).some(({ role }) => role === 'write');
  const plain = ['device', 'DEVICE'].find(isBound);
  return plain ?? (scope.text().includes('self.device') ? 'self.device' : null);
}
