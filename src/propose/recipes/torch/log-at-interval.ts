import { deferredAnswers, logEvery } from '../../torch/deferred-answers.js';
import { stepLogAnswers } from '../../torch/step-logs.js';
import type { TorchRecipe } from '../recipe.js';

export const logAtInterval: TorchRecipe = {
  family: 'torch',
  name: 'log-at-interval',
  languages: ['python'],
  category: 'waiting',
  title: 'Print and record values of the device every 50 iterations instead of in each',
  evidence: { findings: ['C3', 'C1', 'C4'], text: 'The host fetches one value in every iteration to print or record it, and waits for the device, which then has no work.' },
  condition: 'The statements do nothing but print or record, and nothing else needs the value in every iteration. The loop has no other one in it that goes over steps: a line for each epoch stays. Sums that they show are kept on the device as `accumulate-on-device` does it. What is computed stays the same.',
  risk: 'Fewer lines are printed and fewer values recorded, which is for a person to agree to.',
  expected: 'The time that the device has no work after each wait: often a tenth to a third of a short step.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#avoid-unnecessary-cpu-gpu-synchronization'],
  changesResults: 'logging',
  apply: (program) => [...deferredAnswers(program, { logs: true, wants: () => true, refuses: (reads) => reads.some(({ use }) => use.kind === 'logged') }), ...stepLogAnswers(program, logEvery)],
};
