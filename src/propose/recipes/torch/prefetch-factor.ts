import { lineOf } from '../../source/tree.js';
import { givenTo } from '../../torch/given-options.js';
import { placeOf } from '../../torch/item-code.js';
import { inFile, loadersAt } from '../../torch/loaders.js';
import { literalOf } from '../../torch/option-literals.js';
import { changeFromOutside } from '../../torch/outside-changes.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { replaced } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const prefetchFactor: TorchRecipe = {
  family: 'torch',
  name: 'prefetch-factor',
  languages: ['python'],
  category: 'data-loading',
  title: 'Let each worker of a loader be more than one batch ahead (`prefetch_factor`)',
  evidence: { findings: ['C7', 'C1'], text: 'The program waits for batches now and then though workers make them, as some take longer than others.' },
  condition: 'The loader has workers, and `prefetch_factor=1` is written. Nothing changes the dataset or the sampler in the loops over the loader, which workers further ahead would not see. Batches come in the same order.',
  risk: 'Three more batches for each worker wait in memory.',
  expected: 'The waits for batches that take longer than the mean.',
  references: ['https://pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader'],
  apply: (program) => loadersAt(program).flatMap((loader) => answerOf(program, loader)),
};

function answerOf(program: TorchProgram, loader: Located): (Rewrite | Refusal)[] {
  const line = lineOf(loader.node);
  const given = givenTo(program, loader, 'prefetch_factor');
  if (given === null) return [];
  const decided = literalOf(program, given);
  if (decided?.node.text() !== '1') return [{ line, reason: `\`prefetch_factor=${given.node.text()}\` is given.` }];
  const workers = givenTo(program, loader, 'num_workers', 5);
  if (workers === null || literalOf(program, workers)?.node.text() === '0') return [{ line, reason: 'The loader has no workers that could be ahead.' }];
  const changed = changeFromOutside(program, loader, 'in its loops');
  if (changed !== null) return [{ line, reason: `What gives the items is changed between batches, which workers further ahead would not see: ${placeOf(changed)}.` }];
  return [{ title: `let workers be four batches ahead${inFile(program, decided.module)}`, line, edits: [replaced(decided.module, decided.node, '4')] }];
}
