import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, same, within } from '../../source/tree.js';
import type { TextEdit } from '../../recipes/recipe.js';
import type { Located, TorchProgram } from '../program.js';
import { linesAfter, linesBefore, replaced, withoutStatement, bodyOf, statementOf } from '../statements.js';
import { otherValues } from '../attribute-changes.js';
import { isMoved } from '../moved.js';
import { isModule, methodIn } from '../models.js';
import { mention, placeText } from '../settings.js';
import { spelled } from '../names-in-scope.js';
import { castOfModels } from '../casts.js';
import { isConditional, type FixedTensor } from './fixed-tensors.js';
import { readsOf } from './reaching.js';
import { deviceMark } from './two-texts.js';

/** Where a tensor that is the same in each call can be kept: the edits, or why it cannot. */
export type Kept = { edits: TextEdit[]; line: string } | { reason: string };

/** A class around a method, by what its objects are. */
export interface Home extends Located {
  scope: SgNode;
  owner: SgNode | null;
}

export function homeOf(program: TorchProgram, { module, node: scope }: Located): Home {
  const owner = ancestorWhere(scope, (at) => at.kind() === 'class_definition' || at.kind() === 'function_definition');
  const isStatic = scope.parent()?.kind() === 'decorated_definition' && /@(?:staticmethod|classmethod)\b/.test(scope.parent()?.text() ?? '');
  return { module, node: scope, scope, owner: owner?.kind() === 'class_definition' && !isStatic && program.module !== null ? owner : null };
}

/** Why the values of attributes that a tensor is made of are not known to be plain and the same; null where they are. */
export function attributesBar(program: TorchProgram, { module, owner, scope }: Home, { fixed, node }: FixedTensor, further: readonly string[] = []): string | null {
  const init = owner === null ? null : methodIn(owner, '__init__');
  if (owner === null || init === null) return 'The class has no `__init__` that could make it.';
  if (same(init, scope)) return 'It is made once already.';
  if (bodyOf(init).at(-1)?.kind() === 'return_statement') return '`__init__` ends in a `return`.';
  const other = otherValues(program, { module, owner, init }, new Set([...fixed.attributes, ...further]));
  if (other !== null) return other;
  if (fixed.attributes.size > 0 && isConditional(scope, node)) return 'It is made only under a condition.';
  const learned = [...fixed.attributes].find((name) => all(init, 'assignment').some((one) => one.field('left')?.text() === name && !isPlain(init, one.field('right'))));
  return learned === undefined ? null : `\`${learned}\` may be a parameter or module.`;
}

/** Whether the right side of `self.x = …` is a number, a text, or a list or dict of them, and no tensor that learns or moves. */
function isPlain(init: SgNode, value: SgNode | null): boolean {
  if (value === null) return false;
  if (all(value, 'call').concat(value.kind() === 'call' ? [value] : []).some((call) => /(?:^|\.)(?:Parameter|Linear|Conv\w*|Embedding|Module\w*|Sequential|register_\w+|cuda|to)$/.test(call.field('function')?.text() ?? ''))) return false;
  if (value.kind() !== 'identifier') return true;
  const parameter = all(init.field('parameters') ?? init, 'identifier').find((id) => id.text() === value.text())?.parent();
  return !/(?:weight|param|tensor|module|layer|net|model)/i.test(value.text()) && !/Tensor|Module|Parameter/.test(parameter?.field('type')?.text() ?? '');
}

/** As buffers of the model, which move with it and are no part of its state. */
export function asBuffer(program: TorchProgram, home: Home, tensor: FixedTensor, name: string): Kept {
  const { module, owner } = home;
  const bar = attributesBar(program, home, tensor);
  if (bar !== null || owner === null) return { reason: bar ?? '' };
  if (!isMoved(program, { module, node: owner })) return { reason: `It cannot be seen that \`${owner.field('name')?.text() ?? ''}\` is moved to a device, and the buffer with it.` };
  const cast = tensor.fixed.floats ? (castOfModels(program) ?? mention(program, /^(?:torch\.)?set_default_(?:dtype|device|tensor_type)$/)) : null;
  if (cast !== null) return { reason: `The model may be cast to another type, and the buffer with it: ${placeText(cast)} says \`${cast.text}\`.` };
  if (tensor.fixed.numbers.size > 0) return { reason: 'It is made of an argument.' };
  return { line: `self.register_buffer('${name}', ${oneLine(tensor.fixed.onHost)}, persistent=False)`, edits: [replaced(module, tensor.node, `self.${name}`)] };
}

/** As an attribute of an object that knows its device. */
export function asAttribute(program: TorchProgram, home: Home, tensor: FixedTensor, name: string): Kept {
  const [device = ''] = tensor.fixed.devices;
  if (!/^self\.\w+$/.test(device)) return { reason: 'The object does not know the device.' };
  if (home.owner !== null && methodIn(home.owner, '__getitem__') !== null) return { reason: 'Its objects may be sent to other processes.' };
  const bar = attributesBar(program, home, tensor, [device]);
  if (bar !== null) return { reason: bar };
  if (tensor.fixed.numbers.size > 0) return { reason: 'It is made of an argument.' };
  return { line: `self.${name} = ${oneLine(tensor.fixed.onDevice).replaceAll(deviceMark, device)}`, edits: [replaced(home.module, tensor.node, `self.${name}`)] };
}

/** By a function in front of it that is called once for each device. */
export function oncePerDevice(program: TorchProgram, { module, scope }: Home, { fixed, node }: FixedTensor, name: string): { reason: string } | { edits: TextEdit[] } {
  if (fixed.attributes.size > 0) return { reason: 'It is made of attributes of the object.' };
  const compiled = mention(program, /^(?:torch\.)?(?:compile|CUDAGraph|make_graphed_callables|DataParallel|vmap|functorch|set_default_(?:dtype|device|tensor_type))$|^torch\.(?:jit|func)\b/);
  if (compiled !== null) return { reason: `What is kept between calls may not fit in with ${placeText(compiled)}: \`${compiled.text}\`.` };
  const [device = ''] = fixed.devices;
  const numbers = [...fixed.numbers];
  const cache = spelled(module, 'functools.lru_cache');
  const torch = spelled(module, 'torch.inference_mode');
  const statement = topLevel(module, scope);
  if (statement === null || torch.edits.length > 0) return { reason: 'There is no place for it at the top of the file.' };
  const lines = [
    `@${cache.text}(maxsize=${numbers.length > 0 ? '16' : 'None'})`,
    `def ${name}(${['device', ...numbers].join(', ')}):`,
    // An inference tensor that is kept would fail in a later training step.
    `    with ${torch.text}(False):`,
    `        return ${oneLine(fixed.onDevice).replaceAll(deviceMark, 'device')}`,
    '',
    '',
  ];
  return { edits: [...cache.edits, linesBefore(module, statement, lines), replaced(module, node, `${name}(${[device, ...numbers].join(', ')})`)] };
}

function topLevel(module: Located['module'], node: SgNode): SgNode | null {
  for (let at: SgNode | null = node; at !== null; at = at.parent()) if (same(at.parent(), module.root)) return at;
  return null;
}

/** Takes away what only the tensor was made of. */
export function leftOver(module: Located['module'], tensors: readonly FixedTensor[]): TextEdit[] {
  const gone: SgNode[] = [];
  const isGone = (node: SgNode): boolean => [...tensors.map((tensor) => tensor.node), ...gone].some((one) => within(node, one));
  const assignments = tensors.flatMap(({ fixed }) => fixed.through).filter((one, i, list) => list.findIndex((other) => same(other, one)) === i);
  for (let before = -1; before !== gone.length; ) {
    before = gone.length;
    for (const one of assignments) {
      const reads = readsOf(module, one);
      if (!gone.some((other) => same(other, one)) && !isGone(one) && reads !== null && reads.every(isGone)) gone.push(one);
    }
  }
  return gone.filter((one) => !tensors.some(({ node }) => within(one, node))).map((one) => withoutStatement(module, statementOf(one)));
}

/** At the end of `__init__`. */
export function inInit(program: TorchProgram, { module, owner }: Home, lines: readonly string[]): TextEdit[] {
  const init = owner === null ? null : methodIn(owner, '__init__');
  const last = init === null ? undefined : bodyOf(init).at(-1);
  return last === undefined || program.module === null ? [] : [linesAfter(module, last, lines)];
}

export function isOfModel(program: TorchProgram, { module, owner }: Home): boolean {
  return owner !== null && isModule(program, { module, node: owner });
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').trim();
export const firstLine = (tensors: readonly FixedTensor[]): number => (tensors[0] === undefined ? 1 : lineOf(tensors[0].node));
