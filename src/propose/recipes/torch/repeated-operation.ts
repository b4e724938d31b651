import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf } from '../../source/tree.js';
import { areUnchanged } from '../../torch/attention/weights.js';
import { methodOf } from '../../torch/call.js';
import { isChanged } from '../../torch/constants.js';
import type { PyModule } from '../../torch/module.js';
import { linesBefore, owned, replaced, statementOf } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

/** Operations that read tensors, give a new one, and draw no random numbers. */
const pure = new Set(['softmax', 'log_softmax', 'sum', 'mean', 'max', 'min', 'amax', 'amin', 'argmax', 'argmin', 'norm', 'std', 'var', 'exp', 'log', 'sigmoid', 'tanh', 'relu', 'gelu', 'silu', 'matmul', 'mm', 'bmm', 'einsum', 'cumsum', 'sort', 'topk', 'normalize', 'abs', 'pow', 'sqrt', 'rsqrt', 'logsumexp', 'one_hot', 'cross_entropy', 'mse_loss', 'cosine_similarity', 'cdist', 'square', 'prod', 'median']);

/** Those, and what only gives a tensor another shape or type, or reads its shape. */
const calm = new Set([...pure, 'view', 'reshape', 'flatten', 'transpose', 'permute', 'unsqueeze', 'squeeze', 'expand', 't', 'float', 'long', 'bool', 'detach', 'contiguous', 'size', 'dim', 'numel']);

export const repeatedOperation: TorchRecipe = {
  family: 'torch',
  name: 'repeated-operation',
  languages: ['python'],
  category: 'repeated-work',
  title: 'Compute the same operation on the same tensors once',
  evidence: { findings: ['C5-repeated-reductions', 'C5-copy-kernels', 'C2', 'H1'], text: 'The same reduction or elementwise kernel twice in a row.' },
  condition: 'Both stand in statements of one block, are the same text of an operation that reads its inputs and draws no random numbers, and that has no other calls in it than such operations. Between them runs no code but that of PyTorch: no method that is not known, no module, no `backward`. Nothing there gives one of the names another value or changes it in place. The result is not changed in place or returned.',
  risk: 'The result is kept until the second use. Gradients through both are added in another order.',
  expected: 'The time of one of the two.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html'],
  changesResults: 'rounding',
  apply({ module, scope }) {
    const seen = new Map<string, SgNode>();
    return owned(module, scope, 'call').flatMap((call): (Rewrite | Refusal)[] => {
      if (!isPure(module, call)) return [];
      const key = `${call.text()} ${statementOf(call).parent()?.id() ?? ''}`;
      const first = seen.get(key);
      if (first === undefined) {
        seen.set(key, call);
        return [];
      }
      return answerOf(module, first, call);
    });
  },
};

function isPure(module: PyModule, call: SgNode): boolean {
  const statement = statementOf(call);
  if (!isOperation(module, call, pure) || !['expression_statement', 'return_statement'].includes(String(statement.kind()))) return false;
  if (all(call, 'call').some((inner) => !same(inner, call) && !isOperation(module, inner, calm)) || hasOut(call)) return false;
  if (['lambda', 'await', 'yield', 'named_expression'].some((kind) => all(call, kind).length > 0)) return false;
  // Part of a larger one that is itself repeated, or of code that runs later or not always.
  return ancestorWhere(call, (at) => ['lambda', 'list_comprehension', 'generator_expression', 'dictionary_comprehension', 'set_comprehension', 'conditional_expression', 'boolean_operator'].includes(String(at.kind())), statement) === null;
}

/** Whether a call is one of these operations of PyTorch, as a function or as a method. */
function isOperation(module: PyModule, call: SgNode, names: ReadonlySet<string>): boolean {
  const path = module.pathOf(call.field('function'));
  const method = methodOf(call);
  if (path !== null) return names.has(/^torch\.(?:nn\.functional\.|linalg\.)?(\w+)$/.exec(path)?.[1] ?? '');
  return method !== null && names.has(method.method) && module.pathOf(method.receiver) === null && !/^(?:np|numpy|math|self)\b/.test(call.text());
}

const hasOut = (node: SgNode): boolean => all(node, 'keyword_argument').some((keyword) => keyword.field('name')?.text() === 'out');

function answerOf(module: PyModule, first: SgNode, second: SgNode): (Rewrite | Refusal)[] {
  const [from, to] = [statementOf(first), statementOf(second)];
  const line = lineOf(second);
  if (mayChange(module, second, from, to) || (!same(from, to) && (!areUnchanged(module, [first], from, to) || rebinds(module, from, first)))) return [{ line, reason: `What \`${second.text()}\` is computed from changes after line ${lineOf(first)}.` }];
  const assignment = parts(from)[0];
  const left = assignment?.kind() === 'assignment' && same(assignment.field('right'), first) ? assignment.field('left') : null;
  if (isChanged(module, first) || isChanged(module, second)) return [{ line, reason: `\`${(left ?? first).text()}\` is changed after it is computed, or handed out.` }];
  if (left?.kind() === 'identifier') return [{ title: `use \`${left.text()}\` again`, line, edits: [replaced(module, second, left.text())] }];
  if (left !== null) return [];
  const name = module.names(module.root).names.fresh(`${methodOf(first)?.method ?? 'shared'}_once`);
  return [{ title: `compute \`${first.text()}\` once`, line, edits: [linesBefore(module, from, [`${name} = ${first.text()}`]), replaced(module, first, name), replaced(module, second, name)] }];
}

/** Whether the statement of the first gives one of its inputs another value: `x = x.exp() / x.sum()`. */
function rebinds(module: PyModule, statement: SgNode, first: SgNode): boolean {
  const scope = module.scopeOf(first);
  const names = new Set(first.findAll({ rule: { kind: 'identifier' } }).map((id) => id.text()));
  return [...names].some((name) => module.uses(scope, name).some((use) => use.role === 'write' && same(statementOf(use.node), statement) && startOf(use.node) < startOf(first)));
}

/**
 * Whether something that runs before the second, from the statement of the first on, may change what it reads: code that is not
 * PyTorch's, gradients that are computed, a write to a part of something. What is put in front of the first has to be the same, too.
 */
function mayChange(module: PyModule, second: SgNode, from: SgNode, to: SgNode): boolean {
  const statements = parts(to.parent() ?? to).filter((statement) => startOf(statement) >= startOf(from) && startOf(statement) <= startOf(to));
  return statements.some((statement) => {
    if (hasOut(statement) || all(statement, 'await', 'yield', 'named_expression', 'delete_statement').length > 0) return true;
    if (!same(statement, to) && (all(statement, 'augmented_assignment').length > 0 || all(statement, 'assignment').some((node) => !['identifier', 'pattern_list'].includes(String(node.field('left')?.kind())) || all(node.field('left') ?? node, 'attribute', 'subscript').length > 0))) return true;
    return all(statement, 'call').some((call) => endOf(call) <= startOf(second) && !isCalm(module, call));
  });
}

function isCalm(module: PyModule, call: SgNode): boolean {
  const path = module.pathOf(call.field('function'));
  if (path === null) return isOperation(module, call, calm) || ['print', 'len', 'float', 'int'].includes(call.field('function')?.text() ?? '');
  return path.startsWith('torch.') && !/backward|_$|\.set_|\.nn\.(?!functional\.)|\.(?:autograd|distributed|utils|optim)\./.test(path);
}
