import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, parts } from '../../source/tree.js';
import { methodOf } from '../../torch/call.js';
import { constantTensors, isChanged, type ConstantTensor } from '../../torch/constants.js';
import { modelsAround } from '../../torch/convolutions.js';
import { isMoved } from '../../torch/moved.js';
import { isModule, methodIn } from '../../torch/models.js';
import type { PyModule } from '../../torch/module.js';
import type { TorchProgram } from '../../torch/program.js';
import { castOfModels } from '../../torch/casts.js';
import { placeText } from '../../torch/settings.js';
import { linesAfter, owned, replaced } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

/** Arguments of `__init__` that bound a length. */
const boundName = /^(?:(?:self\.)?(?:config|cfg|args|hparams)\.)?(?:block_size|max_len|max_length|max_seq_len|max_seq_length|max_position_embeddings|n_positions|context_length|seq_len|n_ctx)$/;

export const constantBuffers: TorchRecipe = {
  family: 'torch',
  name: 'constant-buffers',
  languages: ['python'],
  category: 'repeated-work',
  title: 'Make masks, position ids and constants once, as buffers of the model, instead of in every forward pass',
  evidence: { findings: ['C2', 'C5-fills', 'C5-repeated-constants', 'C1', 'C3-sync-in-loop', 'C4-small-copies', 'C4-repeated-copies'], text: 'Small kernels, fills and copies in the forward pass that always give the same values.' },
  condition:
    'The tensor is of literals, or a range or triangle of ones whose length has a bound that `__init__` knows: the size of an embedding, or an argument such as `block_size`. Nothing changes it in place or returns it. The buffer is not persistent, so that the saved state stays the same, and moves with the model, which the program visibly moves, or a model that it is a part of. Numbers with a fraction become a buffer only where the model is not cast to another type.',
  risk: 'An input longer than the bound fails where the lengths meet instead of where it failed before. DistributedDataParallel sends buffers to all ranks unless `broadcast_buffers=False`.',
  expected: 'One or a few launches a layer, and a wait for each copy of literals to the device.',
  references: ['https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_buffer', 'https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#create-tensors-directly-on-the-target-device'],
  apply(program) {
    const methods = methodsOf(program);
    return methods.flatMap(({ module, method, owner }) => {
      // What is made on the device waits for nothing: only literals and what is moved do.
      const waits = /^C[34]/.test(program.finding.category);
      const found = constantTensors(module, owned(module, method, 'call')).filter(({ what, node }) => !waits || what === 'constant' || methodOf(node)?.receiver.kind() === 'call');
      return found.length === 0 ? [] : answersOf(program, { module, method, owner, found });
    });
  },
};

interface Method {
  module: PyModule;
  method: SgNode;
  owner: SgNode;
}

/** The method of the finding, where it is one of a model; else the forward passes of the models around. */
function methodsOf(program: TorchProgram): Method[] {
  const { module, scope } = program;
  const owner = scope.kind() === 'function_definition' ? ancestorWhere(scope, (at) => at.kind() === 'class_definition' || at.kind() === 'function_definition') : null;
  if (owner?.kind() === 'class_definition' && isModule(program, { module, node: owner })) return scope.field('name')?.text() === '__init__' ? [] : [{ module, method: scope, owner }];
  return modelsAround(program).flatMap((model) => {
    const method = methodIn(model.node, 'forward');
    return method === null ? [] : [{ module: model.module, method, owner: model.node }];
  });
}

function answersOf(program: TorchProgram, { module, owner, found }: Method & { found: ConstantTensor[] }): (Rewrite | Refusal)[] {
  const init = methodIn(owner, '__init__');
  const last = init === null ? undefined : parts(init.field('body') ?? init).at(-1);
  return found.map((tensor): Rewrite | Refusal => {
    const line = lineOf(tensor.node);
    if (init === null || last === undefined || last.kind() === 'return_statement') return { line, reason: 'The class has no `__init__` that could register a buffer.' };
    if (!isMoved(program, { module, node: owner })) return { line, reason: `It cannot be seen that \`${owner.field('name')?.text() ?? ''}\` is moved to a device, and the buffer with it.` };
    if (isChanged(module, tensor.node)) return { line, reason: `What \`${tensor.node.text()}\` makes is changed or handed out, so that it has to be new each time.` };
    const cast = tensor.floats ? castOfModels(program) : null;
    if (cast !== null) return { line, reason: `The model may be cast to another type, and the buffer with it: ${placeText(cast)} says \`${cast.text}\`.` };
    const bound = tensor.length === null ? '' : boundOf(module, owner, init, tensor);
    if (bound === null) return { line, reason: `\`__init__\` does not know how large \`${tensor.length?.text() ?? ''}\` can be.` };
    const name = freshName(owner, { positions: 'positions', mask: 'causal_mask', constant: 'constant' }[tensor.what]);
    const made = `self.register_buffer('${name}', ${tensor.text.replaceAll('{n}', bound)}, persistent=False)`;
    return { title: `make \`${name}\` once, as a buffer of ${owner.field('name')?.text() ?? 'the model'}${module === program.module ? '' : ` in ${module.file}`}`, line, edits: [linesAfter(module, last, [made]), replaced(module, tensor.node, `self.${name}${tensor.slice}`)] };
  });
}

/** Python for the largest length, as `__init__` can say it: the size of the embedding that positions go into, or an argument. */
function boundOf(module: PyModule, owner: SgNode, init: SgNode, { what }: ConstantTensor): string | null {
  const embeddings = all(init, 'assignment').flatMap((node) => {
    const right = node.field('right');
    const isPosition = /pos|wpe/.test(node.field('left')?.text() ?? '');
    return isPosition && right?.kind() === 'call' && module.pathOf(right.field('function')) === 'torch.nn.Embedding' ? (parts(right.field('arguments') ?? right)[0]?.text() ?? []) : [];
  });
  if (embeddings.length === 1 && embeddings[0] !== undefined) return embeddings[0];
  if (what === 'positions') return null;
  const parameters = parts(init.field('parameters') ?? init).map((node) => (node.field('name') ?? node.namedChildren()[0] ?? node).text());
  const byName = parameters.filter((name) => boundName.test(name));
  const byConfig = [...new Set(all(owner, 'attribute').map((node) => node.text()))].filter((text) => boundName.test(text) && parameters.includes(text.split('.')[0] ?? ''));
  const bounds = [...new Set([...byName, ...byConfig])];
  return bounds.length === 1 ? (bounds[0] ?? null) : null;
}

/** A name that no attribute of the class has. */
function freshName(owner: SgNode, wanted: string): string {
  const taken = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(owner.text());
  if (!taken(wanted)) return wanted;
  for (let n = 2; ; n++) if (!taken(`${wanted}${n}`)) return `${wanted}${n}`;
}
