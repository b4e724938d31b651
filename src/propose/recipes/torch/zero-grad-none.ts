import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, parts, startOf } from '../../source/tree.js';
import { callArguments, methodOf } from '../../torch/call.js';
import type { TorchProgram } from '../../torch/program.js';
import { replaced, statementOf, withKeyword } from '../../torch/statements.js';
import { isBefore } from '../../torch/torch-version.js';
import { trainingLoopsAt, type TrainingLoop } from '../../torch/training-loop.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

export const zeroGradNone: TorchRecipe = {
  family: 'torch',
  name: 'zero-grad-none',
  languages: ['python'],
  category: 'device-work',
  title: 'Drop gradients (`set_to_none=True`, `p.grad = None`) instead of filling them with zeros',
  evidence: { findings: ['C5-fills', 'C2', 'C1', 'H'], text: 'Kernels or calls that fill gradients with zeros, one for each parameter.' },
  condition: 'The backward pass then writes gradients instead of adding to zeros, which gives the same numbers. No code of the loop reads a gradient between the two.',
  risk: 'A parameter that a step does not use has no gradient then: the optimizer skips it instead of applying weight decay and momentum to it.',
  expected: 'One fill and one read of all gradients less a step; more where launches are the bottleneck.',
  references: ['https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html', 'https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#use-parameter-grad-none-instead-of-model-zero-grad-or-optimizer-zero-grad'],
  apply: (program) => trainingLoopsAt(program).flatMap((loop) => answersOf(program, loop)),
};

function answersOf(program: TorchProgram, loop: TrainingLoop): (Rewrite | Refusal)[] {
  const { module } = loop;
  const found = [...loop.zeroGrad.flatMap((call) => callEdit(program, loop, call)), ...manualEdits(loop)];
  const edits = found.flatMap((entry) => ('edit' in entry ? [entry] : []));
  const refusals = found.flatMap((entry) => ('reason' in entry ? [entry] : []));
  const [first] = edits;
  if (first === undefined) return refusals;
  const reader = readerOfGradients(loop, first.node);
  if (reader !== null) return [{ line: lineOf(first.node), reason: `Line ${lineOf(reader)} reads a gradient before the backward pass has written it.` }];
  return [{ title: `drop gradients instead of filling them with zeros${module === program.module ? '' : ` in ${module.file}`}`, line: lineOf(first.node), edits: edits.map(({ edit }) => edit) }, ...refusals];
}

type Found = { node: SgNode; edit: TextEdit } | Refusal;

function callEdit(program: TorchProgram, { module }: TrainingLoop, call: SgNode): Found[] {
  const { positional, keywords, hasSplat } = callArguments(call);
  const given = keywords.get('set_to_none') ?? positional[0];
  const line = lineOf(call);
  if (hasSplat) return [];
  if (given?.text() === 'False') return [{ node: call, edit: replaced(module, given, 'True') }];
  if (given !== undefined) return [{ line, reason: given.text() === 'True' ? 'Gradients are dropped already.' : `\`${given.text()}\` decides it.` }];
  if (isBefore(program.versions, [2, 0])) return [{ node: call, edit: withKeyword(module, call, 'set_to_none=True') }];
  return [{ line, reason: '`zero_grad()` drops gradients by default since PyTorch 2.0, and the repository does not ask for an older one.' }];
}

/** `for p in model.parameters(): p.grad.zero_()`, with or without the question whether there is one. */
function manualEdits({ module, region }: TrainingLoop): Found[] {
  return all(region, 'call').flatMap((call): Found[] => {
    const name = /^(\w+)\.grad(?:\.data|\.detach\(\))?\.(?:zero_\(\)|fill_\(0(?:\.0*)?\))$/.exec(call.text())?.[1];
    const statement = statementOf(call);
    const loop = ancestorWhere(call, (at) => at.kind() === 'for_statement', region);
    if (name === undefined || parts(statement)[0]?.id() !== call.id() || loop?.field('left')?.text() !== name || loop.field('right')?.text().endsWith('.parameters()') !== true) return [];
    return [{ node: call, edit: replaced(module, call, `${name}.grad = None`) }];
  });
}

/** A read of a gradient in the loop that does not ask first whether there is one, between where it is dropped and where it is written. */
function readerOfGradients({ region, backward }: TrainingLoop, zeroed: SgNode): SgNode | null {
  const zeroAt = startOf(zeroed);
  const backwardAt = Math.max(...backward.map(startOf));
  const isBetween = (at: number): boolean => (zeroAt < backwardAt ? at > zeroAt && at < backwardAt : at > zeroAt || at < backwardAt);
  const reads = all(region, 'attribute').filter((node) => node.field('attribute')?.text() === 'grad' && isBetween(startOf(node)) && methodOf(ancestorWhere(node, (at) => at.kind() === 'call', region))?.method !== 'zero_');
  return reads.find((node) => !/\.grad is (?:not )?None/.test(ancestorWhere(node, (at) => at.kind() === 'if_statement', region)?.field('condition')?.text() ?? '')) ?? null;
}
