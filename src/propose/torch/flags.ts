import type { SgNode } from '@ast-grep/napi';
import type { Refusal, Rewrite } from '../recipes/recipe.js';
import { lineOf, parts, same, startOf, within } from '../source/tree.js';
import { argument, methodOf, unwrapped } from './call.js';
import { operand } from './contributions.js';
import type { PyModule } from './module.js';
import { isTruth } from './number-kinds.js';
import { initialOf } from './numbers.js';
import { isPointedAt, namesWait } from './pointed.js';
import type { TorchProgram } from './program.js';
import { whyReadAfterErrors } from './seen-by-others.js';
import { cellOf, usesOfCell } from './cells.js';
import { linesAfter, loopsAround, owned, replaced } from './statements.js';

/** A statement that notes in every iteration whether something holds, and does nothing else. */
interface Flag {
  statement: SgNode;
  name: SgNode;
  /** `torch.isfinite(loss)` */
  tensor: SgNode;
  isNegated: boolean;
  /** `bad = True`, or `bad += 1`. */
  kind: 'flag' | 'count';
}

/** For `bad = bad or bool(torch.isnan(loss))` and `if torch.isnan(loss): bad = True` in a loop: how to note it on the device. */
export function flagAnswers(program: TorchProgram): (Rewrite | Refusal)[] {
  const { module, scope } = program;
  const found = owned(module, scope, 'assignment', 'augmented_assignment', 'if_statement').flatMap((node) => flagOf(module, node) ?? []).filter(({ statement }) => loopsAround(module, statement).length > 0);
  const pointed = found.filter(({ statement }) => isPointedAt(program, statement));
  if (pointed.length === 0 && /^C[34]/.test(program.finding.category) && namesWait(program)) return [];
  return (pointed.length > 0 ? pointed : found).map((flag) => answerOf(program, flag));
}

function flagOf(module: PyModule, node: SgNode): Flag | null {
  if (node.kind() === 'if_statement') return conditional(module, node);
  const name = node.field('left');
  const right = node.field('right');
  if (name?.kind() !== 'identifier' || right === null || node.parent()?.kind() !== 'expression_statement') return null;
  const value = unwrapped(right);
  const isOr = node.kind() === 'augmented_assignment' ? node.field('operator')?.text() === '|=' : value.kind() === 'boolean_operator' && value.field('operator')?.text() === 'or' && value.field('left')?.text() === name.text();
  const asked = node.kind() === 'augmented_assignment' ? value : value.field('right');
  const test = isOr && asked !== null ? testOf(module, asked) : null;
  return test === null ? null : { statement: node.parent() ?? node, name, kind: 'flag', ...test };
}

/** `if torch.isnan(loss): bad = True`, `if …: skipped += 1` */
function conditional(module: PyModule, node: SgNode): Flag | null {
  const condition = node.field('condition');
  const body = parts(node.field('consequence') ?? node);
  const inner = body.length === 1 && body[0] !== undefined ? parts(body[0])[0] : undefined;
  const name = inner?.field('left');
  const test = condition === null ? null : testOf(module, condition);
  if (test === null || name?.kind() !== 'identifier' || node.field('alternative') !== null) return null;
  const isFlag = inner?.kind() === 'assignment' && inner.field('right')?.text() === 'True';
  const isCount = inner?.kind() === 'augmented_assignment' && inner.field('operator')?.text() === '+=' && inner.field('right')?.text() === '1';
  return isFlag || isCount ? { statement: node, name, kind: isFlag ? 'flag' : 'count', ...test } : null;
}

/** `torch.isnan(loss)`, `not bool(…)`, `(…).item()`: what is asked of the device; null for anything else. */
function testOf(module: PyModule, expression: SgNode): Pick<Flag, 'tensor' | 'isNegated'> | null {
  const node = unwrapped(expression);
  if (node.kind() === 'not_operator') {
    const inner = testOf(module, node.field('argument') ?? parts(node)[0] ?? node);
    return inner === null ? null : { ...inner, isNegated: !inner.isNegated };
  }
  if (node.kind() !== 'call') return null;
  const given = node.field('function')?.text() === 'bool' ? argument(node, '', 0) : methodOf(node)?.method === 'item' ? (methodOf(node)?.receiver ?? null) : null;
  if (given !== null) return testOf(module, given);
  // A comparison of numbers of the host looks the same as one of tensors.
  const inner = ['any', 'all'].includes(methodOf(node)?.method ?? '') ? (methodOf(node)?.receiver ?? node) : node;
  const isTensor = /^torch\.(?:isnan|isinf|isfinite|any|all)$/.test(module.pathOf(inner.field('function')) ?? module.pathOf(node.field('function')) ?? '') || ['isnan', 'isinf', 'isfinite'].includes(methodOf(inner)?.method ?? '');
  return isTensor && isTruth(module, node) ? { tensor: node, isNegated: false } : null;
}

function answerOf(program: TorchProgram, { statement, name, tensor, isNegated, kind }: Flag): Rewrite | Refusal {
  const { module } = program;
  const line = lineOf(statement);
  const refuse = (reason: string): Refusal => ({ line, reason });
  const cell = cellOf(module, name);
  const loop = loopsAround(module, statement)[0];
  if (cell === null || loop === undefined) throw new Error('a flag without a loop');
  const uses = usesOfCell(program, cell);
  const writes = uses.filter(({ node, role }) => role === 'write' && !within(node, statement));
  const start = kind === 'flag' ? 'False' : '0';
  if (writes.length === 0 || writes.some(({ node }) => initialOf(node).text() !== start || within(node, loop))) return refuse(`It cannot be seen that \`${name.text()}\` begins as ${start} in front of the loop.`);
  const seen = uses.find(({ node, role, elsewhere }) => elsewhere || (role !== 'write' && within(node, loop) && !within(node, statement)));
  if (seen !== undefined) return refuse(`The value of \`${name.text()}\` is needed in line ${lineOf(seen.node)}, in every iteration.`);
  const late = whyReadAfterErrors(cell, uses, loop) ?? (owned(module, loop, 'return_statement', 'yield').length > 0 && uses.some(({ node }) => startOf(node) > startOf(loop) && !within(node, loop)) ? 'The function may end in the loop.' : null);
  if (late !== null) return refuse(late);
  const value = isNegated ? `~${operand(tensor)}` : operand(tensor);
  const text = kind === 'flag' ? `${name.text()} = ${value} | ${name.text()}` : `${name.text()} += ${value}`;
  const isBehind = uses.some(({ node }) => !within(node, loop) && startOf(node) > startOf(loop)) || same(cell.scope, module.root) || loopsAround(module, loop).length > 0;
  const back = isBehind ? [linesAfter(module, loop, [`${name.text()} = ${kind === 'flag' ? 'bool' : 'int'}(${name.text()})`])] : [];
  return { title: `note \`${name.text()}\` on the device until the loop is over`, line, edits: [replaced(module, statement, text), ...back] };
}
