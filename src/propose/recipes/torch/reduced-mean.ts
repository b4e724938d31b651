import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts, same } from '../../source/tree.js';
import { argument, callArguments, methodOf } from '../../torch/call.js';
import { collectivesAt } from '../../torch/collectives.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import { replaced, statementOf } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const reducedMean: TorchRecipe = {
  family: 'torch',
  name: 'reduced-mean',
  languages: ['python'],
  category: 'communication',
  title: 'Add up over the ranks by `all_reduce` where everything is gathered only for a mean or sum',
  evidence: { findings: ['C6', 'C1', 'C5-copies'], text: 'An all-gather, followed by a mean over what was gathered.' },
  condition: 'The list is made for the gathering, with one tensor for each rank, and only its mean or sum over the ranks is used. The value given is copied first, so that it stays as it is.',
  risk: 'The sum is made in another order.',
  expected: 'The memory of a copy for each rank, and most of the bytes that are sent where there are many ranks.',
  references: ['https://pytorch.org/docs/stable/distributed.html#torch.distributed.all_reduce'],
  changesResults: 'rounding',
  apply: (program) => collectivesAt(program, 'torch.distributed.all_gather').map((call) => answerOf(program.module, program.scope, call)),
};

function answerOf(module: PyModule, scope: SgNode, call: SgNode): Rewrite | Refusal {
  const line = lineOf(call);
  const list = argument(call, 'tensor_list', 0);
  const value = argument(call, 'tensor', 1);
  if (list?.kind() !== 'identifier' || value === null || callArguments(call).keywords.has('async_op') || parts(statementOf(call))[0]?.id() !== call.id()) return { line, reason: 'It cannot be seen what is gathered, or it is waited for later.' };
  const uses = module.uses(scope, list.text());
  const made = uses.map(({ node }) => node.parent()).find((parent) => parent?.kind() === 'assignment' && parent.field('left')?.text() === list.text()) ?? null;
  const size = made === null ? null : ranksOf(module, made.field('right'), value);
  const rest = uses.filter(({ node }) => !same(node, list) && !same(node.parent(), made));
  const [use] = rest;
  if (made === null || size === null) return { line, reason: `It cannot be seen that \`${list.text()}\` is made for the gathering, with one like \`${value.text()}\` for each rank.` };
  const reduction = use === undefined || rest.length > 1 ? null : reductionOf(module, use.node);
  if (reduction === null) return { line, reason: `More than a mean or sum over the ranks is used of \`${list.text()}\`.` };
  const name = module.names(module.root).names.fresh('total');
  const reduce = spelled(module, 'torch.distributed.all_reduce');
  const group = callArguments(call).keywords.get('group');
  const result = reduction.isMean ? `${name} / ${size}` : name;
  const isInside = reduction.isMean && ['attribute', 'binary_operator', 'unary_operator'].includes(String(reduction.node.parent()?.kind()));
  return {
    title: `add \`${value.text()}\` up over the ranks instead of gathering it`,
    line,
    edits: [
      replaced(module, statementOf(made), `${name} = ${value.text()}.clone()`),
      replaced(module, call, `${reduce.text}(${name}${group === undefined ? '' : `, group=${group.text()}`})`),
      replaced(module, reduction.node, isInside ? `(${result})` : result),
      ...reduce.edits,
    ],
  };
}

/** The number of ranks of `[torch.zeros_like(value) for _ in range(n)]`. */
function ranksOf(module: PyModule, list: SgNode | null, value: SgNode): string | null {
  if (list?.kind() !== 'list_comprehension') return null;
  const [element, clause, ...more] = parts(list);
  const isLike = element?.kind() === 'call' && ['torch.zeros_like', 'torch.empty_like', 'torch.ones_like'].includes(module.pathOf(element.field('function')) ?? '') && parts(element.field('arguments') ?? element).map((one) => one.text()).join() === value.text();
  const over = clause?.field('right');
  const count = over?.kind() === 'call' && over.field('function')?.text() === 'range' ? parts(over.field('arguments') ?? over) : [];
  return isLike && more.length === 0 && count.length === 1 && /world|ranks|get_world_size|num_processes|n_gpus|nprocs/.test(count[0]?.text() ?? '') ? (count[0]?.text() ?? null) : null;
}

/** `torch.stack(parts).mean(dim=0)`, `torch.stack(parts).sum(0)`, `sum(parts)`, with the list at its end. */
function reductionOf(module: PyModule, list: SgNode): { node: SgNode; isMean: boolean } | null {
  const call = list.parent()?.parent() ?? null;
  if (call?.kind() !== 'call') return null;
  const given = parts(call.field('arguments') ?? call);
  if (call.field('function')?.text() === 'sum' && given.length === 1) return { node: call, isMean: false };
  const isStack = module.pathOf(call.field('function')) === 'torch.stack' && (given.length === 1 || (given.length === 2 && /^(?:dim=)?0$/.test(given[1]?.text() ?? '')));
  const outer = call.parent()?.parent() ?? null;
  const method = methodOf(outer);
  if (!isStack || outer === null || method === null || !same(method.receiver, call) || !['mean', 'sum'].includes(method.method)) return null;
  const over = parts(outer.field('arguments') ?? outer).map((one) => one.text()).join();
  return /^(?:(?:dim|axis)=)?0$/.test(over) && all(outer, 'list').length === 0 ? { node: outer, isMean: method.method === 'mean' } : null;
}
