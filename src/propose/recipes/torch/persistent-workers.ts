import { all, lineOf } from '../../source/tree.js';
import { argument, callArguments, methodOf } from '../../torch/call.js';
import { changedState, datasetsOf, placeOf, sharedRandom } from '../../torch/datasets.js';
import { inFile, isRepeated, loadersAt, loopsOver } from '../../torch/loaders.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { withKeyword } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const persistentWorkers: TorchRecipe = {
  family: 'torch',
  name: 'persistent-workers',
  languages: ['python'],
  category: 'data-loading',
  title: 'Keep the worker processes of a loader from one epoch to the next (`persistent_workers=True`)',
  evidence: { findings: ['C7', 'C1'], text: 'The device idles at the start of each epoch, while worker processes start.' },
  condition: 'The loader has workers, and a loop goes over it more than once. Nothing changes the dataset between epochs, which workers that live on would not see; giving an item keeps no state and draws no random numbers of its own.',
  risk: 'The seed of the workers is drawn once instead of in each epoch: later random numbers of the program, such as the order of samples by `shuffle` without a generator, are others. Workers keep their memory between epochs.',
  expected: 'The start of the workers, from tenths of a second to many seconds an epoch.',
  references: ['https://pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader'],
  changesResults: 'randomness',
  apply: (program) => loadersAt(program).map((loader) => answerOf(program, loader)),
};

function answerOf(program: TorchProgram, loader: Located): Rewrite | Refusal {
  const { module, node } = loader;
  const line = lineOf(node);
  const { keywords, hasSplat, positional } = callArguments(node);
  const workers = keywords.get('num_workers') ?? positional[5];
  const given = keywords.get('persistent_workers');
  if (hasSplat) return { line, reason: 'It may be given already, by `**`.' };
  if (given !== undefined) return { line, reason: `\`persistent_workers=${given.text()}\` is given.` };
  if (workers === undefined || workers.text() === '0') return { line, reason: 'The loader has no workers that could live on.' };
  const loops = loopsOver(program, loader);
  if (!loops.some((loop) => isRepeated(program, loop))) return { line, reason: 'It cannot be seen that a loop goes over it more than once.' };
  const { classes } = datasetsOf(program, loader);
  const state = classes.find((dataset) => changedState(dataset) !== null || sharedRandom(dataset) !== null);
  if (state !== undefined) return { line, reason: `Its workers begin with fresh state in each epoch: ${placeOf(state, changedState(state) ?? sharedRandom(state) ?? state.node)} changes it.` };
  const dataset = argument(node, 'dataset', 0)?.text() ?? '';
  const changes = changeBetween(program, dataset);
  if (changes !== null) return { line, reason: `The dataset is changed between epochs, which workers that live on would not see: line ${lineOf(changes.node)} of ${changes.module.file}.` };
  const value = /^\d+$/.test(workers.text()) ? 'True' : `${workers.kind() === 'identifier' || workers.kind() === 'attribute' ? workers.text() : `(${workers.text()})`} > 0`;
  return { title: `keep the workers from epoch to epoch${inFile(program, module)}`, line, edits: [withKeyword(module, node, `persistent_workers=${value}`)] };
}

/** Where something of the dataset is set, or a method of it is called that sets an epoch or a length. */
function changeBetween(program: TorchProgram, dataset: string): Located | null {
  const name = dataset.split('.').at(-1) ?? '';
  const isIt = (text: string): boolean => text === dataset || text === name || text.endsWith(`.${name}`) || text.endsWith('.dataset');
  for (const module of program.modules) {
    const node = all(module.root, 'assignment', 'augmented_assignment', 'call').find((one) => {
      if (one.kind() === 'call') return /^(?:set_|update|shuffle|resample|reset|next_epoch)/.test(methodOf(one)?.method ?? '') && isIt(methodOf(one)?.receiver.text() ?? '');
      const left = one.field('left');
      return (left?.kind() === 'attribute' || left?.kind() === 'subscript') && isIt((left.field('object') ?? left.field('value'))?.text() ?? '');
    });
    if (node !== undefined) return { module, node };
  }
  return null;
}
