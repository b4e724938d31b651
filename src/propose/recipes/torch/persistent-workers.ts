import { lineOf, within } from '../../source/tree.js';
import { callArguments } from '../../torch/call.js';
import { datasetsOf } from '../../torch/datasets.js';
import { givenTo, mayBeGiven } from '../../torch/given-options.js';
import { changedState, itemCode, placeOf, sharedRandom } from '../../torch/item-code.js';
import { inFile, isRepeated, loadersAt, loopsOver } from '../../torch/loaders.js';
import { literalOf } from '../../torch/option-literals.js';
import { changeFromOutside } from '../../torch/outside-changes.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { loopsAround, replaced, withKeyword } from '../../torch/statements.js';
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
  const workers = givenTo(program, loader, 'num_workers', 5);
  const given = givenTo(program, loader, 'persistent_workers');
  if (given === null && mayBeGiven(program, loader)) return { line, reason: 'It may be given already, by `**`.' };
  const decided = given === null ? null : literalOf(program, given);
  if (given !== null && decided?.node.text() !== 'False') return { line, reason: `\`persistent_workers=${given.node.text()}\` is given.` };
  if (workers === null || literalOf(program, workers)?.node.text() === '0') return { line, reason: 'The loader has no workers that could live on.' };
  const loops = loopsOver(program, loader);
  if (!loops.some((loop) => isRepeated(program, loop))) return { line, reason: 'It cannot be seen that a loop goes over it more than once.' };
  if (!isKept(program, loader)) return { line, reason: 'The loader itself is made anew for each pass: its workers could not live on.' };
  const state = datasetsOf(program, loader).classes.flatMap((dataset) => { const code = itemCode(program, dataset); return changedState(code) ?? sharedRandom(code) ?? []; })[0];
  if (state !== undefined) return { line, reason: `Its workers begin with fresh state in each epoch: ${placeOf(state)} changes it.` };
  const start = givenTo(program, loader, 'worker_init_fn');
  const started = start === null ? null : (program.definitionOf(start.module, start.node) ?? start);
  if (started !== null && /epoch|time|global /.test(started.node.text())) return { line, reason: `\`worker_init_fn\` begins each epoch in its own way: ${placeOf(started)}.` };
  const change = changeFromOutside(program, loader, 'anywhere');
  if (change !== null) return { line, reason: `The dataset is changed between epochs, which workers that live on would not see: ${placeOf(change)}.` };
  const value = literalOf(program, workers)?.node.kind() === 'integer' && workers.node.kind() === 'integer' ? 'True' : `${['identifier', 'attribute', 'subscript'].includes(String(workers.node.kind())) ? workers.node.text() : `(${workers.node.text()})`} > 0`;
  const edit = decided === null ? withKeyword(module, node, `persistent_workers=${value}`) : replaced(decided.module, decided.node, 'True');
  return { title: `keep the workers from epoch to epoch${inFile(program, module)}`, line, edits: [edit] };
}

/** Whether the loader lives longer than one pass over it: no loop is around the place that makes it, in its function. */
function isKept(program: TorchProgram, { module, node }: Located): boolean {
  return callArguments(node).hasSplat || !isRepeated(program, { module, node }) || loopsOver(program, { module, node }).some((loop) => isRepeatedWithin(loop, { module, node }));
}

/** Whether a loop over the loader is in a loop that does not make the loader, too. */
function isRepeatedWithin(loop: Located, loader: Located): boolean {
  const around = loopsAround(loop.module, loop.node);
  return loop.module !== loader.module || !around.some((one) => within(loader.node, one)) || around.length > 1;
}
