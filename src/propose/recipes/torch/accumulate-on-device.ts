import { attributeAnswers } from '../../torch/attribute-reads.js';
import { comprehensionAnswers } from '../../torch/comprehension-reads.js';
import { deferredAnswers } from '../../torch/deferred-answers.js';
import { flagAnswers } from '../../torch/flags.js';
import { meterAnswers } from '../../torch/meters.js';
import { returnedAnswers } from '../../torch/returned-reads.js';
import { storedAnswers } from '../../torch/stored-values.js';
import type { TorchRecipe } from '../recipe.js';

export const accumulateOnDevice: TorchRecipe = {
  family: 'torch',
  name: 'accumulate-on-device',
  languages: ['python'],
  category: 'waiting',
  title: 'Add up losses and metrics on the device, and fetch the sum once behind the loop instead of `.item()` in every iteration',
  evidence: { findings: ['C3', 'C1', 'C4'], text: 'The host fetches one value in every iteration and waits for the device, which then has no work.' },
  condition:
    'The loop only adds to the sum or appends to the list; its value is needed behind the loop, or in an `if` that holds now and then, and is a Python number again from there on. Sums are kept in double precision as Python keeps them, counts as integers, so that they are the same bit for bit. What other code may change is copied on the device. A list is made empty in the function and not used before the loop, and nothing reads what is kept after an exception has left the loop. What a method keeps in an attribute stays a tensor there, where all that reads it is seen, outside of the loop, and gets a number. Whether something was not finite is noted on the device where the loop only counts it.',
  risk: 'A list of values keeps one small tensor an iteration. Double precision is not there on MPS. An error of the device is reported later.',
  expected: 'The time that the device has no work after each wait: often a tenth to a third of a short step.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#avoid-unnecessary-cpu-gpu-synchronization', 'https://pytorch.org/docs/stable/generated/torch.Tensor.item.html'],
  apply: (program) => [...deferredAnswers(program, { logs: false, wants: ({ kept, logged }) => logged.length === 0 && kept.some(({ kind }) => kind !== 'value'), refuses: () => true }), ...returnedAnswers(program), ...meterAnswers(program), ...storedAnswers(program), ...attributeAnswers(program), ...flagAnswers(program), ...comprehensionAnswers(program)],
};
