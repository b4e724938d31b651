import { deferredAnswers } from '../../torch/deferred-answers.js';
import type { TorchRecipe } from '../recipe.js';

export const accumulateOnDevice: TorchRecipe = {
  family: 'torch',
  name: 'accumulate-on-device',
  languages: ['python'],
  category: 'waiting',
  title: 'Add up losses and metrics on the device, and fetch the sum once behind the loop instead of `.item()` in every iteration',
  evidence: { findings: ['C3', 'C1', 'C4-small-copies'], text: 'The host fetches one value in every iteration and waits for the device, which then has no work.' },
  condition:
    'The loop only adds to the sum or appends to the list; its value is needed behind the loop, or in an `if` that holds now and then, and is a Python number again from there on. Sums are kept in double precision as Python keeps them, counts as integers, so that they are the same bit for bit. What other code may change is copied on the device. A list is made empty in the function and not used before the loop, and nothing reads what is kept after an exception has left the loop. No other value is fetched in every iteration, which would make the host wait anyway.',
  risk: 'A list of values keeps one small tensor an iteration. Double precision is not there on MPS. An error of the device is reported later.',
  expected: 'The time that the device has no work after each wait: often a tenth to a third of a short step.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#avoid-unnecessary-cpu-gpu-synchronization', 'https://pytorch.org/docs/stable/generated/torch.Tensor.item.html'],
  apply: (program) => deferredAnswers(program, { logs: false, wants: (kept) => kept.some(({ kind }) => kind !== 'value'), refuses: () => true }),
};
