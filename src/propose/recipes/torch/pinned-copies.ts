import { lineOf } from '../../source/tree.js';
import { batchCopies, isWrittenAfter, type BatchCopy } from '../../torch/batch-copies.js';
import { callArguments } from '../../torch/call.js';
import { datasetsOf, deviceUse, placeOf } from '../../torch/datasets.js';
import { inFile, isSame, loadersAt, loopsOver } from '../../torch/loaders.js';
import { spelled } from '../../torch/names-in-scope.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { replaced, withKeyword } from '../../torch/statements.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

export const pinnedCopies: TorchRecipe = {
  family: 'torch',
  name: 'pinned-copies',
  languages: ['python'],
  category: 'transfers',
  title: 'Copy batches from pinned memory without waiting: `pin_memory` of the loader and `non_blocking=True` of the copies, which pay only together',
  evidence: { findings: ['C4-pageable-copies', 'C4-transfer-bound', 'C1'], text: 'Copies of batches from pageable memory of the host, for which the host waits.' },
  condition: 'The batches of the loader go to a CUDA device in a loop over it. Its dataset makes no tensors on a device. What is copied is not changed on the host afterwards. Kernels of the same stream wait for the copy by themselves.',
  risk: 'Pinned memory cannot be swapped out, and a thread pins the batches.',
  expected: 'Copies at the full speed of the bus, two to three times as fast, and next to kernels instead of before them.',
  references: ['https://pytorch.org/docs/stable/data.html#memory-pinning', 'https://pytorch.org/docs/stable/notes/cuda.html#use-pinned-memory-buffers'],
  apply: (program) => (isToHost(program) ? [] : loadersAt(program).map((loader) => answerOf(program, loader))),
};

/** Whether the finding's line copies to the host, which pinned batches do not change. */
function isToHost({ module, line }: TorchProgram): boolean {
  return /\.(?:cpu|numpy|tolist|item)\(/.test(module.source.split('\n')[line - 1] ?? '');
}

function answerOf(program: TorchProgram, loader: Located): Rewrite | Refusal {
  const { module, node } = loader;
  const line = lineOf(node);
  const { keywords, hasSplat } = callArguments(node);
  if (hasSplat) return { line, reason: 'Whether memory is pinned may be given already, by `**`.' };
  const dataset = datasetsOf(program, loader).classes.find((one) => deviceUse(one) !== null);
  if (dataset !== undefined) return { line, reason: `The dataset gives tensors of the device, which cannot be pinned: ${placeOf(dataset, deviceUse(dataset) ?? dataset.node)}.` };
  const loops = loopsOver(program, loader);
  const copies = loops.flatMap((loop) => batchCopies(program, loop).map((copy) => ({ copy, loop })));
  if (copies.length === 0) return { line, reason: 'It cannot be seen that its batches are copied to a device in a loop over it.' };
  if (copies.some(({ copy }) => copy.device === 'cpu') || !program.modules.some(({ source }) => source.includes('cuda'))) return { line, reason: 'Its batches stay on the host, as far as can be seen.' };
  const changed = copies.find(({ copy, loop }) => isWrittenAfter(loop.node, copy.node));
  if (changed !== undefined) return { line: lineOf(changed.copy.node), reason: 'What is copied is changed on the host afterwards: a copy that does not wait could see the change.' };
  const distinct = copies.map(({ copy }) => copy).filter((copy, i, rest) => rest.findIndex((other) => isSame(other, copy)) === i);
  const waiting = distinct.filter(({ nonBlocking }) => nonBlocking === null || nonBlocking.text() === 'False');
  const pin = pinEdits(loader, keywords.get('pin_memory')?.text() ?? null, distinct);
  if (waiting.length === 0 && pin.length === 0) return { line, reason: 'The batches are pinned, and their copies do not wait, already.' };
  const edits = [...pin, ...waiting.map(copyEdit)];
  return { title: `copy batches without waiting${pin.length > 0 ? ', from pinned memory' : ''}${inFile(program, module)}`, line, edits };
}

function pinEdits({ module, node }: Located, given: string | null, copies: readonly BatchCopy[]): TextEdit[] {
  const old = callArguments(node).keywords.get('pin_memory');
  // What an option decides stays so.
  if (given !== null && given !== 'False') return [];
  const available = spelled(module, 'torch.cuda.is_available');
  const isSure = copies.every(({ device }) => device === 'cuda');
  const value = isSure ? 'True' : `${available.text}()`;
  return [old === undefined ? withKeyword(module, node, `pin_memory=${value}`) : replaced(module, old, value), ...(isSure ? [] : available.edits)];
}

function copyEdit({ module, node, nonBlocking }: BatchCopy): TextEdit {
  if (nonBlocking !== null) return replaced(module, nonBlocking, 'True');
  return withKeyword(module, node, 'non_blocking=True');
}
