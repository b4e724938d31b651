import type { SgNode } from '@ast-grep/napi';
import { all, endOf, lineOf, parts, same, within } from '../../source/tree.js';
import { callArguments, methodOf } from '../../torch/call.js';
import { calledThere } from '../../torch/called-there.js';
import { ForeachCalls } from '../../torch/foreach-calls.js';
import { namedLines } from '../../torch/finding-lines.js';
import { mayBeAbout } from '../../torch/finding-topics.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { indentOf, owned, replaced, statementOf, withoutStatement } from '../../torch/statements.js';
import { isState, sweepOf, type Sweep } from '../../torch/tensor-sweeps.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

/** What keeps whole numbers in a state, which cannot be multiplied in place by a fraction. */
const wholeState = /BatchNorm|InstanceNorm|register_buffer|Embedding(?:Bag)?\.from|torchvision|timm|transformers|resnet/;

export const foreachUpdate: TorchRecipe = {
  family: 'torch',
  name: 'foreach-update',
  languages: ['python'],
  category: 'launches',
  title: 'Update all tensors of a model at once (`torch._foreach_…`, `clip_grad_value_`) instead of one by one in a loop',
  evidence: { findings: ['C2', 'C1'], text: 'Several short kernels for each parameter of a model, in a loop of Python: averaged or target weights that follow others, gradients that are scaled or clamped, steps by hand.' },
  condition: 'The loop goes over the parameters of a model, of two side by side, or over their states, and does nothing but sums, differences and products in place with numbers that are the same for all. A state that is followed by its keys has nothing but fractions: no batch norms or buffers in the files around.',
  risk: 'Tensors of the size of the weights are kept for a moment where products are added. `torch._foreach_…` is what the optimizers of PyTorch use, and not documented by itself. A tensor without a gradient is left alone by `clip_grad_value_`, where the loop ended in an error.',
  expected: 'A few kernels instead of some for each tensor; where the device waits for launches most of that time.',
  references: ['https://pytorch.org/docs/stable/optim.html#algorithms', 'https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html'],
  changesResults: 'rounding',
  apply(program) {
    if (!mayBeAbout(program, 'launches', 'optimizer')) return [];
    const here = loopsIn(program, { module: program.module, node: program.scope }, namedLines(program));
    return here.length > 0 ? here : calledThere(program).flatMap((place) => loopsIn(program, place, []));
  },
};

/** Of the loops around the lines, or all where none is named. */
function loopsIn(program: TorchProgram, { module, node }: Located, lines: readonly number[]): (Rewrite | Refusal)[] {
  const isNamed = (loop: SgNode): boolean => lines.length === 0 || lines.some((line) => line >= lineOf(loop) && line <= loop.range().end.line + 1);
  return owned(module, node, 'for_statement').filter(isNamed).flatMap((loop) => {
    const sweep = sweepOf(module, loop);
    return sweep === null || indentOf(module, loop) === null ? [] : (answerOf(program, module, sweep) ?? []);
  });
}

function answerOf(program: TorchProgram, module: PyModule, sweep: Sweep): Rewrite | Refusal | null {
  const { loop, statements } = sweep;
  const line = lineOf(loop);
  const clamped = clampOf(module, sweep);
  if (clamped !== null) return { title: 'clamp all gradients at once', line, edits: clamped };
  const torch = spelled(module, 'torch');
  const calls = new ForeachCalls(module, sweep, torch.text);
  const made = statements.map((statement) => calls.statement(statement));
  if (made.some((lines) => lines === null)) return statements.some((statement) => /_\(|\*=|\.data = /.test(statement.text())) ? { line, reason: 'The loop does more with each tensor than sums and products in place.' } : null;
  const keyed = stateOf(module, sweep);
  if (keyed !== null && program.modules.some(({ source }) => wholeState.test(source)) && !/is_floating_point/.test(sweep.guard ?? '')) return { line, reason: 'The state may hold whole numbers, such as those of a batch norm.' };
  const [first] = calls.lists;
  const name = first?.split(' = ')[0] ?? '';
  const indent = indentOf(module, loop) ?? '';
  const step = indent.includes('\t') ? '\t' : '    ';
  const lines = made.flatMap((one) => one ?? []);
  // An empty list is refused, and no gradient may be there yet.
  const body = /\.grad is not None/.test(sweep.guard ?? '') ? [`if ${name}:`, ...lines.map((one) => `${step}${one}`)] : lines;
  const loaded = keyed === null ? [] : loadedBehind(module, loop, keyed);
  return { title: 'update all tensors at once', line, edits: [replaced(module, loop, [...calls.lists, ...body].join(`\n${indent}`)), ...loaded, ...torch.edits] };
}

/** `for p in model.parameters(): p.grad.data.clamp_(-c, c)` */
function clampOf(module: PyModule, { loop, statements, guard }: Sweep): TextEdit[] | null {
  const [only] = statements;
  const call = only === undefined ? undefined : parts(only)[0];
  const method = methodOf(call ?? null);
  const over = loop.field('right');
  if (statements.length !== 1 || call === undefined || method?.method !== 'clamp_' || methodOf(over)?.method !== 'parameters' || over === null) return null;
  const p = loop.field('left')?.text() ?? '';
  const { positional, keywords, hasSplat } = callArguments(call);
  const least = positional[0] ?? keywords.get('min');
  const most = positional[1] ?? keywords.get('max');
  const isGrad = new RegExp(`^${p}\\.grad(?:\\.data|\\.detach\\(\\))?$`).test(method.receiver.text());
  const isSymmetric = least !== undefined && most !== undefined && (least.text() === `-${most.text()}` || least.text() === `-(${most.text()})`);
  if (!isGrad || !isSymmetric || hasSplat || keywords.size + positional.length !== 2 || all(most, 'call').length > 0 || !(guard === null || new RegExp(`^${p}\\.(?:grad is not None|requires_grad)$`).test(guard))) return null;
  const clip = spelled(module, 'torch.nn.utils.clip_grad_value_');
  return [replaced(module, loop, `${clip.text}(${over.text()}, ${most.text()})`), ...clip.edits];
}

/** The name of the state whose elements the loop replaces by others. */
function stateOf(module: PyModule, { loop, statements }: Sweep): string | null {
  const lefts = statements.flatMap((statement) => [parts(statement)[0]?.field('left') ?? methodOf(parts(statement)[0] ?? null)?.receiver ?? null]);
  const keyed = lefts.find((left) => left?.kind() === 'subscript');
  if (keyed !== null && keyed !== undefined) return keyed.field('value')?.text() ?? '';
  const over = methodOf(loop.field('right'));
  return over !== null && ['items', 'values'].includes(over.method) && isState(module, over.receiver) ? over.receiver.text() : null;
}

/** `model.load_state_dict(state)` right behind the loop, of the model that the state is of: what was changed in place is loaded already. */
function loadedBehind(module: PyModule, loop: SgNode, state: string): TextEdit[] {
  const siblings = parts(loop.parent() ?? loop);
  const next = siblings[siblings.findIndex((node) => same(node, loop)) + 1];
  const call = next?.kind() === 'expression_statement' ? parts(next)[0] : undefined;
  const method = methodOf(call ?? null);
  if (next === undefined || call === undefined || method?.method !== 'load_state_dict' || callArguments(call).positional[0]?.text() !== state) return [];
  const isOwn = owned(module, module.scopeOf(loop), 'assignment').some((one) => endOf(one) <= endOf(loop) && !within(one, loop) && one.text().includes(state) && one.text().includes(`${method.receiver.text()}.state_dict()`));
  return isOwn ? [withoutStatement(module, statementOf(call))] : [];
}
