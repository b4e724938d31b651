import type { SgNode } from '@ast-grep/napi';
import { lineOf, parts, same } from '../../source/tree.js';
import { argument, callArguments, methodOf } from '../../torch/call.js';
import { calledThere } from '../../torch/called-there.js';
import { collectivesAt } from '../../torch/collectives.js';
import { isWithoutGradients } from '../../torch/grad-mode.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import { originsOf } from '../../torch/origins.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { reductionOver } from '../../torch/rank-reductions.js';
import { replaced, statementOf } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const reducedMean: TorchRecipe = {
  family: 'torch',
  name: 'reduced-mean',
  languages: ['python'],
  category: 'communication',
  title: 'Add up over the ranks by `all_reduce` where everything is gathered only for a mean or sum',
  evidence: { findings: ['C6', 'C1', 'C5-copies'], text: 'An all-gather, followed by a mean over what was gathered.' },
  condition: 'The list is made for the gathering, with one tensor for each rank, and only a mean, sum, maximum or minimum that goes over the ranks is used. The value given is copied first, so that it stays as it is.',
  risk: 'The sum is made in another order.',
  expected: 'The memory of a copy for each rank, and most of the bytes that are sent where there are many ranks.',
  references: ['https://pytorch.org/docs/stable/distributed.html#torch.distributed.all_reduce'],
  changesResults: 'rounding',
  apply(program) {
    const here = answersIn(program, { module: program.module, node: program.scope }, collectivesAt(program, gather));
    return here.length > 0 ? here : calledThere(program).flatMap((place) => answersIn(program, place, place.module.calls([gather], place.node)));
  },
};

const gather = 'torch.distributed.all_gather';

function answersIn(program: TorchProgram, { module, node }: Located, calls: readonly SgNode[]): (Rewrite | Refusal)[] {
  return calls.map((call) => answerOf(program, module, node, call));
}

function answerOf(program: TorchProgram, module: PyModule, scope: SgNode, call: SgNode): Rewrite | Refusal {
  const line = lineOf(call);
  const list = argument(call, 'tensor_list', 0);
  const value = argument(call, 'tensor', 1);
  if (list?.kind() !== 'identifier' || value === null || callArguments(call).keywords.has('async_op') || parts(statementOf(call))[0]?.id() !== call.id()) return { line, reason: 'It cannot be seen what is gathered, or it is waited for later.' };
  const uses = module.uses(scope, list.text());
  const made = uses.map(({ node }) => node.parent()).find((parent) => parent?.kind() === 'assignment' && parent.field('left')?.text() === list.text()) ?? null;
  const size = made === null ? null : ranksOf(program, module, made.field('right'));
  const rest = uses.filter(({ node }) => !same(node, list) && !same(node.parent(), made)).map(({ node }) => node);
  if (made === null || size === null) return { line, reason: `It cannot be seen that \`${list.text()}\` is made for the gathering, with one like \`${value.text()}\` for each rank.` };
  const reduction = reductionOver(module, rest);
  if (reduction === null) return { line, reason: `More than a mean or sum over the ranks is used of \`${list.text()}\`.` };
  const name = module.names(module.root).names.fresh('total');
  const reduce = spelled(module, 'torch.distributed.all_reduce');
  const group = callArguments(call).keywords.get('group');
  const kind = reduction.kind === 'MAX' || reduction.kind === 'MIN' ? `, op=${spelled(module, `torch.distributed.ReduceOp.${reduction.kind}`).text}` : '';
  const mean = `${name} / ${size}`;
  const isInside = ['attribute', 'binary_operator', 'unary_operator'].includes(String(reduction.node.parent()?.kind()));
  const result = reduction.kind !== 'mean' ? `${name}${reduction.rest}` : reduction.rest === '' ? (isInside ? `(${mean})` : mean) : `(${mean})${reduction.rest}`;
  // What is gathered is no part of a graph.
  const isPlain = isWithoutGradients(module, call) || /\.detach\(\)|\.data$|^torch\.tensor\(/.test(value.text());
  return {
    title: `reduce \`${value.text()}\` over the ranks instead of gathering it`,
    line,
    edits: [
      replaced(module, statementOf(made), `${name} = ${value.text()}${isPlain ? '' : '.detach()'}.clone()`),
      replaced(module, call, `${reduce.text}(${name}${kind}${group === undefined ? '' : `, group=${group.text()}`})`),
      replaced(module, reduction.node, result),
      ...reduce.edits,
    ],
  };
}

/** The number of ranks of `[torch.zeros_like(value) for _ in range(n)]`: what is gathered has one shape and type on all ranks. */
function ranksOf(program: TorchProgram, module: PyModule, list: SgNode | null): string | null {
  if (list?.kind() !== 'list_comprehension') return null;
  const [element, clause, ...more] = parts(list);
  const isMade = element?.kind() === 'call' && (/^torch\.(?:zeros|empty|ones)(?:_like)?$/.test(module.pathOf(element.field('function')) ?? '') || ['new_zeros', 'new_empty', 'clone'].includes(methodOf(element)?.method ?? ''));
  const over = clause?.field('right');
  const count = over?.kind() === 'call' && over.field('function')?.text() === 'range' ? parts(over.field('arguments') ?? over) : [];
  const [number] = count;
  if (!isMade || more.length > 0 || count.length !== 1 || number === undefined) return null;
  const isRanks = /world|ranks|get_world_size|num_processes|n_gpus|nprocs|n_procs/.test(number.text()) || originsOf(program, { module, node: number }).every((origin) => origin.node.kind() === 'call' && origin.module.pathOf(origin.node.field('function')) === 'torch.distributed.get_world_size');
  return isRanks ? number.text() : null;
}
