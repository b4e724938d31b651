import type { SgNode } from '@ast-grep/napi';
import { lineOf } from '../../source/tree.js';
import { callArguments } from '../../torch/call.js';
import { changedState, datasetsOf, deviceUse, heldHandle, isIterable, isOnlyLookUp, placeOf, sharedRandom } from '../../torch/datasets.js';
import { inFile, loadersAt } from '../../torch/loaders.js';
import { spelled } from '../../torch/names-in-scope.js';
import { originsOf } from '../../torch/origins.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { replaced, withKeyword } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const loaderWorkers: TorchRecipe = {
  family: 'torch',
  name: 'loader-workers',
  languages: ['python'],
  category: 'data-loading',
  title: 'Let worker processes make the batches (`num_workers`) instead of the process that trains',
  evidence: { findings: ['C7', 'C1'], text: 'The program waits for its data loader, which runs in the main process, while the device idles.' },
  condition:
    'The dataset is a class of the repository with `__getitem__`, or one of torchvision. Giving an item changes nothing that the dataset holds, draws no random numbers that other code shares, uses no device, and does more than look items up in memory. It holds no open file or connection, and no function without a name, so that it can be sent to a process. Batches come in the same order.',
  risk: 'Each worker takes memory of its own, and starts anew at each pass over the loader. Where processes are not forked (Windows, macOS, Linux from Python 3.14 on) a script needs `if __name__ == "__main__"` around its start.',
  expected: 'The wait for batches falls by the number of workers; all of it where the device is slower than they are.',
  references: ['https://pytorch.org/docs/stable/data.html#multi-process-data-loading', 'https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#enable-asynchronous-data-loading-and-augmentation'],
  apply: (program) => loadersAt(program).map((loader) => answerOf(program, loader)),
};

function answerOf(program: TorchProgram, loader: Located): Rewrite | Refusal {
  const { module, node } = loader;
  const line = lineOf(node);
  const { keywords, hasSplat, positional } = callArguments(node);
  const given = keywords.get('num_workers') ?? positional[5];
  if (hasSplat) return { line, reason: 'The number of workers may be given already, by `**`.' };
  if (given !== undefined && given.text() !== '0') return { line, reason: `The loader has \`num_workers=${given.text()}\` already.` };
  const bar = obstacle(program, loader);
  if (bar !== null) return { line, reason: bar };
  const cpus = spelled(module, 'os.cpu_count');
  const value = `min(4, ${cpus.text}() or 1)`;
  const edit = given === undefined ? withKeyword(module, node, `num_workers=${value}`) : replaced(module, given, value);
  return { title: `load batches in worker processes${inFile(program, module)}`, line, edits: [edit, ...cpus.edits] };
}

/** Why workers would not give the same batches, or would not pay; null where nothing speaks against them. */
function obstacle(program: TorchProgram, loader: Located): string | null {
  const { classes, published, inMemory, unknown } = datasetsOf(program, loader);
  const [stranger] = unknown;
  if (stranger !== undefined) return `It cannot be seen what gives the items: \`${shortText(stranger.node)}\`.`;
  if (inMemory.length > 0) return 'The items are in memory already: to pass them between processes costs more than to take them.';
  for (const dataset of classes) {
    const name = dataset.node.field('name')?.text() ?? '';
    if (isIterable(dataset)) return `\`${name}\` gives its items by an iterator: each worker would give all of them.`;
    const found: [SgNode | null, string][] = [
      [deviceUse(dataset), 'uses the device, which a forked worker cannot'],
      [changedState(dataset), 'changes what the dataset holds, which each worker would have for itself'],
      [sharedRandom(dataset), 'draws random numbers, which would be others in workers'],
      [heldHandle(dataset), 'opens what workers would share'],
    ];
    const first = found.find(([place]) => place !== null);
    if (first?.[0] != null) return `\`${name}\` ${first[1]}: ${placeOf(dataset, first[0])}.`;
  }
  const outer = classes[0];
  if (outer !== undefined && published.length === 0 && classes.every(isOnlyLookUp)) return `\`${outer.node.field('name')?.text() ?? ''}\` only takes items from memory: to pass them between processes costs more.`;
  for (const made of [loader, ...published]) {
    for (const [name, value] of callArguments(made.node).keywords) {
      if (!['collate_fn', 'worker_init_fn', 'transform', 'target_transform', 'transforms'].includes(name)) continue;
      const origins = originsOf(program, { module: made.module, node: value });
      if (origins.some((origin) => /\blambda\b/.test(origin.node.text()))) return `\`${name}\` is a function without a name, which cannot be sent to a process.`;
      if (origins.some((origin) => /Rand(?:om|Augment)|AutoAugment|TrivialAugment|AugMix|Jitter|Elastic/.test(origin.node.text()))) return `\`${name}\` draws random numbers, which would be others in workers.`;
      const collate = name === 'collate_fn' ? program.definitionOf(made.module, value) : null;
      const device = collate === null ? null : deviceUse(collate);
      if (collate !== null && device !== null) return `\`collate_fn\` uses the device, which a forked worker cannot: ${placeOf(collate, device)}.`;
    }
  }
  return null;
}

function shortText(node: SgNode): string {
  const text = node.text().split('\n')[0] ?? '';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
