import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, same, startOf } from '../../source/tree.js';
import { argument, callArguments, methodOf } from '../../torch/call.js';
import { hasConvolutions, modelsAround, takesImages } from '../../torch/convolutions.js';
import { mayBeAbout } from '../../torch/finding-topics.js';
import { movesOf } from '../../torch/devices.js';
import { methodIn } from '../../torch/models.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { mention, placeText } from '../../torch/settings.js';
import { loopsAround, owned, withKeyword } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const channelsLast: TorchRecipe = {
  family: 'torch',
  name: 'channels-last',
  languages: ['python'],
  category: 'device-work',
  title: 'Keep the weights and inputs of a convolutional network in `torch.channels_last`, the layout of the tensor cores',
  evidence: { findings: ['C5', 'C2'], text: 'Kernels that turn layouts around (`nchwToNhwc`), or convolutions that take most of the time.' },
  condition: 'The network is one of torchvision, or gives the input of its `forward` unchanged to a two-dimensional convolution or a `Sequential` that begins with one. It is moved to the device by `.to(…)` under a name, and the batches that it is called with are moved in the same loop. No `forward` of the repository uses `.view(…)`, which refuses such a layout. A layout changes no value.',
  risk: 'Operations that do not know the layout turn it back, which costs time. It pays with half precision or TF32.',
  expected: 'A tenth to a third of the time of convolutions on tensor cores.',
  references: ['https://pytorch.org/tutorials/intermediate/memory_format_tutorial.html', 'https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#use-channels-last-memory-format-for-computer-vision-models'],
  changesResults: 'rounding',
  apply(program) {
    if (!hasConvolutions(program) || !mayBeAbout(program, 'convolution', 'precision')) return [];
    const { line } = program;
    const set = mention(program, /^(?:.*\.)?channels_last$/);
    if (set !== null) return [{ line, reason: `The program uses the layout already, in ${placeText(set)}.` }];
    const view = viewInForward(program);
    if (view !== null) return [{ line, reason: `Line ${lineOf(view.node)} of ${view.module.file} uses \`.view\`, which would refuse the layout; \`.flatten\` or \`.reshape\` would not.` }];
    const call = modelCalls(program)[0];
    return call === undefined ? [{ line, reason: 'It cannot be seen where a model that gives its input to a two-dimensional convolution is called with a batch that is moved to the device.' }] : [call];
  },
};

function viewInForward(program: TorchProgram): Located | null {
  for (const { module, node } of modelsAround(program)) {
    const forward = methodIn(node, 'forward');
    const found = forward === null ? undefined : all(forward, 'call').find((call) => methodOf(call)?.method === 'view');
    if (found !== undefined) return { module, node: found };
  }
  return null;
}

/** Calls `model(x)` in loops, where `x` is moved in the loop and the model by its name: what to change for them. */
function modelCalls(program: TorchProgram): (Rewrite | Refusal)[] {
  const { module } = program;
  return owned(module, program.scope, 'call').flatMap((call): (Rewrite | Refusal)[] => {
    const model = call.field('function');
    const input = argument(call, 'x', 0);
    const loop = loopsAround(module, call)[0];
    const isName = model?.kind() === 'identifier' || (model?.kind() === 'attribute' && /^self\.\w+$/.test(model.text()));
    if (model === null || !isName || input === null || loop === undefined || module.pathOf(model) !== null || !takesImages(program, { module, node: model })) return [];
    const moves = movesOf(program, { module, node: model }).filter((move) => methodOf(move.node)?.method === 'to' && callArguments(move.node).positional.length === 1);
    const batch = batchMove(module, loop, input);
    const [first] = moves;
    if (first === undefined || batch === null) return [];
    const here = spelled(module, 'torch.channels_last');
    const there = spelled(first.module, 'torch.channels_last');
    return [{ title: `keep \`${model.text()}\` and its input in channels_last`, line: lineOf(batch), edits: [withKeyword(first.module, first.node, `memory_format=${there.text}`), withKeyword(module, batch, `memory_format=${here.text}`), ...there.edits, ...(first.module === module ? [] : here.edits)] }];
  });
}

/** The `x.to(device)` in the loop that gives the input: itself, or assigned to its name. */
function batchMove(module: PyModule, loop: SgNode, input: SgNode): SgNode | null {
  const isMove = (node: SgNode): boolean => methodOf(node)?.method === 'to' && callArguments(node).positional.length > 0 && !callArguments(node).keywords.has('memory_format');
  if (isMove(input)) return input;
  if (input.kind() !== 'identifier') return null;
  const values = owned(module, loop, 'assignment').filter((node) => startOf(node) < startOf(input)).flatMap((node) => valueGiven(node, input.text()));
  const last = values.at(-1);
  return last !== undefined && isMove(last) ? last : null;
}

/** What an assignment gives a name: `x.to(d)` for `x` of `x, y = x.to(d), y.to(d)`. */
function valueGiven(assignment: SgNode, name: string): SgNode[] {
  const left = assignment.field('left');
  const right = assignment.field('right');
  if (left === null || right === null) return [];
  if (left.text() === name) return [right];
  const place = left.kind() === 'pattern_list' ? left.namedChildren().findIndex((child) => child.text() === name) : -1;
  const given = place < 0 || right.kind() !== 'expression_list' ? undefined : right.namedChildren()[place];
  return given === undefined || same(given, right) ? [] : [given];
}
