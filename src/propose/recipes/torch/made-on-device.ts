import { movedFactories } from '../../torch/moved-factories.js';
import type { TorchRecipe } from '../recipe.js';

export const madeOnDevice: TorchRecipe = {
  family: 'torch',
  name: 'made-on-device',
  languages: ['python'],
  category: 'transfers',
  title: 'Make ranges, masks, ones and zeros on the device with `device=` instead of on the host with a copy behind it',
  evidence: { findings: ['C4', 'C3', 'C1', 'C2', 'C5-repeated-constants'], text: 'Copies of equal size to the device in each step, from pageable memory, for which the host waits.' },
  condition: 'The tensor is made of sizes and numbers alone, by operations that give the same on the device, and nothing uses it before it is moved. A function of the repository that makes it is given the device as an argument, which others leave out.',
  risk: 'Numbers with a fraction that are computed on the way, such as sines, may differ in their last bits on the device.',
  expected: 'A copy, and the wait for it, in each step.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#create-tensors-directly-on-the-target-device'],
  apply: (program) => movedFactories(program, { random: false }),
};
