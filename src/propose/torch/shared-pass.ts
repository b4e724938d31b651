import type { SgNode } from '@ast-grep/napi';
import type { Refusal, Rewrite } from '../recipes/recipe.js';
import { all, ancestorWhere, lineOf, parts, same, startOf, within } from '../source/tree.js';
import { escapesOf } from './escapes.js';
import { gradientsUsed, isWithoutGradients, switchesGradients } from './grad-mode.js';
import { recordingModelCalls } from './model-calls.js';
import { spelled } from './names-in-scope.js';
import type { Located, TorchProgram } from './program.js';
import { indentedUnder, owned, statementOf } from './statements.js';

/**
 * A function that trains under a condition and evaluates otherwise: `if optimizer is not None: loss.backward()`. Gradients are then
 * recorded only where the condition holds. Empty where the function is none of that kind.
 */
export function sharedPass(program: TorchProgram, { module, node }: Located): (Rewrite | Refusal)[] {
  if (node.kind() !== 'function_definition' || switchesGradients(module, node) !== null) return [];
  const takes = owned(module, node, 'call').filter((call) => gradientsUsed(module, statementOf(call)) !== null && statementOf(call).kind() === 'expression_statement');
  const [first] = takes;
  const decision = first === undefined ? null : outermostIf(first, node);
  const condition = decision?.field('condition') ?? null;
  const body = decision?.field('consequence') ?? null;
  if (decision === null || condition === null || body === null || !takes.every((call) => within(call, body)) || !isSteady(program, module, node, condition)) return [];
  const models = recordingModelCalls(program, module, node).filter((call) => !within(call, decision) && startOf(call) < startOf(decision) && same(statementOf(call).parent(), decision.parent()));
  const statements = models.map(statementOf).filter((statement, i, list) => list.findIndex((other) => same(other, statement)) === i);
  const siblings = parts(decision.parent() ?? decision);
  const from = siblings.findIndex((statement) => same(statement, statements[0] ?? null));
  const to = siblings.findIndex((statement) => same(statement, statements.at(-1) ?? null));
  if (from < 0) return [];
  const line = lineOf(decision);
  const run = siblings.slice(from, to + 1);
  if (escapesOf(program, module, node).some(({ kind }) => kind === 'graph')) return [{ line, reason: 'A tensor that gradients may be taken through leaves the function.' }];
  if (program.callersOf({ module, node }).some((call) => isWithoutGradients(call.module, call.node))) return [{ line, reason: 'Callers switch gradients off already where they evaluate.' }];
  const { text, edits } = spelled(module, 'torch.set_grad_enabled');
  const given = /^[\w.]+$/.test(condition.text()) ? `bool(${condition.text()})` : condition.text();
  const isTruth = condition.kind() === 'comparison_operator' || condition.kind() === 'not_operator' || /^(?:is_)?(?:train|training)\w*$|^(?:self\.|model\.)+training$/.test(condition.text());
  const indented = indentedUnder(module, run, `with ${text}(${isTruth ? condition.text() : given}):`);
  return indented === null ? [] : [{ title: `record for gradients only where \`${condition.text()}\` holds`, line: lineOf(run[0] ?? decision), edits: [...indented, ...edits] }];
}

/** The outermost `if` around a call within the innermost loop around it. */
function outermostIf(call: SgNode, limit: SgNode): SgNode | null {
  let found: SgNode | null = null;
  for (let at = call.parent(); at !== null && !same(at, limit); at = at.parent()) {
    if (['for_statement', 'while_statement'].includes(String(at.kind()))) return found;
    if (at.kind() === 'if_statement') found = at;
  }
  return found;
}

/** A condition over names that are the same all the way: `training`, `optimizer is not None`, `mode == 'train'`. */
function isSteady(program: TorchProgram, module: Located['module'], scope: SgNode, condition: SgNode): boolean {
  if (all(condition, 'call', 'subscript', 'binary_operator').length > 0 || !['identifier', 'attribute', 'comparison_operator', 'not_operator'].includes(String(condition.kind()))) return false;
  const names = condition.kind() === 'identifier' ? [condition] : all(condition, 'identifier').filter((id) => id.parent()?.kind() !== 'attribute' || same(id.parent()?.field('object') ?? null, id));
  return names.length > 0 && program.module !== null && names.every((id) => module.uses(scope, id.text()).every((use) => use.role !== 'write' || ancestorWhere(use.node, (at) => ['for_statement', 'while_statement'].includes(String(at.kind())), scope) === null));
}
