import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf } from '../../source/tree.js';
import { argument, callArguments, methodOf } from '../../torch/call.js';
import { callsOf } from '../../torch/loaders.js';
import type { PyModule } from '../../torch/module.js';
import type { TorchProgram } from '../../torch/program.js';
import { owned, statementOf } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

/** What people call the schedules of diffusion, of learning, and tables of a few numbers. */
const small = /(?:alpha|beta|sigma|cumprod|posterior|schedule|variance|snr|coef|sqrt|timestep|table|lookup|weights?_per_class|class_weight)/i;

export const lookedUpOnDevice: TorchRecipe = {
  family: 'torch',
  name: 'looked-up-on-device',
  languages: ['python'],
  category: 'transfers',
  title: 'Look numbers of a schedule up on the device instead of copying the places to the host and the numbers back',
  evidence: { findings: ['C4', 'C3', 'C1'], text: 'A copy of places to the host, for which it waits, and one of numbers back, for each look-up.' },
  condition: 'The places are a tensor that is copied to the host for nothing but the look-up, and what is found goes to their device again. What is looked up in is called, here or by all callers, like a schedule: a short row of numbers, and no table that may not fit. The same numbers are taken.',
  risk: 'A schedule that is on the host is copied to the device each time, which nothing waits for; one that is on the device already is not.',
  expected: 'Two copies and a wait in each look-up.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#avoid-unnecessary-cpu-gpu-synchronization'],
  apply(program) {
    const { module, scope } = program;
    return owned(module, scope, 'call').flatMap((call) => answerOf(program, module, scope, call));
  },
};

function answerOf(program: TorchProgram, module: PyModule, scope: SgNode, call: SgNode): (Rewrite | Refusal)[] {
  const places = methodOf(call);
  if (places === null || !isCopyToHost(module, call) || places.receiver.kind() !== 'identifier') return [];
  const found = tableOf(module, call);
  if (found === null || !/^[\w.]+$/.test(found.table.text())) return [];
  const line = lineOf(call);
  const device = `${places.receiver.text()}.device`;
  if (!goesBack(module, scope, found.look, device)) return [{ line, reason: `It cannot be seen that what is found goes to \`${device}\` again.` }];
  if (!isSmall(program, module, scope, found.table)) return [{ line, reason: `It cannot be seen how large \`${found.table.text()}\` is.` }];
  const edits = [
    { file: module.file, start: endOf(places.receiver), end: endOf(call), text: '' },
    { file: module.file, start: endOf(found.table), end: endOf(found.table), text: `.to(${device})` },
  ];
  return [{ title: `look up in \`${found.table.text()}\` on the device`, line, edits }];
}

/** `t.cpu()`, `t.to('cpu')`, `t.detach().cpu()`. */
function isCopyToHost(module: PyModule, call: SgNode): boolean {
  const method = methodOf(call);
  if (method === null || module.pathOf(call.field('function')) !== null) return false;
  return (method.method === 'cpu' && parts(call.field('arguments') ?? call).length === 0) || (method.method === 'to' && /^['"]cpu['"]$/.test(argument(call, 'device', 0)?.text() ?? ''));
}

/** The table and the whole look-up: `a.gather(-1, t.cpu())`, `torch.gather(a, -1, t.cpu())`, `a.index_select(0, t.cpu())`, `a[t.cpu()]`. */
function tableOf(module: PyModule, places: SgNode): { table: SgNode; look: SgNode } | null {
  const parent = places.parent();
  if (parent?.kind() === 'subscript' && !same(parent.field('value'), places) && parts(parent).length === 2) {
    const table = parent.field('value');
    return table === null ? null : { table, look: parent };
  }
  const call = parent?.kind() === 'argument_list' ? parent.parent() : parent?.kind() === 'keyword_argument' ? (parent.parent()?.parent() ?? null) : null;
  if (call === null || call.kind() !== 'call') return null;
  const path = module.pathOf(call.field('function'));
  if (path === 'torch.gather' || path === 'torch.index_select' || path === 'torch.take') {
    const [table] = callArguments(call).positional;
    return table === undefined || same(table, places) ? null : { table, look: call };
  }
  const method = path === null ? methodOf(call) : null;
  return method !== null && ['gather', 'index_select', 'take'].includes(method.method) ? { table: method.receiver, look: call } : null;
}

/** Whether the result is moved to the device in its own statement, or wherever the name that it is given is read. */
function goesBack(module: PyModule, scope: SgNode, look: SgNode, device: string): boolean {
  if (movedAfter(look, device)) return true;
  const assignment = look.parent()?.kind() === 'assignment' ? look.parent() : ancestorWhere(look, (at) => at.kind() === 'assignment', statementOf(look));
  const left = assignment?.field('left');
  if (left?.kind() !== 'identifier') return false;
  const uses = module.uses(scope, left.text()).filter(({ node }) => startOf(node) > endOf(look));
  const reads = uses.filter(({ role }) => role !== 'write');
  return reads.length > 0 && uses.every(({ deferred, role }) => !deferred && role !== 'mutate') && reads.every(({ node }) => movedAfter(node, device) || isOfShape(node));
}

/** `x.reshape(…).to(device)` of `x`. */
function movedAfter(node: SgNode, device: string): boolean {
  for (let at = node; ; ) {
    const call = at.parent()?.kind() === 'attribute' && same(at.parent()?.field('object') ?? null, at) ? (at.parent()?.parent() ?? null) : null;
    const method = methodOf(call);
    if (call === null || method === null) return false;
    if (method.method === 'to') return argument(call, 'device', 0)?.text() === device;
    if (!['reshape', 'view', 'float', 'unsqueeze', 'squeeze', 'expand', 'double'].includes(method.method)) return false;
    at = call;
  }
}

function isOfShape(node: SgNode): boolean {
  const parent = node.parent();
  return parent?.kind() === 'attribute' && ['shape', 'ndim', 'size', 'dim'].includes(parent.field('attribute')?.text() ?? '');
}

/** Whether a table is a short row of numbers, by its name or by that of all that callers give for it. */
function isSmall(program: TorchProgram, module: PyModule, scope: SgNode, table: SgNode): boolean {
  const parameters = scope.kind() === 'function_definition' ? parts(scope.field('parameters') ?? scope).map((one) => (one.kind() === 'identifier' ? one : (one.field('name') ?? one.namedChildren()[0] ?? one)).text()) : [];
  const place = parameters.indexOf(table.text());
  if (place < 0) return small.test(table.text().split('.').at(-1) ?? '');
  const isMethod = ['self', 'cls'].includes(parameters[0] ?? '');
  const name = scope.field('name')?.text() ?? '';
  const named = isMethod ? program.modules.flatMap((around) => all(around.root, 'call').filter((call) => methodOf(call)?.method === name).map((node) => ({ module: around, node }))) : callsOf(program, { module, node: scope });
  return named.length > 0 && named.every((call) => small.test(argument(call.node, table.text(), place - (isMethod ? 1 : 0))?.text() ?? ''));
}
