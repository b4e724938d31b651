import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts } from '../../source/tree.js';
import { calledThere } from '../../torch/called-there.js';
import { callArguments, methodOf } from '../../torch/call.js';
import { spelled } from '../../torch/names-in-scope.js';
import type { Located } from '../../torch/program.js';
import { indentOf, owned, replaced } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const flatGradients: TorchRecipe = {
  family: 'torch',
  name: 'flat-gradients',
  languages: ['python'],
  category: 'communication',
  title: 'Send all gradients as one tensor instead of one collective for each parameter',
  evidence: { findings: ['C6', 'C1', 'C2'], text: 'Many small all-reduces in a row, one for each parameter.' },
  condition: 'A loop over the parameters of a model does nothing but an `all_reduce` of each gradient, perhaps with a division by a number, for the parameters that have one. All ranks have gradients of the same parameters, as before.',
  risk: 'The gradients are copied into one tensor, which needs their memory once more; they have to be of one type. A sum over ranks may be made in another order.',
  expected: 'The latency of all collectives but one, which is most of their time where parameters are small.',
  references: ['https://pytorch.org/docs/stable/generated/torch.nn.utils.parameters_to_vector.html', 'https://pytorch.org/docs/stable/distributed.html#torch.distributed.all_reduce'],
  changesResults: 'rounding',
  apply(program) {
    const here = loopsIn({ module: program.module, node: program.scope });
    return here.length > 0 ? here : calledThere(program).flatMap(loopsIn);
  },
};

function loopsIn({ module, node }: Located): (Rewrite | Refusal)[] {
  return owned(module, node, 'for_statement').flatMap((loop) => answerOf({ module, node: loop }) ?? []);
}

/** Null for a loop that is none over parameters whose gradients are sent. */
function answerOf({ module, node: loop }: Located): Rewrite | Refusal | null {
  const over = loop.field('right');
  const isNamed = methodOf(over)?.method === 'named_parameters';
  const left = loop.field('left');
  const name = isNamed ? parts(left ?? loop)[1] : left;
  const sends = module.calls(['torch.distributed.all_reduce'], loop);
  if (over === null || name?.kind() !== 'identifier' || !['parameters', 'named_parameters'].includes(methodOf(over)?.method ?? '') || sends.length === 0) return null;
  const line = lineOf(loop);
  const p = name.text();
  const body = statementsOf(loop, p);
  if (body === null) return { line, reason: 'The loop does more than to send the gradient of each parameter.' };
  const [send, ...more] = sends;
  const given = send === undefined ? null : callArguments(send);
  const gradient = new RegExp(`^${p}\\.grad(?:\\.data|\\.detach\\(\\))?$`);
  if (send === undefined || given === null || more.length > 0 || !gradient.test(given.positional[0]?.text() ?? given.keywords.get('tensor')?.text() ?? '') || given.keywords.has('async_op')) return { line, reason: 'What is sent is no gradient, or it is waited for later.' };
  const divisions = body.statements.filter((statement) => !statement.text().includes(send.text())).map((statement) => divisorOf(statement, p));
  if (divisions.some((found) => found === null) || divisions.length > 1 || body.statements.length - divisions.length !== 1) return { line, reason: 'The loop does more than to send the gradient of each parameter.' };
  const indent = indentOf(module, loop);
  if (indent === null) return null;
  const rest = [...given.positional.slice(1).map((one) => one.text()), ...[...given.keywords].filter(([key]) => key !== 'tensor').map(([key, value]) => `${key}=${value.text()}`)];
  const names = module.names(module.root).names;
  const [grads, flat] = [names.fresh('grads'), names.fresh('flat')];
  const toVector = spelled(module, 'torch.nn.utils.parameters_to_vector');
  const fromVector = spelled(module, 'torch.nn.utils.vector_to_parameters');
  const divide = divisions.map((by) => `${flat} /= ${by ?? ''}`);
  const isDividedFirst = divisions.length === 1 && body.statements.indexOf(body.statements.find((statement) => statement.text().includes(send.text())) ?? loop) > 0;
  const collective = `${send.field('function')?.text() ?? ''}(${[flat, ...rest].join(', ')})`;
  const lines = [
    `${grads} = [${p}.grad for ${left?.text() ?? p} in ${over.text()} if ${body.condition ?? `${p}.grad is not None`}]`,
    `${flat} = ${toVector.text}(${grads})`,
    ...(isDividedFirst ? [...divide, collective] : [collective, ...divide]),
    `${fromVector.text}(${flat}, ${grads})`,
  ];
  return { title: 'send all gradients as one tensor', line, edits: [replaced(module, loop, lines.join(`\n${indent}`)), ...toVector.edits, ...fromVector.edits.filter((edit) => toVector.edits.every((other) => other.text !== edit.text))] };
}

/** The statements that the loop does for a parameter, and the condition for it; null for a loop of another form. */
function statementsOf(loop: SgNode, p: string): { statements: SgNode[]; condition: string | null } | null {
  const body = parts(loop.field('body') ?? loop);
  const [first, ...rest] = body;
  if (first?.kind() !== 'if_statement') return all(loop, 'if_statement').length === 0 ? { statements: body, condition: null } : null;
  const condition = first.field('condition')?.text() ?? '';
  const inner = parts(first.field('consequence') ?? first);
  if (first.field('alternative') !== null || inner.some((statement) => statement.kind() === 'if_statement') || rest.some((statement) => statement.kind() === 'if_statement')) return null;
  const isAbsent = condition === `${p}.grad is None` || condition === `not ${p}.requires_grad`;
  if (isAbsent && inner.length === 1 && inner[0]?.kind() === 'continue_statement') return { statements: rest, condition: condition.startsWith('not') ? `${p}.requires_grad` : `${p}.grad is not None` };
  return rest.length === 0 && new RegExp(`^(?:${p}\\.requires_grad(?: and ${p}\\.grad is not None)?|${p}\\.grad is not None(?: and ${p}\\.requires_grad)?)$`).test(condition) ? { statements: inner, condition } : null;
}

/** `n` of `p.grad /= n`, `p.grad.data.div_(n)` and `p.grad = p.grad / n`; null for any other statement. */
function divisorOf(statement: SgNode, p: string): string | null {
  const text = statement.text();
  const gradient = `${p}\\.grad(?:\\.data)?`;
  const found = new RegExp(`^${gradient} /= ([\\w.()]+)$`).exec(text) ?? new RegExp(`^${gradient}\\.div_\\(([\\w.()]+)\\)$`).exec(text) ?? new RegExp(`^${gradient} = ${gradient} / ([\\w.()]+)$`).exec(text);
  return found?.[1] ?? null;
}
