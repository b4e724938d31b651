import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, lineOf, parts, same, startOf } from '../../source/tree.js';
import { areUnchanged } from '../../torch/attention/weights.js';
import { methodOf } from '../../torch/call.js';
import { isChanged } from '../../torch/constants.js';
import type { PyModule } from '../../torch/module.js';
import { linesBefore, owned, replaced, statementOf } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

/** Operations that read tensors, give a new one, and draw no random numbers. */
const pure = new Set(['softmax', 'log_softmax', 'sum', 'mean', 'max', 'min', 'amax', 'amin', 'argmax', 'argmin', 'norm', 'std', 'var', 'exp', 'log', 'sigmoid', 'tanh', 'relu', 'gelu', 'silu', 'matmul', 'mm', 'bmm', 'einsum', 'cumsum', 'sort', 'topk', 'normalize', 'abs', 'pow', 'sqrt', 'rsqrt', 'logsumexp', 'one_hot', 'cross_entropy', 'mse_loss', 'cosine_similarity', 'cdist', 'square', 'prod', 'median']);

export const repeatedOperation: TorchRecipe = {
  family: 'torch',
  name: 'repeated-operation',
  languages: ['python'],
  category: 'repeated-work',
  title: 'Compute the same operation on the same tensors once',
  evidence: { findings: ['C5-repeated-reductions', 'C5-copy-kernels', 'C2', 'H1'], text: 'The same reduction or elementwise kernel twice in a row.' },
  condition: 'Both stand in statements of one block, are the same text of an operation that reads its inputs and draws no random numbers, and no statement between them gives one of the names another value or changes it in place. The result is not changed in place.',
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
  const path = module.pathOf(call.field('function'));
  const statement = statementOf(call);
  const method = methodOf(call);
  const name = path === null ? (method?.method ?? '') : /^torch\.(?:nn\.functional\.|linalg\.)?(\w+)$/.exec(path)?.[1] ?? '';
  if (!pure.has(name) || !['expression_statement', 'return_statement'].includes(String(statement.kind()))) return false;
  if (path === null && (module.pathOf(method?.receiver ?? null) !== null || /^(?:np|numpy|math|self)\b/.test(call.text()))) return false;
  // Part of a larger one that is itself repeated, or of code that runs later or not always.
  return ancestorWhere(call, (at) => ['lambda', 'list_comprehension', 'generator_expression', 'dictionary_comprehension', 'set_comprehension', 'conditional_expression', 'boolean_operator'].includes(String(at.kind())), statement) === null && !/\b(?:dropout|rand\w*|item|backward)\(/.test(call.text());
}

function answerOf(module: PyModule, first: SgNode, second: SgNode): (Rewrite | Refusal)[] {
  const [from, to] = [statementOf(first), statementOf(second)];
  const line = lineOf(second);
  if (!same(from, to) && (!areUnchanged(module, [first], from, to) || rebinds(module, from, first) || mayChange(module, first, from, to))) return [{ line, reason: `What \`${second.text()}\` is computed from changes after line ${lineOf(first)}.` }];
  const assignment = parts(from)[0];
  const left = assignment?.kind() === 'assignment' && same(assignment.field('right'), first) ? assignment.field('left') : null;
  if (isChanged(module, first) && left?.kind() === 'identifier') return [{ line, reason: `\`${left.text()}\` is changed after it is computed.` }];
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

/** Whether a statement between the two does something that may change tensors: a step of an optimizer, a module that may work in place. */
function mayChange(module: PyModule, first: SgNode, from: SgNode, to: SgNode): boolean {
  const names = new Set(first.findAll({ rule: { kind: 'identifier' } }).map((id) => id.text()));
  const between = parts(to.parent() ?? to).filter((statement) => startOf(statement) >= startOf(from) && startOf(statement) < startOf(to));
  return between.some((statement) => {
    if (/\.(?:step|load_state_dict|\w+_)\(/.test(statement.text()) || /^[\w.]+\[/.test(statement.text())) return true;
    const calls = statement.findAll({ rule: { kind: 'call' } }).filter((call) => !(module.pathOf(call.field('function')) ?? '').startsWith('torch.') && !['print', 'len', 'float', 'int'].includes(call.field('function')?.text() ?? ''));
    return calls.some((call) => parts(call.field('arguments') ?? call).some((argument) => argument.kind() === 'identifier' && names.has(argument.text())));
  });
}
