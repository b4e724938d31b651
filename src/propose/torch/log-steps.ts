import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { all, endOf, parts, same, startOf } from '../source/tree.js';
import { argument, methodOf } from './call.js';
import type { PyModule } from './module.js';
import { intervalAround, owned } from './statements.js';

/** A loop in the loop that goes over steps of its own: the outer one is of epochs. What walks through weights is none. */
export function loopOfSteps(module: PyModule, loop: SgNode): SgNode | null {
  const ofWeights = /parameters\(|param_groups|\.modules\(|\.children\(|state_dict\(|\.items\(/;
  return owned(module, loop, 'for_statement', 'while_statement').find((inner) => !same(inner, loop) && intervalAround(inner, loop) === null && !ofWeights.test(inner.field('right')?.text() ?? '')) ?? null;
}

/** The name that counts the iterations of a loop; `enumerate` is put around what it goes over where there is none. */
export function stepOf(module: PyModule, loop: SgNode): { name: string; edits: TextEdit[] } | null {
  const target = loop.field('left');
  const over = loop.field('right');
  if (target === null || over === null) return counterOf(loop);
  const callee = over.kind() === 'call' ? over.field('function')?.text() : undefined;
  // With a step of its own, a range does not count.
  if (callee === 'range' && target.kind() === 'identifier' && argument(over, '', 2) === null) return { name: target.text(), edits: [] };
  const inner = callee === 'enumerate' ? over : all(over, 'call').find((call) => call.field('function')?.text() === 'enumerate' && startOf(call) === startOf(argument(over, '', 0) ?? loop));
  const first = inner === undefined ? undefined : parts(target)[0];
  if (inner !== undefined) return first?.kind() === 'identifier' && target.kind() !== 'identifier' ? { name: first.text(), edits: [] } : null;
  const counter = counterOf(loop);
  if (counter !== null) return counter;
  const names = module.names(module.root);
  const name = ['step', 'iteration', 'index'].find((wanted) => names.uses(wanted).length === 0) ?? names.names.fresh('step');
  const text = target.kind() === 'pattern_list' ? `(${target.text()})` : target.text();
  // A progress bar that the loop talks to has to stay what the loop goes over, and is that of `enumerate` then too.
  return { name, edits: [{ file: module.file, start: startOf(target), end: endOf(target), text: `${name}, ${text}` }, { file: module.file, start: startOf(over), end: endOf(over), text: `enumerate(${over.text()})` }] };
}

/** `step` where the loop does `step += 1` in every iteration. */
function counterOf(loop: SgNode): { name: string; edits: TextEdit[] } | null {
  const statements = parts(loop.field('body') ?? loop).flatMap((statement) => (statement.kind() === 'expression_statement' ? parts(statement) : []));
  const found = statements.find((node) => node.kind() === 'augmented_assignment' && node.field('left')?.kind() === 'identifier' && node.field('operator')?.text() === '+=' && node.field('right')?.text() === '1' && methodOf(node) === null);
  const name = found?.field('left')?.text();
  return name === undefined ? null : { name, edits: [] };
}
