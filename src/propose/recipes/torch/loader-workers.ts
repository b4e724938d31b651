import { lineOf } from '../../source/tree.js';
import { givenTo, mayBeGiven } from '../../torch/given-options.js';
import { inFile, loadersAt } from '../../torch/loaders.js';
import { spelled } from '../../torch/names-in-scope.js';
import { literalOf } from '../../torch/option-literals.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { replaced, withKeyword } from '../../torch/statements.js';
import { workerObstacle } from '../../torch/worker-obstacles.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const loaderWorkers: TorchRecipe = {
  family: 'torch',
  name: 'loader-workers',
  languages: ['python'],
  category: 'data-loading',
  title: 'Let worker processes make the batches (`num_workers`) instead of the process that trains',
  evidence: { findings: ['C7', 'C1'], text: 'The program waits for its data loader, which runs in the main process, while the device idles.' },
  condition:
    'The dataset is a class of the repository with `__getitem__`, or one of torchvision, torchaudio or `datasets`; subsets, splits and helpers that return it are followed. Giving an item, and `collate_fn`, change nothing that the dataset holds, draw no random numbers that other code shares, use no device or model, and do more than look items up in memory. It holds no open file or connection, and no function without a name, so that it can be sent to a process. Nothing changes the dataset or the sampler in the loops over the loader, none of which makes an iterator in each step, or runs without `if __name__ == "__main__"`. Batches come in the same order.',
  risk: 'Each worker takes memory of its own, and starts anew at each pass over the loader.',
  expected: 'The wait for batches falls by the number of workers; all of it where the device is slower than they are.',
  references: ['https://pytorch.org/docs/stable/data.html#multi-process-data-loading', 'https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#enable-asynchronous-data-loading-and-augmentation'],
  apply: (program) => loadersAt(program).map((loader) => answerOf(program, loader)),
};

function answerOf(program: TorchProgram, loader: Located): Rewrite | Refusal {
  const { module, node } = loader;
  const line = lineOf(node);
  const given = givenTo(program, loader, 'num_workers', 5);
  if (given === null && mayBeGiven(program, loader)) return { line, reason: 'The number of workers may be given already, by `**`.' };
  const decided = given === null ? null : literalOf(program, given);
  if (given !== null && decided?.node.text() !== '0') return { line, reason: `The loader has \`num_workers=${given.node.text()}\` already.` };
  const bar = workerObstacle(program, loader);
  if (bar !== null) return { line, reason: bar };
  const target = decided ?? loader;
  const cpus = spelled(target.module, 'os.cpu_count');
  const value = `min(4, ${cpus.text}() or 1)`;
  const edit = decided === null ? withKeyword(module, node, `num_workers=${value}`) : replaced(decided.module, decided.node, value);
  return { title: `load batches in worker processes${inFile(program, target.module)}`, line, edits: [edit, ...cpus.edits] };
}
