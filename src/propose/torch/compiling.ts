import type { SgNode } from '@ast-grep/napi';
import type { Refusal, Rewrite } from '../recipes/recipe.js';
import { all, ancestorWhere, lineOf, parts, startOf } from '../source/tree.js';
import { argument, callArguments, methodOf } from './call.js';
import { modelsAround, varyingShapes } from './convolutions.js';
import { classOf, isModule, methodIn } from './models.js';
import type { PyModule } from './module.js';
import { spelled } from './names-in-scope.js';
import type { Located, TorchProgram } from './program.js';
import { mention, placeText } from './settings.js';
import { linesAfter, loopsAround, statementOf, withKeyword } from './statements.js';
import { isBefore } from './torch-version.js';
import { trainingLoopsAt } from './training-loop.js';

/** How to compile the model of a program, by default or in a mode; or why not. */
export function compileAnswers(program: TorchProgram, mode: 'reduce-overhead' | null): (Rewrite | Refusal)[] {
  const { line } = program;
  const refuse = (reason: string): Refusal[] => [{ line, reason }];
  if (isBefore(program.versions, [2, 0])) return refuse('`torch.compile` came with PyTorch 2.0, and the repository asks for an older one.');
  if (program.modules.every(({ source }) => !source.includes('cuda'))) return refuse('The program does not use CUDA, as far as can be seen.');
  const shapes = mode === null ? null : (varyingReason(program) ?? keptOutput(program));
  if (shapes !== null) return refuse(shapes);
  const done = compiledCall(program);
  if (done !== null && mode !== null && !callArguments(done.node).keywords.has('mode') && !callArguments(done.node).keywords.has('options')) {
    return [{ title: `launch the compiled model as CUDA graphs${inFile(program, done.module)}`, line, edits: [withKeyword(done.module, done.node, `mode='${mode}'`)], alternative: 'compile' }];
  }
  const compiled = done ?? mention(program, /^(?:.*\.)?(?:compile|jit\.script|jit\.trace|make_graphed_callables|CUDAGraph)$/);
  if (compiled !== null) return refuse(`The program compiles already, in ${'node' in compiled ? placeText({ module: compiled.module, line: lineOf(compiled.node) }) : placeText(compiled)}.`);
  const breaks = graphBreak(program);
  if (breaks !== null) return refuse(`\`forward\` would not compile as one graph: line ${lineOf(breaks.node)} of ${breaks.module.file} says \`${breaks.node.text()}\`.`);
  const made = modelMade(program);
  if (made === null) return refuse('It cannot be seen where the one model is made.');
  const { module, name, after } = made;
  const options = mode === null ? '' : `mode='${mode}'`;
  // The wrapper of `torch.compile` changes the names in a saved state, and the type.
  const inPlace = program.modules.some(({ source }) => /state_dict\(|torch\.save\(|isinstance\(|DistributedDataParallel|DDP\(/.test(source)) && !isBefore(program.versions, [2, 2]);
  const { text, edits } = spelled(module, 'torch.compile');
  const statement = inPlace ? `${name}.compile(${options})` : `${name} = ${text}(${[name, options].filter((part) => part !== '').join(', ')})`;
  return [{ title: `compile \`${name}\`${mode === null ? '' : ' and launch it as CUDA graphs'}${inFile(program, module)}`, line: lineOf(after), edits: [linesAfter(module, after, [statement]), ...(inPlace ? [] : edits)], alternative: 'compile' }];
}

const inFile = (program: TorchProgram, module: PyModule): string => (module === program.module ? '' : ` in ${module.file}`);

function compiledCall(program: TorchProgram): Located | null {
  for (const module of program.modules) {
    const call = module.calls(['torch.compile'])[0] ?? all(module.root, 'call').find((node) => methodOf(node)?.method === 'compile' && module.pathOf(node.field('function')) === null);
    if (call !== undefined) return { module, node: call };
  }
  return null;
}

/** What `forward` of a model of the program does that ends a graph. */
function graphBreak(program: TorchProgram): Located | null {
  for (const { module, node } of modelsAround(program)) {
    const forward = methodIn(node, 'forward');
    const found = forward === null ? undefined : all(forward, 'call').find((call) => ['item', 'tolist', 'numpy', 'cpu', 'nonzero'].includes(methodOf(call)?.method ?? '') || call.field('function')?.text() === 'print');
    if (found !== undefined) return { module, node: found };
  }
  return null;
}

interface MadeModel {
  module: PyModule;
  name: string;
  /** The last statement that makes the model or moves it. */
  after: SgNode;
}

/** The one name that a model of the repository, which no other model has as a part, is made under. */
function modelMade(program: TorchProgram): MadeModel | null {
  const found: MadeModel[] = [];
  for (const module of program.modules) {
    for (const assignment of all(module.root, 'assignment')) {
      const left = assignment.field('left');
      const right = assignment.field('right');
      if (left === null || right?.kind() !== 'call' || loopsAround(module, assignment).length > 0 || !(left.kind() === 'identifier' || isHeld(program, module, left))) continue;
      const made = classOf(program, { module, node: right });
      const isCall = made !== null && isModule(program, made);
      if (!isCall || found.some((other) => other.module === module && other.name === left.text() && startOf(module.scopeOf(other.after)) === startOf(module.scopeOf(left)))) continue;
      const scope = module.scopeOf(left);
      const moves = all(scope, 'call').filter((call) => ['to', 'cuda', 'load_state_dict', 'train', 'eval'].includes(methodOf(call)?.method ?? '') && methodOf(call)?.receiver.text() === left.text() && loopsAround(module, call).length === 0 && statementOf(call).parent()?.id() === statementOf(assignment).parent()?.id());
      const last = moves.map(statementOf).filter((statement) => ['to', 'cuda'].some((method) => statement.text().includes(`.${method}(`))).at(-1);
      found.push({ module, name: left.text(), after: last === undefined || startOf(last) < startOf(assignment) ? statementOf(assignment) : last });
    }
  }
  // An object that trains holds the model that a script has made and given to it.
  const held = found.filter(({ name }) => name.startsWith('self.'));
  const chosen = held.length === 1 && found.length === 2 ? held : found;
  return chosen.length === 1 ? (chosen[0] ?? null) : null;
}

/** `self.model` of a class that is no model itself. */
function isHeld(program: TorchProgram, module: PyModule, left: SgNode): boolean {
  const owner = ancestorWhere(left, (at) => at.kind() === 'class_definition');
  return /^self\.\w+$/.test(left.text()) && owner !== null && !isModule(program, { module, node: owner });
}

/** Why inputs may have several shapes. */
function varyingReason(program: TorchProgram): string | null {
  const varying = varyingShapes(program);
  if (varying !== null) return `Inputs may differ in size: line ${lineOf(varying.node)} of ${varying.module.file}.`;
  for (const module of program.modules) {
    const loader = module.calls(['torch.utils.data.DataLoader', 'torch.utils.data.dataloader.DataLoader']).find((call) => argument(call, 'drop_last')?.text() !== 'True' && !/test|val|eval/.test(statementOf(call).text().split('=')[0] ?? ''));
    if (loader !== undefined) return `The last batch may be smaller: the loader in line ${lineOf(loader)} of ${module.file} does not drop it.`;
    const generation = all(module.root, 'call').find((call) => call.text().startsWith('torch.cat') && /\b(?:idx|tokens|ids|input_ids|generated)\b/.test(call.text()) && loopsAround(module, call).length > 0);
    if (generation !== undefined && module.scopeOf(generation).id() === program.scope.id()) return `The input grows in line ${lineOf(generation)}.`;
  }
  const hasLoader = program.modules.some((module) => module.calls(['torch.utils.data.DataLoader', 'torch.utils.data.dataloader.DataLoader']).length > 0);
  const unknown = trainingLoopsAt(program).find(({ loop }) => loop?.kind() === 'for_statement' && !/\brange\(|\bcount\(/.test(loop.field('right')?.text() ?? ''));
  return unknown === undefined || hasLoader ? null : `It cannot be seen that all batches of the loop in line ${lineOf(unknown.region)} of ${unknown.module.file} have one shape.`;
}

/** A list in a loop of training that outputs go to as they are. */
function keptOutput(program: TorchProgram): string | null {
  for (const module of program.modules) {
    const kept = all(module.root, 'call').find((call) => methodOf(call)?.method === 'append' && loopsAround(module, call).length > 0 && /^(?:out|outputs?|logits|loss|preds?|features?)(?:\.detach\(\))?$/.test(parts(call.field('arguments') ?? call)[0]?.text() ?? ''));
    if (kept !== undefined) return `Line ${lineOf(kept)} of ${module.file} keeps an output, which the next step would write over.`;
  }
  return null;
}

