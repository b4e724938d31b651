import { lineOf, within } from '../../source/tree.js';
import { batchCopies, isDictOfOthers, isWrittenAfter, type BatchCopy } from '../../torch/batch-copies.js';
import { datasetsOf } from '../../torch/datasets.js';
import { givenTo, mayBeGiven } from '../../torch/given-options.js';
import { deviceUse, placeOf } from '../../torch/item-code.js';
import { allLoaders, inFile, isSame, loadersAt, loopsOver } from '../../torch/loaders.js';
import { spelled } from '../../torch/names-in-scope.js';
import { literalOf } from '../../torch/option-literals.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { replaced, withKeyword } from '../../torch/statements.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

export const pinnedCopies: TorchRecipe = {
  family: 'torch',
  name: 'pinned-copies',
  languages: ['python'],
  category: 'transfers',
  title: 'Copy batches from pinned memory without waiting: `pin_memory` of the loader and `non_blocking=True` of the copies, which pay only together',
  evidence: { findings: ['C4-pageable-copies', 'C4-transfer-bound', 'C4-small-copies', 'C1'], text: 'Copies of batches from pageable memory of the host, for which the host waits.' },
  condition: 'The batches of the loader go to a CUDA device in a loop over it. Its dataset makes no tensors on a device. What is copied is not changed on the host afterwards. Kernels of the same stream wait for the copy by themselves.',
  risk: 'Pinned memory cannot be swapped out, and a thread pins the batches.',
  expected: 'Copies at the full speed of the bus, two to three times as fast, and next to kernels instead of before them.',
  references: ['https://pytorch.org/docs/stable/data.html#memory-pinning', 'https://pytorch.org/docs/stable/notes/cuda.html#use-pinned-memory-buffers'],
  apply: (program) => (isToHost(program) || !isFromPageable(program) ? [] : loadersOf(program).map((loader) => answerOf(program, loader))),
};

/** The loaders that the finding is about; else those whose batches its function copies. */
function loadersOf(program: TorchProgram): Located[] {
  const found = loadersAt(program);
  const copies = (loader: Located): boolean => loopsOver(program, loader).flatMap((loop) => batchCopies(program, loop)).some(({ node }) => within(node, program.scope));
  return found.length > 0 || program.scope.kind() !== 'function_definition' ? found : allLoaders(program).filter(copies);
}

/** Small copies are no matter of the memory that they come from, unless the finding says so. */
function isFromPageable({ finding }: TorchProgram): boolean {
  return finding.rule !== 'C4-small-copies' || finding.evidence.some(({ text }) => /pageable/i.test(text));
}

/** Whether the finding's line copies to the host, which pinned batches do not change. */
function isToHost({ module, line }: TorchProgram): boolean {
  return /\.(?:cpu|numpy|tolist|item)\(/.test(module.source.split('\n')[line - 1] ?? '');
}

function answerOf(program: TorchProgram, loader: Located): Rewrite | Refusal {
  const { module, node } = loader;
  const line = lineOf(node);
  const pinned = givenTo(program, loader, 'pin_memory', 7);
  if (pinned === null && mayBeGiven(program, loader)) return { line, reason: 'Whether memory is pinned may be given already, by `**`.' };
  const dataset = datasetsOf(program, loader).classes.find((one) => deviceUse(one) !== null);
  if (dataset !== undefined) return { line, reason: `The dataset gives tensors of the device, which cannot be pinned: ${placeOf(deviceUse(dataset) ?? dataset)}.` };
  const copies = loopsOver(program, loader).flatMap((loop) => batchCopies(program, loop));
  const distinct = copies.filter((copy, i) => copies.findIndex((other) => isSame(other, copy)) === i);
  if (distinct.length === 0) return { line, reason: 'It cannot be seen that its batches are copied to a device in a loop over it.' };
  if (distinct.some(({ device }) => device === 'cpu') || !program.modules.some(({ source }) => source.includes('cuda'))) return { line, reason: 'Its batches stay on the host, as far as can be seen.' };
  const changed = distinct.find(isWrittenAfter);
  if (changed !== undefined) return { line: lineOf(changed.node), reason: 'What is copied is changed on the host afterwards: a copy that does not wait could see the change.' };
  const waiting = distinct.filter((copy) => (copy.nonBlocking === null || copy.nonBlocking.text() === 'False') && !isDictOfOthers(copy));
  const pin = pinEdits(program, loader, pinned, distinct);
  if (waiting.length === 0 && pin.length === 0) return { line, reason: 'The batches are pinned, and their copies do not wait, already.' };
  return { title: `copy batches without waiting${pin.length > 0 ? ', from pinned memory' : ''}${inFile(program, module)}`, line, edits: [...pin, ...waiting.map(copyEdit)] };
}

function pinEdits(program: TorchProgram, loader: Located, pinned: Located | null, copies: readonly BatchCopy[]): TextEdit[] {
  const decided = pinned === null ? null : literalOf(program, pinned);
  // What an option decides stays so.
  if (pinned !== null && decided?.node.text() !== 'False') return [];
  const { module } = decided ?? loader;
  const available = spelled(module, 'torch.cuda.is_available');
  const isSure = copies.every(({ device }) => device === 'cuda');
  const value = isSure ? 'True' : `${available.text}()`;
  return [decided === null ? withKeyword(module, loader.node, `pin_memory=${value}`) : replaced(module, decided.node, value), ...(isSure ? [] : available.edits)];
}

function copyEdit({ module, node, nonBlocking }: BatchCopy): TextEdit {
  if (nonBlocking !== null) return replaced(module, nonBlocking, 'True');
  return withKeyword(module, node, 'non_blocking=True');
}
