import type { SgNode } from '@ast-grep/napi';
import { all, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { argument, callArguments, methodOf, unwrapped } from '../../torch/call.js';
import { changedInPlace } from '../../torch/item-paths.js';
import { isNamed, namedLines } from '../../torch/finding-lines.js';
import { isCopiedByIndex } from '../../torch/index-copies.js';
import { isRepeated } from '../../torch/loaders.js';
import { deviceKind } from '../../torch/devices.js';
import { batchDataMoved } from '../../torch/batch-data.js';
import { movedByCallers } from '../../torch/moved-by-callers.js';
import { isOneTensor } from '../../torch/one-tensor.js';
import { originsOf } from '../../torch/origins.js';
import { changeOfPart } from '../../torch/part-changes.js';
import type { TorchProgram } from '../../torch/program.js';
import { indentOf, linesBefore, loopsAround, owned, replaced } from '../../torch/statements.js';
import { isRewrite, type Refusal, type Rewrite, type TorchRecipe } from '../recipe.js';

export const residentData: TorchRecipe = {
  family: 'torch',
  name: 'resident-data',
  languages: ['python'],
  category: 'transfers',
  title: 'Copy a data set that fits to the device once, instead of its parts in every step',
  evidence: { findings: ['C4', 'C1', 'C7'], text: 'Copies of parts of the same data to the device in every step of every epoch.' },
  condition: 'The parts are slices, or are taken by an index, of one tensor in memory that is made on the host, which the loops around do not write to. A part that an index does not copy is copied on the device, and is not seen to be changed in place. Tensors that a function of a loop moves as they are, as those of a graph, belong to an object of the repository, and nothing but moving them is done with them anywhere. They are taken again and again: an epoch is around, or the places are drawn. Nothing in the text says that the data does not fit, and it is no mapped file.',
  risk: 'The whole data set takes memory of the device: as large as the tensor is.',
  expected: 'The copies, and where they come from pageable memory the waits for them.',
  references: ['https://pytorch.org/docs/stable/notes/cuda.html', 'https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html'],
  apply(program) {
    const { module, scope } = program;
    const copies = owned(module, scope, 'call').flatMap((call) => copyOf(program, call) ?? []);
    const groups = new Map<string, Copy[]>();
    for (const copy of copies) groups.set(copy.data.text(), [...(groups.get(copy.data.text()) ?? []), copy]);
    const about = [...groups.values()].filter((group) => group.some(({ call, outer }) => isNamed(program, call) || namedLines(program).includes(lineOf(outer))));
    const answers = about.map((group) => answerOf(program, group));
    const rewrites = answers.filter(isRewrite);
    const [first] = rewrites;
    // Inputs and targets of one loop go together.
    const together = first === undefined ? [] : [{ ...first, title: rewrites.map(({ title }) => title).join(', '), edits: rewrites.flatMap(({ edits }) => edits) }];
    return [...together, ...movedByCallers(program), ...[batchDataMoved(program)].filter((one) => one !== null), ...answers.filter((one) => !isRewrite(one))];
  },
};

interface Copy {
  /** `data[i:j].to(device)`, and what it is without the move. */
  call: SgNode;
  rest: SgNode;
  data: SgNode;
  /** `.to(device)`. */
  move: string;
  outer: SgNode;
}

/** Conversions that give the same numbers wherever they are done. */
const exact = new Set(['float', 'long', 'int', 'double', 'bool', 'view', 'reshape', 'unsqueeze', 'squeeze', 'flatten', 'contiguous', 'transpose', 'permute']);

function copyOf(program: TorchProgram, call: SgNode): Copy | null {
  const { module } = program;
  const method = methodOf(call);
  const list = call.field('arguments');
  if (method === null || list === null || module.pathOf(call.field('function')) !== null || !['to', 'cuda'].includes(method.method)) return null;
  const { positional, keywords } = callArguments(call);
  if (method.method === 'to' && (positional.length !== 1 || [...keywords.keys()].some((name) => name !== 'non_blocking'))) return null;
  const target = argument(call, 'device', 0);
  if (method.method === 'to' && (target === null || (!/device|cuda|gpu/i.test(target.text()) && deviceKind(program, { module, node: target }) === 'unknown'))) return null;
  let part = unwrapped(method.receiver);
  for (let inner = methodOf(part); inner !== null && exact.has(inner.method) && module.pathOf(part.field('function')) === null; inner = methodOf(part)) part = unwrapped(inner.receiver);
  const data = part.kind() === 'subscript' ? part.field('value') : null;
  if (data === null || !['identifier', 'attribute'].includes(String(data.kind()))) return null;
  // A part of a batch, or of what a loop gives, is another one in each step of it.
  const root = /^\w+/.exec(data.text())?.[0] ?? '';
  const writes = root === 'self' ? [] : module.uses(module.scopeOf(call), root).filter(({ role }) => role === 'write');
  const loops = loopsAround(module, call);
  const first = loops.findIndex((loop) => writes.some(({ node }) => within(node, loop)));
  const outer = (first < 0 ? loops : loops.slice(0, first)).at(-1);
  if (outer === undefined) return null;
  return { call, rest: method.receiver, data, move: `.${method.method}(${target === null ? '' : target.text()})`, outer };
}

function answerOf(program: TorchProgram, group: readonly Copy[]): Rewrite | Refusal {
  const { module } = program;
  const [first] = group;
  if (first === undefined) throw new Error('a group has a copy');
  const { data, outer, call, move } = first;
  const line = lineOf(call);
  const name = data.text();
  const refuse = (reason: string): Refusal => ({ line, reason });
  const index = parts(data.parent() ?? data).at(-1);
  const isSlice = index?.kind() === 'slice';
  if (!isSlice && !isOneTensor(program, { module, node: data })) return refuse(`It cannot be seen that \`${name}\` is one tensor in memory.`);
  const bar = originBar(program, data);
  if (bar !== null) return refuse(bar);
  const large = /\b(?:not fit|too (?:large|big)|larger than (?:the )?(?:memory|device|gpu)|out of memory|does not fit|memory of the device)\b[^\n]*/i.exec(module.source);
  if (large !== null) return refuse(`The text says that something is large: "${large[0]}".`);
  const changed = changedInPlace(outer, new Set([name]));
  if (changed !== null) return refuse(`\`${name}\` is changed in line ${lineOf(changed)}.`);
  // What is no copy by itself becomes one on the device, as it was by the move. A change that is seen would also reach the data where the device is the host.
  const views = group.filter((copy) => !isCopiedByIndex(program, { module, node: copy.data.parent() ?? copy.data }));
  const written = views.map((copy) => changeOfPart(program, { module, node: copy.call }, outer)).find((found) => found !== null) ?? null;
  if (written !== null) return refuse(`Line ${lineOf(written.node)}${written.module === module ? '' : ` of ${written.module.file}`} changes a part of \`${name}\` in place.`);
  const drawn = index !== undefined && isDrawn(outer, index);
  const loops = loopsAround(module, call);
  const isAgain = !same(loops[0] ?? null, outer) || (same(loops.at(-1) ?? null, outer) && isRepeated(program, { module, node: outer }));
  if (!drawn && !isAgain) return refuse(`Each part of \`${name}\` is copied once.`);
  if (indentOf(module, outer) === null) return refuse('There is no line of its own for the copy.');
  const device = [...all(call.field('arguments') ?? call, 'identifier')];
  const scope = module.scopeOf(call);
  if (device.some((id) => module.uses(scope, id.text()).some(({ node, role }) => role === 'write' && within(node, outer)))) return refuse('The device is another one in each step.');
  const others = name.includes('.') || module.uses(scope, name).some(({ node, role }) => role !== 'declare' && startOf(node) > startOf(outer) && !group.some((copy) => same(copy.data, node)) && !isLength(node));
  const isSame = !others && scope.kind() === 'function_definition';
  const kept = isSame ? name : module.names(scope).names.fresh(`${name.split('.').at(-1) ?? 'data'}_on_device`);
  const edits = group.flatMap((copy) => [
    ...(isSame ? [] : [replaced(module, copy.data, kept)]),
    { file: module.file, start: endOf(copy.rest), end: endOf(copy.call), text: views.includes(copy) ? '.clone()' : '' },
  ]);
  return { title: `keep \`${name}\` on the device`, line, edits: [linesBefore(module, outer, [`${kept} = ${name}${move}`]), ...edits] };
}

/** Why the data is not in memory of the host; null where nothing is known against it. */
function originBar(program: TorchProgram, data: SgNode): string | null {
  const { module } = program;
  const name = data.text();
  let bar: string | null = null;
  const look = (node: SgNode): void => {
    const method = methodOf(node);
    if (method?.method === 'cuda' || (method?.method === 'to' && /device|cuda/i.test(node.field('arguments')?.text() ?? ''))) bar = `\`${name}\` is on the device already.`;
    if (node.kind() === 'call' && callArguments(node).keywords.has('device')) bar = `\`${name}\` is made on a device already.`;
    if (/memmap|mmap|h5py|zarr/.test(node.text())) bar = `\`${name}\` is a part of a file, which may not fit.`;
  };
  for (const { node } of originsOf(program, { module, node: data }, (step) => look(step.node))) look(node);
  const moved = all(module.root, 'assignment').some((one) => one.field('left')?.text() === name && /\.(?:to|cuda)\(/.test(one.field('right')?.text() ?? '') && (one.field('right')?.text() ?? '').startsWith(`${name}.`));
  return moved ? `\`${name}\` is on the device already.` : bar;
}

/** Whether the places are random: `i = torch.randint(…)` in the loop. */
function isDrawn(loop: SgNode, index: SgNode): boolean {
  const names = new Set([index, ...all(index, 'identifier')].map((one) => one.text()));
  return [...all(loop, 'assignment')].some((one) => names.has(one.field('left')?.text() ?? '') && /rand|choice|sample|integers/.test(one.field('right')?.text() ?? '')) || /rand/.test(index.text());
}

/** `len(x)`, `x.shape`, `x.size(0)`. */
function isLength(node: SgNode): boolean {
  const around = node.parent();
  return (around?.kind() === 'attribute' && ['shape', 'size', 'dtype', 'ndim'].includes(around.field('attribute')?.text() ?? '')) || around?.parent()?.field('function')?.text() === 'len';
}
