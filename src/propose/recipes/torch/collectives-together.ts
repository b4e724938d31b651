import type { SgNode } from '@ast-grep/napi';
import { lineOf, parts, same } from '../../source/tree.js';
import { callArguments } from '../../torch/call.js';
import { collectivesAt } from '../../torch/collectives.js';
import { isNamed } from '../../torch/finding-lines.js';
import { smallTensor } from '../../torch/gathered-numbers.js';
import { spelled } from '../../torch/names-in-scope.js';
import type { TorchProgram } from '../../torch/program.js';
import { indentOf, owned, statementOf } from '../../torch/statements.js';
import { kindOf } from '../../torch/value-kinds.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

const reduce = 'torch.distributed.all_reduce';

export const collectivesTogether: TorchRecipe = {
  family: 'torch',
  name: 'collectives-together',
  languages: ['python'],
  category: 'communication',
  title: 'Reduce numbers that follow each other over the ranks in one collective',
  evidence: { findings: ['C6', 'C1', 'C3-sync-in-loop'], text: 'Several small all-reduces one after the other.' },
  condition: 'The `all_reduce` calls follow each other, with the same options, and reduce tensors of the same few numbers: all floating-point or all whole, as the text shows, and part of no graph. Each tensor is given its result, as before.',
  risk: 'Tensors of different floating-point types are added up in the largest of them.',
  expected: 'The latency of all collectives but one.',
  references: ['https://pytorch.org/docs/stable/distributed.html#torch.distributed.all_reduce'],
  changesResults: 'rounding',
  apply(program) {
    const { module, scope } = program;
    const calls = owned(module, scope, 'call').filter((call) => module.pathOf(call.field('function')) === reduce && same(parts(statementOf(call))[0] ?? null, call));
    const asked = collectivesAt(program, reduce);
    return rowsOf(calls).filter((row) => row.length > 1 && row.some((call) => asked.some((one) => same(one, call)) || isNamed(program, call, 2))).map((row) => answerOf(program, row));
  },
};

/** The calls in rows of statements that follow each other. */
function rowsOf(calls: readonly SgNode[]): SgNode[][] {
  const rows: SgNode[][] = [];
  for (const call of calls) {
    const row = rows.at(-1);
    const before = row?.at(-1);
    const siblings = parts(statementOf(call).parent() ?? call);
    const previous = siblings[siblings.findIndex((one) => same(one, statementOf(call))) - 1] ?? null;
    if (row !== undefined && before !== undefined && same(previous, statementOf(before))) row.push(call);
    else rows.push([call]);
  }
  return rows;
}

function answerOf(program: TorchProgram, row: readonly SgNode[]): Rewrite | Refusal {
  const { module } = program;
  const [first] = row;
  const last = row.at(-1);
  if (first === undefined || last === undefined) throw new Error('a row has a call');
  const line = lineOf(first);
  const refuse = (reason: string): Refusal => ({ line, reason });
  const options = row.map((call) => parts(call.field('arguments') ?? call).slice(1).map((one) => one.text()).join(', '));
  if (options.some((one) => one !== options[0])) return refuse('They are reduced in different ways, or by different ranks.');
  if (row.some((call) => callArguments(call).keywords.has('async_op') || callArguments(call).positional.length > 2)) return refuse('They do not wait for each other.');
  const values = row.map((call) => callArguments(call).positional[0]);
  const names = values.flatMap((value) => (value?.kind() === 'identifier' || (value?.kind() === 'attribute' && /^self\.\w+$/.test(value.text())) ? [value] : []));
  if (names.length !== row.length || new Set(names.map((one) => one.text())).size !== names.length) return refuse('What is reduced has no name of its own.');
  const tensors = names.map((node) => smallTensor(program, { module, node }));
  const [kind] = tensors;
  const unknown = tensors.findIndex((one) => one === null);
  if (kind === null || kind === undefined || unknown >= 0) return refuse(`It cannot be seen which numbers \`${names[Math.max(unknown, 0)]?.text() ?? ''}\` holds.`);
  if (tensors.some((one) => one?.numbers !== kind.numbers || one.shape !== kind.shape)) return refuse('They hold numbers of different kinds, or not as many.');
  const graph = names.find((node) => kindOf(program, module, node) === 'graph');
  if (graph !== undefined) return refuse(`\`${graph.text()}\` may be part of a graph.`);
  const indent = indentOf(module, statementOf(first));
  if (indent === null) return refuse('There is no line of its own for the collective.');
  const stack = spelled(module, 'torch.stack');
  const fresh = module.names(module.root).names;
  const [total, value, part] = [fresh.fresh('totals'), fresh.fresh('value'), fresh.fresh('part')];
  const list = names.map((one) => one.text()).join(', ');
  const step = indent.includes('\t') ? '\t' : '    ';
  const lines = [
    `${total} = ${stack.text}([${list}])`,
    `${first.field('function')?.text() ?? ''}(${[total, ...(options[0] === '' ? [] : [options[0]])].join(', ')})`,
    `for ${value}, ${part} in zip((${list}), ${total}):`,
    `${step}${value}.copy_(${part})`,
  ];
  return { title: `reduce ${names.map((one) => `\`${one.text()}\``).join(', ')} in one collective`, line, edits: [{ file: module.file, start: statementOf(first).range().start.index, end: statementOf(last).range().end.index, text: lines.join(`\n${indent}`) }, ...stack.edits] };
}
