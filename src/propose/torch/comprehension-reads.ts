import type { SgNode } from '@ast-grep/napi';
import type { Rewrite } from '../recipes/recipe.js';
import { all, endOf, lineOf, parts, same, startOf } from '../source/tree.js';
import { operand } from './contributions.js';
import { isReader, tensorOf } from './device-reads.js';
import { isFresh } from './fresh-tensors.js';
import { isPointedAt } from './pointed.js';
import type { TorchProgram } from './program.js';
import { owned, statementOf } from './statements.js';

/** For `[loss(x).item() for x in batches]`: how to compute all of them before the first is fetched. */
export function comprehensionAnswers(program: TorchProgram): Rewrite[] {
  const { module, scope } = program;
  return owned(module, scope, 'list_comprehension', 'generator_expression').flatMap((node) => {
    const [element, clause, ...more] = parts(node);
    const tensor = element?.kind() === 'call' && isReader(module, element) && /\.item\(\)$|^float\(/.test(element.text()) ? tensorOf(module, element) : null;
    if (element === undefined || clause?.kind() !== 'for_in_clause' || more.length > 0 || tensor === null || !isPointedAt(program, statementOf(node)) || !computes(tensor)) return [];
    const fetch = element.text().startsWith('float(') ? 'float(value)' : 'value.item()';
    const kept = `${operand(tensor)}.detach()${isFresh(module, tensor) ? '' : '.clone()'}`;
    const edits = [
      { file: module.file, start: startOf(element), end: endOf(element), text: `${fetch} for value in [${kept}` },
      { file: module.file, start: endOf(clause), end: endOf(clause), text: ']' },
    ];
    return isWhole(node) ? [{ title: 'compute all of them before the first is fetched', line: lineOf(node), edits }] : [];
  });
}

/** Whether something is computed for each element: only then does the host have work to send while it does not wait. */
function computes(tensor: SgNode): boolean {
  return tensor.kind() === 'call' && all(tensor, 'call').some((call) => !same(call, tensor) || parts(call.field('arguments') ?? call).length > 0);
}

/** Not in another comprehension, whose names it may use. */
function isWhole(node: SgNode): boolean {
  for (let at = node.parent(); at !== null && at.kind() !== 'block' && at.kind() !== 'module'; at = at.parent()) if (/comprehension|generator_expression|lambda/.test(String(at.kind()))) return false;
  return true;
}
