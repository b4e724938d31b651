import { deferredAnswers } from '../../torch/deferred-answers.js';
import type { TorchRecipe } from '../recipe.js';

export const readAtInterval: TorchRecipe = {
  family: 'torch',
  name: 'read-at-interval',
  languages: ['python'],
  category: 'waiting',
  title: 'Fetch a value from the device only in the iterations that use it',
  evidence: { findings: ['C3', 'C1', 'C4'], text: 'The host fetches one value in every iteration and waits for the device, which then has no work.' },
  condition: 'The value is used only in an `if` that holds now and then, such as one with `step % 100`, or behind the loop. What other code may change until then is copied on the device. What is printed and recorded stays the same.',
  risk: 'An error of the device is reported later.',
  expected: 'The time that the device has no work after each wait: often a tenth to a third of a short step.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#avoid-unnecessary-cpu-gpu-synchronization', 'https://pytorch.org/docs/stable/generated/torch.Tensor.item.html'],
  apply: (program) => deferredAnswers(program, { logs: false, wants: ({ kept, logged }) => logged.length === 0 && kept.length > 0 && kept.every(({ kind }) => kind === 'value'), refuses: () => false }),
};
