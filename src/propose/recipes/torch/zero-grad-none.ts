import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, parts, startOf, within } from '../../source/tree.js';
import { callArguments, methodOf } from '../../torch/call.js';
import { modelsAround } from '../../torch/convolutions.js';
import { withCalled } from '../../torch/item-code.js';
import { changingParameters, parametersUsed } from '../../torch/used-parameters.js';
import { neighbour } from '../../torch/collectives.js';
import { mayBeAbout } from '../../torch/finding-topics.js';
import type { TorchProgram } from '../../torch/program.js';
import { loopsAround, owned, replaced, statementOf, withKeyword, withoutStatement } from '../../torch/statements.js';
import { isBefore } from '../../torch/torch-version.js';
import { trainingLoopsAt, type TrainingLoop } from '../../torch/training-loop.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

export const zeroGradNone: TorchRecipe = {
  family: 'torch',
  name: 'zero-grad-none',
  languages: ['python'],
  category: 'device-work',
  title: 'Drop gradients (`set_to_none=True`, `p.grad = None`) instead of filling them with zeros',
  evidence: { findings: ['C5', 'C2', 'C1', 'H'], text: 'Kernels or calls that fill gradients with zeros, one for each parameter.' },
  condition: 'The backward pass then writes gradients instead of adding to zeros, which gives the same numbers. No code of the loop reads a gradient between the two, or reads one unasked where a step may leave parameters out; and no model that is seen leaves some out in some steps.',
  risk: 'A parameter that a step does not use has no gradient then: the optimizer skips it instead of applying weight decay and momentum to it.',
  expected: 'One fill and one read of all gradients less a step; more where launches are the bottleneck.',
  references: ['https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html', 'https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#use-parameter-grad-none-instead-of-model-zero-grad-or-optimizer-zero-grad'],
  apply: (program) => (!mayBeAbout(program, 'zeroing', 'optimizer', 'launches') ? [] : trainingLoopsAt(program).flatMap((loop) => answersOf(program, loop))),
};

function answersOf(program: TorchProgram, loop: TrainingLoop): (Rewrite | Refusal)[] {
  const { module } = loop;
  const found = [...loop.zeroGrad.flatMap((call) => callEdit(program, loop, call)), ...manualEdits(loop)];
  const edits = found.flatMap((entry) => ('edit' in entry ? [entry] : []));
  const refusals = found.flatMap((entry) => ('reason' in entry ? [entry] : []));
  const [first] = edits;
  if (first === undefined) return refusals;
  const kept = owned(module, module.scopeOf(loop.region), 'attribute').find((node) => node.field('attribute')?.text() === 'grad' && startOf(node) < startOf(loop.region) && loop.loop !== null && loopsAround(module, loop.loop).length === 0);
  if (kept !== undefined && ancestorWhere(kept, (at) => at.kind() === 'assignment') !== null && ancestorWhere(kept, (at) => ['for_statement', 'block'].includes(String(at.kind())))?.kind() !== 'for_statement') return [{ line: lineOf(first.node), reason: `Line ${lineOf(kept)} keeps gradients from before the loop, which would no longer be those of the parameters.` }];
  const changing = changingParameters(program);
  if (changing !== null) return [{ line: lineOf(first.node), reason: `Some steps leave parameters out (${changing}): the optimizer would skip those that have no gradient.` }];
  const reader = readerOfGradients(loop, first.node);
  if (reader !== null) return [{ line: lineOf(first.node), reason: `Line ${lineOf(reader)} reads a gradient before the backward pass has written it.` }];
  const unasked = readerOfSome(program, loop, first.node);
  if (unasked !== null) return [{ line: lineOf(first.node), reason: `Line ${lineOf(unasked)} reads gradients, and it is not seen that each step gives every parameter one.` }];
  return [{ title: `drop gradients instead of filling them with zeros${module === program.module ? '' : ` in ${module.file}`}`, line: lineOf(first.node), edits: edits.flatMap(({ edit, more = [] }) => [...more, edit]) }, ...refusals];
}

type Found = { node: SgNode; edit: TextEdit; more?: TextEdit[] } | Refusal;

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

/** `p.grad.zero_()` of each parameter, with or without the question whether there is one, or of single tensors. */
function manualEdits({ module, region }: TrainingLoop): Found[] {
  return all(region, 'call').flatMap((call): Found[] => {
    const name = /^([\w.]+)\.grad(?:\.data|\.detach\(\))?\.(?:zero_\(\)|fill_\(0(?:\.0*)?\))$/.exec(call.text())?.[1];
    const statement = statementOf(call);
    if (name === undefined || parts(statement)[0]?.id() !== call.id()) return [];
    const before = neighbour(statement, -1);
    const detached = before?.text() === `${name}.grad.detach_()` ? [withoutStatement(module, before)] : [];
    return [{ node: call, edit: replaced(module, call, `${name}.grad = None`), more: detached }];
  });
}

/** A read of a gradient in a step that does not ask first whether there is one, where a step may leave parameters out. */
function readerOfSome(program: TorchProgram, { module, region }: TrainingLoop, zeroed: SgNode): SgNode | null {
  const uses = modelsAround(program).map((model) => parametersUsed(program, model).kind);
  if (uses.length > 0 && !uses.includes('unknown')) return null;
  const isZeroing = (node: SgNode): boolean => ['zero_', 'fill_', 'detach_'].includes(methodOf(ancestorWhere(node, (at) => at.kind() === 'call', region))?.method ?? '') || statementOf(node).id() === statementOf(zeroed).id();
  return withCalled(program, [{ module, node: region }]).flatMap(({ node }) => all(node, 'attribute')).find((node) => node.field('attribute')?.text() === 'grad' && node.parent()?.kind() !== 'comparison_operator' && !isZeroing(node) && !isAsked(node) && !isWritten(node) && !isOfOne(module, region, node)) ?? null;
}

/** `if p.grad is not None:` or the like around a read, or in front of it in a comprehension. */
function isAsked(node: SgNode): boolean {
  const isQuestion = (text: string | undefined): boolean => /\.grad is (?:not )?None|\.grad\s*$/.test(text ?? '');
  return ancestorWhere(node, (at) => (at.kind() === 'if_statement' && isQuestion(at.field('condition')?.text())) || (/comprehension|generator_expression/.test(String(at.kind())) && at.namedChildren().some((part) => part.kind() === 'if_clause' && isQuestion(part.text()))) || (at.kind() === 'conditional_expression' && isQuestion(at.namedChildren()[1]?.text()))) !== null;
}

/** `w.grad` of a tensor with a name of its own, which the step computes with. */
function isOfOne(module: TrainingLoop['module'], region: SgNode, node: SgNode): boolean {
  const object = node.field('object');
  if (object?.kind() !== 'identifier' || !within(node, region)) return false;
  const uses = module.uses(module.scopeOf(region), object.text()).filter((use) => within(use.node, region));
  return uses.every((use) => use.role !== 'foreign' && (use.role !== 'write' || use.node.parent()?.kind() === 'augmented_assignment')) && uses.some((use) => use.node.parent()?.kind() !== 'attribute' && loopsAround(module, use.node)[0]?.id() === loopsAround(module, node)[0]?.id());
}

function isWritten(node: SgNode): boolean {
  return node.parent()?.kind() === 'assignment' && node.parent()?.field('left')?.id() === node.id();
}

/** A read of a gradient in the loop that does not ask first whether there is one, between where it is dropped and where it is written. */
function readerOfGradients({ region, backward }: TrainingLoop, zeroed: SgNode): SgNode | null {
  const zeroAt = startOf(zeroed);
  const backwardAt = Math.max(...backward.map(startOf));
  const isBetween = (at: number): boolean => (zeroAt < backwardAt ? at > zeroAt && at < backwardAt : at > zeroAt || at < backwardAt);
  const reads = all(region, 'attribute').filter((node) => node.field('attribute')?.text() === 'grad' && isBetween(startOf(node)) && methodOf(ancestorWhere(node, (at) => at.kind() === 'call', region))?.method !== 'zero_');
  return reads.find((node) => !/\.grad is (?:not )?None/.test(ancestorWhere(node, (at) => at.kind() === 'if_statement', region)?.field('condition')?.text() ?? '')) ?? null;
}
