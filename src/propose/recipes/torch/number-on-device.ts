import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts, same } from '../../source/tree.js';
import { methodOf, unwrapped } from '../../torch/call.js';
import { operand } from '../../torch/contributions.js';
import { isReader, tensorOf } from '../../torch/device-reads.js';
import type { PyModule } from '../../torch/module.js';
import { isPointedAt } from '../../torch/pointed.js';
import { isNumber } from '../../torch/plain-numbers.js';
import { owned, replaced, statementOf } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

/** Reductions that give one number where they are given nothing. */
const reductions = new Set(['mean', 'std', 'var', 'max', 'min', 'sum', 'norm', 'amax', 'amin', 'median', 'prod']);
const arithmetic = new Set(['+', '-', '*', '/']);

export const numberOnDevice: TorchRecipe = {
  family: 'torch',
  name: 'number-on-device',
  languages: ['python'],
  category: 'waiting',
  title: 'Compute with the mean, maximum or norm of a tensor where it is, instead of fetching it as a number first',
  evidence: { findings: ['C3', 'C1', 'C4'], text: 'The host fetches one value and waits for the device, only to give it back in the next operation.' },
  condition: 'The value is one number that a reduction gave of a tensor; all that is done with it is arithmetic with that same tensor, or parts of it, so that both are on one device and of one type. It is not compared, shown or kept.',
  risk: 'Numbers that Python computed in double precision on the way are of the precision of the tensor. A division of a number by zero gives infinity, where Python ended in an error.',
  expected: 'The wait, and with it the time that the device has no work.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#avoid-unnecessary-cpu-gpu-synchronization'],
  changesResults: 'rounding',
  apply(program) {
    const { module, scope } = program;
    const reads = owned(module, scope, 'call').flatMap((call) => readOf(module, call) ?? []).filter(({ node }) => isPointedAt(program, statementOf(node)));
    const answers = reads.flatMap((read) => usesOf(module, read) ?? []).filter((read, i, rest) => rest.findIndex((other) => same(other.node, read.node)) === i);
    if (answers.length === 0) return [];
    const refused = answers.find(({ uses, tensor }) => !uses.every((use) => meetsTensor(module, use, tensor)));
    if (refused !== undefined) return answers.some(({ uses, tensor }) => uses.some((use) => meetsTensor(module, use, tensor))) ? [{ line: lineOf(refused.node), reason: `\`${refused.node.text()}\` is needed as a number.` } satisfies Refusal] : [];
    const edits = answers.map(({ node, tensor }) => replaced(module, node, `${operand(tensor)}.detach()`));
    return [{ title: `leave ${answers.map(({ tensor }) => `\`${tensor.text()}\``).join(', ')} on the device`, line: lineOf(answers[0]?.node ?? scope), edits } satisfies Rewrite];
  },
};

interface ScalarRead {
  node: SgNode;
  tensor: SgNode;
}

/** `x.max().item()`, `float(torch.norm(x))`: of a reduction of all of a tensor. */
function readOf(module: PyModule, call: SgNode): ScalarRead | null {
  if (!isReader(module, call) || !/\.item\(\)$|^float\(/.test(call.text())) return null;
  const tensor = tensorOf(module, call);
  if (tensor?.kind() !== 'call') return null;
  const path = module.pathOf(tensor.field('function'));
  const method = methodOf(tensor);
  const given = parts(tensor.field('arguments') ?? tensor);
  const isReduction = path === null ? method !== null && reductions.has(method.method) && given.length === 0 : reductions.has(/^torch\.(\w+)$/.exec(path)?.[1] ?? '') && given.length === 1;
  return isReduction ? { node: call, tensor } : null;
}

/** Where the value is used: where it is read, or by the one name that it is given; null for a name that has other values too, and for a value that is not computed with. */
function usesOf(module: PyModule, read: ScalarRead): (ScalarRead & { uses: SgNode[] }) | null {
  const { node } = read;
  const parent = node.parent();
  const pair = parent?.kind() === 'expression_list' ? parent.parent() : null;
  const left = parent?.kind() === 'assignment' && same(parent.field('right'), node) ? parent.field('left') : pair?.kind() === 'assignment' ? (parts(pair.field('left') ?? pair)[parts(parent ?? node).findIndex((part) => same(part, node))] ?? null) : null;
  if (left === null) return { ...read, uses: [node] };
  if (left.kind() !== 'identifier') return null;
  const uses = module.uses(module.scopeOf(node), left.text());
  const isOnly = uses.filter(({ role }) => isBinding(role)).length === 1 && uses.every(({ deferred }) => !deferred) && !same(module.scopeOf(node), module.root);
  return isOnly && uses.length > 1 ? { ...read, uses: uses.filter(({ role }) => !isBinding(role)).map((use) => use.node) } : null;
}

const isBinding = (role: string): boolean => ['write', 'declare', 'foreign'].includes(role);

/** Whether arithmetic brings the value together with the tensor that it was made of, through numbers alone. */
function meetsTensor(module: PyModule, use: SgNode, tensor: SgNode): boolean {
  const roots = new Set(tensorNames(module, tensor));
  for (let at = use; ; ) {
    const parent = at.parent();
    if (parent === null) return false;
    if (parent.kind() === 'augmented_assignment') return same(parent.field('right'), at) && arithmetic.has((parent.field('operator')?.text() ?? '').replace('=', '')) && roots.has(parent.field('left')?.text() ?? '');
    if (parent.kind() === 'binary_operator') {
      const other = same(parent.field('left'), at) ? parent.field('right') : parent.field('left');
      if (other === null || !arithmetic.has(parent.field('operator')?.text() ?? '')) return false;
      if (tensorNames(module, other).some((name) => roots.has(name))) return true;
      if (!isNumber(module, other)) return false;
    } else if (parent.kind() !== 'parenthesized_expression' && parent.kind() !== 'unary_operator') return false;
    at = parent;
  }
}

/** Names in an expression of tensors: not of what is asked for its size, not behind a read. */
function tensorNames(module: PyModule, expression: SgNode): string[] {
  const node = unwrapped(expression);
  if (module.pathOf(node) !== null) return [];
  if (node.kind() === 'identifier') return [node.text()];
  if (node.kind() === 'attribute') return /^(?:shape|dtype|device|ndim)$/.test(node.field('attribute')?.text() ?? '') ? [] : node.text().startsWith('self.') ? [node.text()] : [];
  if (node.kind() === 'subscript') return node.field('value') === null ? [] : tensorNames(module, node.field('value') ?? node);
  if (['binary_operator', 'unary_operator'].includes(String(node.kind()))) return parts(node).flatMap((part) => tensorNames(module, part));
  if (node.kind() !== 'call') return [];
  const method = methodOf(node);
  if (method !== null && ['item', 'size', 'numel', 'dim', 'tolist', 'numpy', 'cpu'].includes(method.method)) return [];
  const given = all(node, 'keyword_argument').length === 0 ? parts(node.field('arguments') ?? node).slice(0, 1) : [];
  return [...(method === null ? [] : tensorNames(module, method.receiver)), ...(node.text().startsWith('torch.') ? given.flatMap((one) => tensorNames(module, one)) : [])];
}
