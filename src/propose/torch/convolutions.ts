import { all } from '../source/tree.js';
import { modelClasses } from './models.js';
import type { Located, TorchProgram } from './program.js';

/** Whether the files around the finding make a network of two-dimensional convolutions: a layer of one, or a model of torchvision. */
export function hasConvolutions(program: TorchProgram): boolean {
  return program.modules.some((module) => all(module.root, 'call').some((call) => isConvolution(module.pathOf(call.field('function')) ?? '')));
}

function isConvolution(path: string): boolean {
  return /^torch\.nn\.(?:Conv2d|ConvTranspose2d)$/.test(path) || /^torchvision\.models\.(?!vit_|swin)\w+$/.test(path) || path === 'torch.nn.functional.conv2d';
}

/** Something in the files that makes the sizes of inputs differ from batch to batch. */
export function varyingShapes(program: TorchProgram): Located | null {
  for (const module of program.modules) {
    const node = all(module.root, 'call', 'keyword_argument').find((found) => {
      if (found.kind() === 'keyword_argument') return found.field('name')?.text() === 'collate_fn';
      return /(?:pad_sequence|pack_padded_sequence|RandomResize|BucketIterator|pad_packed_sequence)$/.test(found.field('function')?.text() ?? '');
    });
    if (node !== undefined) return { module, node };
  }
  return null;
}

/** The models of the files around the finding, with their files. */
export function modelsAround(program: TorchProgram): Located[] {
  return program.modules.flatMap((module) => modelClasses(program, module).map((node) => ({ module, node })));
}
