import { all, lineOf } from '../../source/tree.js';
import { methodOf } from '../../torch/call.js';
import { constantTensors } from '../../torch/constants.js';
import { isNamed } from '../../torch/finding-lines.js';
import { fixedTensors, shortText, type FixedTensor } from '../../torch/fixed/fixed-tensors.js';
import { asAttribute, asBuffer, firstLine, homeOf, inInit, isOfModel, leftOver, oncePerDevice, type Home } from '../../torch/fixed/homes.js';
import { invariantAt } from '../../torch/loop-constants.js';
import type { TorchProgram } from '../../torch/program.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

export const constantOnce: TorchRecipe = {
  family: 'torch',
  name: 'constant-once',
  languages: ['python'],
  category: 'repeated-work',
  title: 'Make a tensor that is the same in each call once: as a buffer of the model, an attribute of the object, or once for each device',
  evidence: { findings: ['C4', 'C5-repeated-constants', 'C5-fills', 'C2', 'C3-sync-in-loop', 'C1'], text: 'Copies of equal size to the device, or the same short kernels, in each call of a function: statistics, weights, windows, frequencies.' },
  condition:
    'The tensor is made by functions that give the same for the same numbers, of literals, of names that the file gives one value, of attributes that `__init__` alone sets and that are no parameters, and of arguments that are numbers. Nothing changes it in place, keeps or returns it. A buffer is not persistent, so that the saved state stays the same, and the model is visibly moved and not cast to another type. What is kept for each device is made outside of inference mode, so that training can use it.',
  risk: 'Made on the host, numbers such as sines may differ from those of the device in their last bits. It stays in memory.',
  expected: 'A copy and the wait for it, or a few launches, in each call.',
  references: ['https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_buffer', 'https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#create-tensors-directly-on-the-target-device', 'https://docs.python.org/3/library/functools.html#functools.lru_cache'],
  changesResults: 'rounding',
  apply(program) {
    const { module, scope } = program;
    if (scope.kind() !== 'function_definition' || scope.field('name')?.text() === '__init__') return [];
    const home = homeOf(program, { module, node: scope });
    const tensors = fixedTensors(program, { module, node: scope }).filter(({ node }) => isNamed(program, node));
    // In front of a loop there is less to change.
    return answersOf(program, home, isOfModel(program, home) ? tensors : tensors.filter(({ node }) => invariantAt(program, node) === null));
  },
};

function answersOf(program: TorchProgram, home: Home, tensors: readonly FixedTensor[]): (Rewrite | Refusal)[] {
  const refusals: Refusal[] = [];
  const done: FixedTensor[] = [];
  const edits: TextEdit[] = [];
  const lines: string[] = [];
  const taken = new Set<string>();
  for (const tensor of tensors) {
    const refuse = (reason: string): number => refusals.push({ line: lineOf(tensor.node), reason });
    if (tensor.bar !== null) {
      refuse(tensor.bar);
      continue;
    }
    const name = freshName(home, tensor, taken);
    const kept = isOfModel(program, home) ? asBuffer(program, home, tensor, name) : home.owner === null ? { reason: '' } : asAttribute(program, home, tensor, name);
    if ('line' in kept) {
      // `constant-buffers` has an answer of its own to these.
      if (isOfModel(program, home) && isLiteralOfModel(home, tensor)) continue;
      lines.push(kept.line);
      edits.push(...kept.edits);
      done.push(tensor);
      continue;
    }
    const once = oncePerDevice(program, home, tensor, freshFunction(home, name, taken));
    if ('reason' in once) {
      refuse(kept.reason === '' ? once.reason : kept.reason);
      continue;
    }
    edits.push(...once.edits);
    done.push(tensor);
  }
  if (done.length === 0) return refusals;
  const title = done.map(({ node }) => `make \`${shortText(node)}\` once`).join(', ');
  return [{ title, line: firstLine(done), edits: [...inInit(program, home, lines), ...edits, ...leftOver(home.module, done)] }, ...refusals];
}

function isLiteralOfModel({ module }: Home, { node }: FixedTensor): boolean {
  return constantTensors(module, [node, ...all(node, 'call')]).some(({ what }) => what === 'constant');
}

/** A name for it that the class does not have. */
function freshName({ module, owner }: Home, { name, node }: FixedTensor, taken: Set<string>): string {
  const moved = methodOf(node)?.receiver;
  const stem = name ?? (/\w_window\(/.test(node.text()) ? 'window' : moved?.kind() === 'attribute' ? `${moved.field('attribute')?.text() ?? 'constant'}_on_device` : 'constant');
  const isTaken = (text: string): boolean => taken.has(text) || new RegExp(`(?:\\bself\\.|\\bdef |register_\\w+\\(['"])${text}\\b`).test((owner ?? module.root).text());
  for (let n = 1; ; n++) {
    const made = n === 1 ? stem : `${stem}${n}`;
    if (isTaken(made)) continue;
    taken.add(made);
    return made;
  }
}

function freshFunction({ module }: Home, stem: string, taken: Set<string>): string {
  for (let n = 1; ; n++) {
    const made = `_${stem.replace(/^_+/, '')}${n === 1 ? '' : n}`;
    if (taken.has(made) || new RegExp(`\\b${made}\\b`).test(module.source)) continue;
    taken.add(made);
    return made;
  }
}
