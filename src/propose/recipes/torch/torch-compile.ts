import { compileAnswers } from '../../torch/compiling.js';
import type { TorchRecipe } from '../recipe.js';

export const torchCompile: TorchRecipe = {
  family: 'torch',
  name: 'torch-compile',
  languages: ['python'],
  category: 'launches',
  title: 'Compile the model by `torch.compile`, which fuses elementwise operations',
  evidence: { findings: ['C2', 'C1', 'C5'], text: 'Many short kernels of single operations, or a device that waits for their launches.' },
  condition: 'The model is an instance of a class of the repository whose `forward` neither fetches values from the device nor prints, so that it compiles as one graph, and nothing is compiled yet. No gradient is itself differentiated (`create_graph`). Where others than its calls see the model (it is returned or kept in an object, its weights are saved or loaded), the names of the weights stay: it is compiled in place where the repository asks for PyTorch 2.2, else only the calls go to the wrapper.',
  risk: 'The first steps take seconds to minutes. A change of shapes compiles again: guards hold for the sizes, types and modes that were seen. Random numbers of dropout differ.',
  expected: 'A tenth to a half of the time of a step that is bound by launches or memory.',
  references: ['https://pytorch.org/docs/stable/generated/torch.compile.html', 'https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.compile'],
  changesResults: 'rounding',
  apply: (program) => compileAnswers(program, null),
};
