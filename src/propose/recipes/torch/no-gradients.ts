import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, lineOf, parts, same } from '../../source/tree.js';
import { escapesOf } from '../../torch/escapes.js';
import { afterEval, evaluationRegions } from '../../torch/evaluation-regions.js';
import { isSetFrozen } from '../../torch/frozen-models.js';
import { callsEval, gradientsUsed, isDecorated, isEvaluation, isWithoutGradients, switchesGradients } from '../../torch/grad-mode.js';
import { isReferenced, trainingCallee, trainingUser, trains } from '../../torch/gradient-flow.js';
import { mayCacheTensors } from '../../torch/inference-tensors.js';
import { isCalledWithoutGradients, switchedOffByAll } from '../../torch/quiet-callers.js';
import { recordingModelCalls } from '../../torch/model-calls.js';
import { mayBeAbout } from '../../torch/finding-topics.js';
import { isModule, methodIn } from '../../torch/models.js';
import { spelled } from '../../torch/names-in-scope.js';
import { sharedPass } from '../../torch/shared-pass.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { indentedUnder, linesBefore, statementOf } from '../../torch/statements.js';
import { calledThere } from '../../torch/called-there.js';
import { isRewrite, type Refusal, type Rewrite, type TorchRecipe } from '../recipe.js';

export const noGradients: TorchRecipe = {
  family: 'torch',
  name: 'no-gradients',
  languages: ['python'],
  category: 'device-work',
  title: 'Evaluate without recording for gradients: `torch.inference_mode()`, or `torch.no_grad()` where tensors live on',
  evidence: { findings: ['C5', 'C1', 'C2', 'C3-allocation-churn', 'H'], text: 'Time or memory in code that evaluates or predicts.' },
  condition: 'The code runs a model and takes no gradients, and neither does what it calls. Only numbers, whole-number tensors and detached ones leave it; or tensors that no backward pass depends on: they are followed through names, loops and the functions around, and no `forward` or code that trains is given them. `inference_mode` is used only where no tensor outlives the code, since such a tensor can never be used in a backward pass: no model around assigns to itself outside of `__init__`, and where the repository trains, the models are its own or those of PyTorch.',
  risk: 'A caller outside of the repository may take gradients through what is returned.',
  expected: 'Less memory, and a tenth or more of the host time of a forward pass.',
  references: ['https://pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation', 'https://pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html'],
  apply(program) {
    if (!mayBeAbout(program, 'gradients', 'launches')) return [];
    const off = switchedOffByAll(program);
    if (off !== null) return [{ line: lineOf(program.scope), reason: `The program runs without gradients: ${off}.` }];
    const here = answersFor(program, { module: program.module, node: program.scope });
    if (here.some(isRewrite)) return here;
    const called = calledThere(program).filter(({ module, node }) => gradientsUsed(module, node) === null).flatMap((callee) => answersFor(program, callee)).filter(isRewrite);
    return called.length > 0 ? called : here;
  },
};

function answersFor(program: TorchProgram, place: Located): (Rewrite | Refusal)[] {
  const isFunction = place.node.kind() === 'function_definition';
  if (!isFunction || gradientsUsed(place.module, place.node) !== null) return regions(program, place);
  const whole = wholeFunction(program, place);
  if (whole.length === 0 || whole.some(isRewrite) || isWithoutGradients(place.module, place.node) || isCalledWithoutGradients(program, place)) return whole;
  // A model in it that is never trained, and whose answers are detached.
  const frozen = regions(program, place, (call) => isSetFrozen(place.module, call)).filter(isRewrite);
  return frozen.length > 0 ? frozen : whole;
}

function wholeFunction(program: TorchProgram, { module, node }: Located): (Rewrite | Refusal)[] {
  const name = node.field('name')?.text() ?? '';
  const line = lineOf(node);
  const refuse = (reason: string): Refusal[] => [{ line, reason }];
  const models = recordingModelCalls(program, module, node);
  if (isDecorated(module, node) || (models.length === 0 && switchesGradients(module, node) !== null)) return refuse(`\`${name}\` runs without gradients already.`);
  if (models.length === 0) return [];
  if (isCalledWithoutGradients(program, { module, node })) return refuse(`All callers of \`${name}\` run without gradients already.`);
  const escapes = escapesOf(program, module, node);
  const graph = escapes.find(({ kind }) => kind === 'graph');
  const owner = ancestorWhere(node, (at) => at.kind() === 'class_definition');
  if (owner !== null && isModelClass(program, { module, node: owner })) {
    if (/Lightning/.test(owner.field('superclasses')?.text() ?? '') && /^(?:on_)?(?:validation|test|predict)_/.test(name)) return refuse(`Lightning runs \`${name}\` without gradients already.`);
    if (graph !== undefined || /^(?:forward|__call__|training_step)$/.test(name)) return refuse(`\`${name}\` is a method of a model, which training may call too.`);
  }
  const callee = trainingCallee(program, module, node);
  if (callee !== null) return refuse(`\`${name}\` calls \`${callee}\`, which takes gradients.`);
  if (graph !== undefined) {
    const training = trainingUser(program, node);
    if (training !== null) return refuse(`Gradients may be taken through what \`${name}\` returns: line ${lineOf(training.node)} of ${training.module.file} uses it in a forward pass or in code that trains.`);
    if (!callsEval(module, node) && trains(program) && !isReferenced(program, node)) return refuse(`\`${name}\` does not call \`.eval()\`, and the repository trains: gradients may be taken through it.`);
    if (!callsEval(module, node) && !trains(program) && !onlyPredicts(program) && !isEvaluation(module, node) && !isReferenced(program, node)) return refuse(`It cannot be seen whether gradients are taken through what \`${name}\` gives.`);
  }
  const keeps = escapes.some(({ kind }) => kind === 'graph' || kind === 'detached');
  const isSafe = !keeps && (callsEval(module, node) || !trains(program)) && !mayCacheTensors(program, module, models);
  const mode = spelled(module, isSafe ? 'torch.inference_mode' : 'torch.no_grad');
  // Innermost, so that other decorators see the function as before.
  return [{ title: `run \`${name}\` without recording for gradients${module === program.module ? '' : ` in ${module.file}`}`, line, edits: [linesBefore(module, node, [`@${mode.text}()`]), ...mode.edits] }];
}

/** Whether the files around call `.eval()` and the repository trains nothing. */
function onlyPredicts(program: TorchProgram): boolean {
  return !trains(program) && program.modules.some(({ source }) => /\.eval\(\)/.test(source));
}

/** A `torch.nn.Module`, or what looks like one: it has a `forward`, or a base from elsewhere is named so. */
function isModelClass(program: TorchProgram, owner: Located): boolean {
  return isModule(program, owner) || methodIn(owner.node, 'forward') !== null || /(?:Module|Model)\b/.test(owner.node.field('superclasses')?.text() ?? '');
}

/** Lines of a loop above which only the statements that run the model go under the `with`. */
const longLoop = 8;

/** Of a long loop that does more than to run a model: the statements that run it, which are all that can record. Null for other regions. */
function passesOf(statements: readonly SgNode[], models: readonly SgNode[]): SgNode[] | null {
  const [loop] = statements;
  if (statements.length !== 1 || loop?.kind() !== 'for_statement' || loop.range().end.line - loop.range().start.line <= longLoop) return null;
  const passes = models.map((model) => statementOf(model)).filter((statement, i, rest) => rest.findIndex((other) => same(other, statement)) === i);
  return passes.length <= 2 && passes.every((statement) => statement.kind() === 'expression_statement' && lineOf(statement) > lineOf(loop)) ? passes : null;
}

/** The parts of a scope that also trains, or of a script, whose gradients nobody takes. */
function regions(program: TorchProgram, { module, node }: Located, of: (call: SgNode) => boolean = () => true): (Rewrite | Refusal)[] {
  const shared = sharedPass(program, { module, node });
  if (shared.length > 0) return shared;
  return evaluationRegions(program, module, node).filter(({ models }) => models.every(of)).flatMap(({ statements, models, numbersOnly, reason }): (Rewrite | Refusal)[] => {
    const [first] = statements;
    if (first === undefined) return [];
    const line = lineOf(first);
    if (reason !== null) return [{ line, reason }];
    const isSafe = numbersOnly && afterEval(module, first) && !mayCacheTensors(program, module, models);
    const mode = spelled(module, isSafe ? 'torch.inference_mode' : 'torch.no_grad');
    const passes = passesOf(statements, models);
    if (passes !== null) {
      const narrow = spelled(module, 'torch.no_grad');
      const each = passes.map((statement) => indentedUnder(module, [statement], `with ${narrow.text}():`));
      if (each.every((edit) => edit !== null)) return [{ title: 'run the model without recording for gradients', line: lineOf(passes[0] ?? first), edits: [...each.flatMap((edit) => edit ?? []), ...narrow.edits] }];
    }
    const edits = indentedUnder(module, statements, `with ${mode.text}():`);
    return edits === null || parts(first).length === 0 ? [] : [{ title: 'evaluate without recording for gradients', line, edits: [...edits, ...mode.edits] }];
  });
}
