import { movedFactories } from '../../torch/moved-factories.js';
import { seededBy } from '../../torch/seeds.js';
import { isRewrite, type TorchRecipe } from '../recipe.js';

export const drawnOnDevice: TorchRecipe = {
  family: 'torch',
  name: 'drawn-on-device',
  languages: ['python'],
  category: 'transfers',
  title: 'Draw noise on the device with `device=` instead of on the host with a copy behind it',
  evidence: { findings: ['C4', 'C3', 'C1'], text: 'Copies of noise to the device in each step, from pageable memory, while the host draws the next.' },
  condition: 'The random numbers are drawn from the common generator, not from one of the program\'s own, and moved at once. Nothing in the repository seeds a generator, which would draw others on a device. A permutation or an index, which decides what data is used, stays on the host.',
  risk: 'The generator of a device gives other numbers of the same kind than that of the host from the same seed.',
  expected: 'A copy in each step, and the time of the host to draw the numbers.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#create-tensors-directly-on-the-target-device', 'https://pytorch.org/docs/stable/notes/randomness.html'],
  changesResults: 'randomness',
  apply(program) {
    const answers = movedFactories(program, { random: true });
    const seeded = answers.some(isRewrite) ? seededBy(program) : null;
    return seeded === null ? answers : answers.map((answer) => (isRewrite(answer) ? { line: answer.line, reason: `The program is seeded, in ${seeded}: the device would draw other numbers from the same seed.` } : answer));
  },
};
