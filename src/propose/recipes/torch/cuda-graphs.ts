import { compileAnswers } from '../../torch/compiling.js';
import type { TorchRecipe } from '../recipe.js';

export const cudaGraphs: TorchRecipe = {
  family: 'torch',
  name: 'cuda-graphs',
  languages: ['python'],
  category: 'launches',
  title: 'Launch a compiled model as CUDA graphs (`mode="reduce-overhead"`) where shapes are static',
  evidence: { findings: ['C2-launch-bound', 'C2-tiny-kernels', 'C1-idle-device'], text: 'Kernels shorter than their launch: the device waits for the next one, over and over.' },
  condition: 'As for `torch-compile`; and the inputs of the loop have one shape: batches are made by the program itself, or the loader drops the last one. No output of the model is kept from one step to the next, since the next one writes over it.',
  risk: 'The graphs keep their memory. An input of another shape records a graph of its own.',
  expected: 'The time between launches: up to a half of a step of short kernels.',
  references: ['https://pytorch.org/docs/stable/generated/torch.compile.html', 'https://pytorch.org/docs/stable/torch.compiler_cudagraph_trees.html'],
  changesResults: 'rounding',
  apply: (program) => compileAnswers(program, 'reduce-overhead'),
};
