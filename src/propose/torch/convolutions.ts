import type { SgNode } from '@ast-grep/napi';
import { all, endOf, parts, startOf, within } from '../source/tree.js';
import { argument } from './call.js';
import { attributeValue, methodIn, modelClasses } from './models.js';
import { originsOf } from './origins.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';
import { loopsAround, owned, statementOf } from './statements.js';

/** Whether the files around the finding make a network of two-dimensional convolutions: a layer of one, or a model of torchvision. */
export function hasConvolutions(program: TorchProgram): boolean {
  return program.modules.some((module) => all(module.root, 'call').some((call) => isConvolution(module.pathOf(call.field('function')) ?? '')));
}

function isConvolution(path: string): boolean {
  return /^torch\.nn\.(?:Conv2d|ConvTranspose2d)$/.test(path) || /^torchvision\.models\.(?!vit_|swin)\w+$/.test(path) || path === 'torch.nn.functional.conv2d';
}

/** Whether a model gives its input as it is to a two-dimensional convolution, so that the input has four dimensions. */
export function takesImages(program: TorchProgram, model: Located): boolean {
  const made = originsOf(program, model);
  return made.length > 0 && made.every(({ module, node }) => beginsWithConvolution(program, module, node, 0));
}

/** Of the expression that makes a layer or model. */
function beginsWithConvolution(program: TorchProgram, module: PyModule, made: SgNode | null, depth: number): boolean {
  if (made?.kind() !== 'call' || depth > 4) return false;
  const path = module.pathOf(made.field('function')) ?? '';
  if (/^torch\.nn\.(?:Conv2d|ConvTranspose2d)$/.test(path) || /^torchvision\.models\.(?!vit_|swin|maxvit|get_)[a-z]\w+$/.test(path)) return true;
  if (path === 'torch.nn.Sequential') return beginsWithConvolution(program, module, parts(made.field('arguments') ?? made)[0] ?? null, depth + 1);
  const found = program.definitionOf(module, made.field('function'));
  const forward = found === null ? null : methodIn(found.node, 'forward');
  if (found === null || forward === null) return false;
  const [, input] = parts(forward.field('parameters') ?? forward).map((node) => (node.kind() === 'identifier' ? node : (node.field('name') ?? node.namedChildren()[0] ?? node)).text());
  return owned(found.module, forward, 'call').some((call) => {
    const callee = call.field('function');
    const given = argument(call, 'input', 0);
    if (input === undefined || given?.text() !== input || callee?.kind() !== 'attribute' || callee.field('object')?.text() !== 'self') return false;
    const isAsGiven = found.module.uses(forward, input).every((use) => use.role !== 'write' || endOf(statementOf(use.node)) > startOf(call));
    return isAsGiven && beginsWithConvolution(program, found.module, attributeValue(found.node, callee.field('attribute')?.text() ?? ''), depth + 1);
  });
}

/** Something in the files that makes the sizes of inputs differ from batch to batch. */
export function varyingShapes(program: TorchProgram): Located | null {
  for (const module of program.modules) {
    const node = all(module.root, 'call', 'keyword_argument').find((found) => {
      if (found.kind() === 'keyword_argument') return found.field('name')?.text() === 'collate_fn';
      return isResized(module, found) || /(?:pad_sequence|pack_padded_sequence|RandomResize|BucketIterator|pad_packed_sequence)$/.test(found.field('function')?.text() ?? '');
    });
    if (node !== undefined) return { module, node };
  }
  return null;
}

/** A batch that a loop gives a size which may be another each time. */
function isResized(module: PyModule, call: SgNode): boolean {
  if (!/^(?:torch\.nn\.functional\.(?:interpolate|upsample)|torchvision\.transforms\.functional\.resize)$/.test(module.pathOf(call.field('function')) ?? '')) return false;
  const loop = loopsAround(module, call)[0];
  const size = argument(call, 'size', 1) ?? argument(call, 'scale_factor', 2);
  return loop !== undefined && size !== null && all(size, 'identifier').concat(size.kind() === 'identifier' ? [size] : []).some((id) => module.uses(module.scopeOf(call), id.text()).some((use) => use.role === 'write' && within(use.node, loop)));
}

/** The models of the files around the finding, with their files. */
export function modelsAround(program: TorchProgram): Located[] {
  return program.modules.flatMap((module) => modelClasses(program, module).map((node) => ({ module, node })));
}
