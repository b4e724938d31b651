import type { SgNode } from '@ast-grep/napi';
import { all, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { definitionBehind } from '../../torch/called-there.js';
import { meetsAllRanks, neighbour } from '../../torch/collectives.js';
import { escapesOf, exposedReads, namesWrittenIn } from '../../torch/escapes.js';
import { isNamed } from '../../torch/finding-lines.js';
import { gradientsUsed } from '../../torch/grad-mode.js';
import type { PyModule } from '../../torch/module.js';
import type { TorchProgram } from '../../torch/program.js';
import { indentedUnder, intervalAround, linesBefore, loopsAround, owned, statementOf, withoutStatement } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const collectiveAtInterval: TorchRecipe = {
  family: 'torch',
  name: 'collective-at-interval',
  languages: ['python'],
  category: 'communication',
  title: 'Reduce a value over the ranks only in the steps that read it',
  evidence: { findings: ['C6', 'C1', 'C3-scalar-read', 'C3-sync-in-loop'], text: 'A small collective in each step, of a value that is logged now and then.' },
  condition: 'What is reduced is read in the loop only where a condition on the step holds, which every rank answers alike: parts that ask for the rank stay out of it. Nothing behind the loop reads it, and no other effect stands in the statements that move.',
  risk: 'Ranks that count their steps differently would wait for each other forever, where before they only disagreed on when to log.',
  expected: 'The latency of a collective in each step that is not logged.',
  references: ['https://pytorch.org/docs/stable/distributed.html#collective-functions'],
  apply(program) {
    const { module, scope } = program;
    const statements = owned(module, scope, 'call').filter((call) => loopsAround(module, call).length > 0 && meetsAllRanks(program, { module, node: call })).map(statementOf);
    const once = statements.filter((statement, i) => statements.findIndex((other) => same(other, statement)) === i);
    return once.filter((statement) => isNamed(program, statement, 4)).flatMap((statement) => answerOf(program, statement) ?? []);
  },
};

/** Null for a collective whose value does not look as if it were read now and then. */
function answerOf(program: TorchProgram, statement: SgNode): Rewrite | Refusal | null {
  const { module } = program;
  const line = lineOf(statement);
  const loop = loopsAround(module, statement)[0];
  if (loop === undefined || statement.kind() !== 'expression_statement' || intervalAround(statement, loop) !== null) return null;
  const decision = parts(statement.parent() ?? statement).find((node) => startOf(node) > endOf(statement) && node.kind() === 'if_statement' && readsOf(module, [statement]).some((read) => within(read, node)));
  const group = decision === undefined ? [statement] : groupAround(module, statement, decision);
  const reads = readsOf(module, group);
  if (reads.length === 0) return null;
  const condition = decision?.field('condition') ?? null;
  const body = decision?.field('consequence') ?? null;
  if (decision === undefined || condition === null || body === null || !reads.some((read) => within(read, body))) return null;
  const outside = reads.find((read) => !within(read, body));
  if (outside !== undefined) return { line, reason: `Line ${lineOf(outside)} reads the value in each step, or behind the loop.` };
  const asked = commonCondition(condition);
  if (asked === null) return { line, reason: `\`${condition.text()}\` may not hold on all ranks in the same steps.` };
  const effect = group.find((one) => hasEffect(program, one));
  if (effect !== undefined) return { line, reason: `Line ${lineOf(effect)} may do more than to reduce the value.` };
  const changed = parts(statement.parent() ?? statement).filter((node) => startOf(node) >= startOf(group[0] ?? statement) && startOf(node) < startOf(decision)).flatMap((node) => namesWrittenIn(module, node)).find((name) => new RegExp(`\\b${name.text()}\\b`).test(asked));
  if (changed !== undefined) return { line, reason: `\`${changed.text()}\`, which the condition asks for, changes in between.` };
  const isInside = same(neighbour(group.at(-1) ?? statement, 1), decision) && asked === condition.text() && group.every((one) => !one.text().includes('\n'));
  const edits = isInside ? [...group.map((one) => withoutStatement(module, one)), linesBefore(module, parts(body)[0] ?? body, group.map((one) => one.text()))] : indentedUnder(module, group, `if ${asked}:`);
  return edits === null ? null : { title: `reduce over the ranks only where \`${asked}\` holds`, line, edits };
}

/** With the plain statements right before and behind that only prepare or go on with the value. */
function groupAround(module: PyModule, statement: SgNode, decision: SgNode): SgNode[] {
  const siblings = parts(statement.parent() ?? statement);
  const group = [statement];
  const isOnlyFor = (node: SgNode): boolean => node.kind() === 'expression_statement' && parts(node)[0]?.kind() !== 'call' && gradientsUsed(module, node) === null && namesWrittenIn(module, node).length > 0 && namesWrittenIn(module, node).every((name) => allReads(module, name, node).every((read) => within(read, decision) || group.some((one) => within(read, one)) || within(read, node)));
  for (let i = siblings.findIndex((node) => same(node, statement)) + 1; i < siblings.length; i++) {
    const node = siblings[i];
    if (node === undefined || !isOnlyFor(node) || !touches(module, group, node)) break;
    group.push(node);
  }
  for (let i = siblings.findIndex((node) => same(node, statement)) - 1; i >= 0; i--) {
    const node = siblings[i];
    if (node === undefined || !isOnlyFor(node) || node.text().includes('backward')) break;
    group.unshift(node);
  }
  return group;
}

/** Whether a statement reads or writes a name that the group writes or gives to a collective. */
function touches(module: PyModule, group: readonly SgNode[], node: SgNode): boolean {
  const names = new Set(group.flatMap((one) => written(module, one)).map((name) => name.text()));
  return all(node, 'identifier').some((id) => names.has(id.text()));
}

const allReads = (module: PyModule, name: SgNode, from: SgNode): SgNode[] => module.uses(module.scopeOf(from), name.text()).filter((use) => use.role !== 'write').map((use) => use.node);

/** The names that a statement writes, and those that a collective in it changes in place. */
function written(module: PyModule, statement: SgNode): SgNode[] {
  const inPlace = all(statement, 'call').filter((call) => /^torch\.distributed\.(?:all_)?reduce$/.test(module.pathOf(call.field('function')) ?? '')).flatMap((call) => parts(call.field('arguments') ?? call)[0] ?? []).filter((node) => node.kind() === 'identifier');
  return [...namesWrittenIn(module, statement), ...inPlace];
}

/** The reads outside of the group that see what it writes. */
function readsOf(module: PyModule, group: readonly SgNode[]): SgNode[] {
  return group.flatMap((one) => written(module, one).flatMap((name) => exposedReads(module, one, name.text()))).filter((read) => !group.some((one) => within(read, one)));
}

/** The part of a condition that all ranks answer alike; null where there is none, or it may ask for the rank in another way. */
function commonCondition(condition: SgNode): string | null {
  const terms: SgNode[] = [];
  const collect = (node: SgNode): void => {
    if (node.kind() === 'parenthesized_expression' && parts(node)[0]?.kind() === 'boolean_operator' && parts(node)[0]?.field('operator')?.text() === 'and') collect(parts(node)[0] as SgNode);
    else if (node.kind() === 'boolean_operator' && node.field('operator')?.text() === 'and') [node.field('left'), node.field('right')].forEach((side) => side !== null && collect(side));
    else terms.push(node);
  };
  collect(condition);
  const asksRank = (node: SgNode): boolean => /rank|main|master|primary|\bis_chief\b|leader/i.test(node.text());
  const common = terms.filter((node) => !asksRank(node));
  if (common.length === 0 || !common.some((node) => /%|(?:step|iter|epoch|batch\w*|\bi|idx)\s*==/.test(node.text()))) return null;
  const isCalm = common.every((node) => all(node, 'call').every((call) => call.field('function')?.text() === 'len') && all(node, 'named_expression').length === 0);
  return isCalm ? common.map((node) => node.text()).join(' and ') : null;
}

/** Whether a statement does more than to compute and reduce: it stores, prints, or calls what is not seen. */
function hasEffect(program: TorchProgram, statement: SgNode): boolean {
  const { module } = program;
  if (all(statement, 'assignment', 'augmented_assignment').some((node) => node.field('left')?.kind() !== 'identifier')) return true;
  return all(statement, 'call').some((call) => {
    const path = module.pathOf(call.field('function'));
    if (path?.startsWith('torch.') === true || ['len', 'float', 'int', 'sum'].includes(call.field('function')?.text() ?? '')) return false;
    const inner = definitionBehind(program, { module, node: call });
    if (inner !== null) return all(inner.node, 'assignment', 'augmented_assignment').some((node) => node.field('left')?.kind() === 'attribute') || escapesOf(program, inner.module, inner.node).some(({ node }) => node.parent()?.kind() === 'argument_list');
    return call.field('function')?.kind() !== 'attribute' || !/^(?:detach|clone|item|float|mean|sum|to|cpu|div_?|mul_?|long|double|cuda|data|unsqueeze|view|reshape)$/.test(call.field('function')?.field('attribute')?.text() ?? '');
  });
}
