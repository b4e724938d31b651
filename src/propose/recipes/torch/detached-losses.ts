import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts, same, within } from '../../source/tree.js';
import { argument, methodOf } from '../../torch/call.js';
import { isLossName } from '../../torch/losses.js';
import type { PyModule } from '../../torch/module.js';
import { isPointedAt, namesWait } from '../../torch/pointed.js';
import { sumOf } from '../../torch/read-uses.js';
import { loopsAround, owned, replaced, statementOf } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const detachedLosses: TorchRecipe = {
  family: 'torch',
  name: 'detached-losses',
  languages: ['python'],
  category: 'waiting',
  title: 'Keep losses detached: a sum or list of them holds the graph of every step otherwise',
  evidence: { findings: ['C3', 'C1', 'C4', 'C5'], text: 'Memory of the device grows with the steps, and is taken and given back in each.' },
  condition: 'The loop goes backward through the loss, or one that it is a part of, without `retain_graph`, so that nothing can go through it again. The sum or list is not gone backward through, nor printed as a tensor, which would show where it comes from.',
  risk: 'What the function returns no longer says that it needs gradients.',
  expected: 'The memory of a graph a step, and the time to allocate it.',
  references: ['https://pytorch.org/docs/stable/notes/faq.html#my-model-reports-cuda-runtime-error-2-out-of-memory', 'https://pytorch.org/docs/stable/generated/torch.Tensor.detach.html'],
  apply(program) {
    const { module, scope } = program;
    const found = owned(module, scope, 'call').filter((call) => methodOf(call)?.method === 'backward').flatMap((call) => keptIn(module, call));
    const distinct = found.filter((one, i) => found.findIndex((other) => same(other.node, one.node)) === i);
    const pointed = distinct.filter(({ node }) => isPointedAt(program, statementOf(node)));
    return pointed.length === 0 && /^C[34]/.test(program.finding.category) && namesWait(program) ? [] : (pointed.length > 0 ? pointed : distinct).map(({ answer }) => answer);
  },
};

interface KeptGraph {
  node: SgNode;
  answer: Rewrite | Refusal;
}

/** What the loop around a backward pass keeps of the tensors that it goes through. */
function keptIn(module: PyModule, backward: SgNode): KeptGraph[] {
  const loop = loopsAround(module, backward)[0];
  const through = throughOf(module, backward, loop);
  if (loop === undefined || through.size === 0) return [];
  const kept = owned(module, loop, 'identifier').filter((id) => through.has(id.text()) && within(id, loop.field('body') ?? loop));
  return kept.flatMap((node) => {
    const cell = cellAt(node);
    return cell === null ? [] : [{ node, answer: answerOf(module, { node, cell, backward }) }];
  });
}

/** The names that a backward pass goes through: of the loss, and of what it is the sum of. */
function throughOf(module: PyModule, backward: SgNode, loop: SgNode | undefined): ReadonlySet<string> {
  const receiver = methodOf(backward)?.receiver;
  const names = new Set(receiver === undefined || loop === undefined ? [] : [receiver, ...all(receiver, 'identifier')].filter((node) => node.kind() === 'identifier' && module.pathOf(node) === null && (same(node, receiver ?? null) || !isScaler(node))).map((node) => node.text()));
  // `loss = a + 0.5 * b`
  for (const assignment of loop === undefined ? [] : owned(module, loop, 'assignment')) {
    const right = assignment.field('right');
    if (right?.kind() !== 'binary_operator' || !names.has(assignment.field('left')?.text() ?? '')) continue;
    for (const id of all(right, 'identifier')) if (isLossName(module, id) || /loss|^kl|^mse|err/i.test(id.text())) names.add(id.text());
  }
  return names;
}

/** `scaler` of `scaler.scale(loss).backward()`, `accelerator`. */
function isScaler(node: SgNode): boolean {
  return node.parent()?.kind() === 'attribute' && same(node.parent()?.field('object') ?? null, node);
}

/** `total` of `total += loss`, `losses` of `losses.append(loss)`, where the name is all that is added, or a factor of it. */
function cellAt(node: SgNode): SgNode | null {
  const inner = parts(statementOf(node))[0];
  if (inner === undefined || statementOf(node).kind() !== 'expression_statement') return null;
  const isPart = (whole: SgNode): boolean => {
    for (let at = node; !same(at, whole); ) {
      const parent = at.parent();
      if (parent === null || !['binary_operator', 'parenthesized_expression', 'unary_operator'].includes(String(parent.kind()))) return false;
      at = parent;
    }
    return true;
  };
  const sum = sumOf(inner);
  if (sum !== null) return sum.cell.text() !== node.text() && isPart(sum.term) ? sum.cell : null;
  const method = methodOf(inner);
  const given = inner.kind() === 'call' ? argument(inner, '', 0) : null;
  return method?.method === 'append' && given !== null && isPart(given) ? method.receiver : null;
}

function answerOf(module: PyModule, { node, cell, backward }: { node: SgNode; cell: SgNode; backward: SgNode }): Rewrite | Refusal {
  const line = lineOf(node);
  const name = cell.text();
  const holder = cell.kind() === 'subscript' ? (cell.field('value')?.text() ?? name) : name;
  const mention = new RegExp(`(?<![\\w.])${holder.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(?!\\w)`);
  if (/retain_graph\s*=\s*True|create_graph\s*=\s*True/.test(backward.text())) return { line, reason: `Line ${lineOf(backward)} keeps the graph, to go through it again.` };
  const scope = module.scopeOf(node);
  const calls = owned(module, scope, 'call');
  const further = calls.find((call) => (methodOf(call)?.method === 'backward' && mention.test(methodOf(call)?.receiver.text() ?? '')) || (module.pathOf(call.field('function'))?.startsWith('torch.autograd.') === true && mention.test(call.text())));
  if (further !== undefined) return { line, reason: `Line ${lineOf(further)} goes backward through \`${holder}\`.` };
  const flows = owned(module, scope, 'assignment').find((assignment) => mention.test(assignment.field('right')?.text() ?? '') && calls.some((call) => methodOf(call)?.method === 'backward' && methodOf(call)?.receiver.text() === assignment.field('left')?.text()));
  if (flows !== undefined) return { line, reason: `Line ${lineOf(flows)} makes a loss of \`${holder}\`, which is gone backward through.` };
  const shown = calls.find((call) => call.field('function')?.text() === 'print' && parts(call.field('arguments') ?? call).some((given) => given.text() === holder));
  if (shown !== undefined) return { line, reason: `Line ${lineOf(shown)} prints \`${holder}\` with where it comes from.` };
  return { title: `keep \`${node.text()}\` in \`${name}\` without its graph`, line, edits: [replaced(module, node, `${node.text()}.detach()`)] };
}
