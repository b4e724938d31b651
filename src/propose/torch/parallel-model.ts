import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, parts, same } from '../source/tree.js';
import { argument, methodOf } from './call.js';
import { definitionBehind } from './called-there.js';
import { originsOf } from './origins.js';
import type { Located, TorchProgram } from './program.js';
import { owned } from './statements.js';

export const ddp = 'torch.nn.parallel.DistributedDataParallel';
const paths = new Set([ddp, 'torch.nn.parallel.distributed.DistributedDataParallel']);

/** `always` a DistributedDataParallel, or only under a condition; null where it is not seen to be one. */
export type Parallel = 'always' | 'sometimes' | null;

export function isDdpCall({ module, node }: Located): boolean {
  return node.kind() === 'call' && paths.has(module.pathOf(node.field('function')) ?? '');
}

/** Whether an expression is wrapped: where its value comes from, under a name that it goes by, or by a function that returns it. */
export function parallelOf(program: TorchProgram, value: Located, depth = 0): Parallel {
  const { module, node } = value;
  if (!(node.kind() === 'identifier' || /^self\.\w+$/.test(node.text())) || module.pathOf(node) !== null || depth > 2) return null;
  const names = new Set<string>();
  const wrappings: Located[] = [];
  const origins = originsOf(program, value, (step) => {
    if (isDdpCall(step)) wrappings.push(step);
    if (step.node.kind() === 'identifier' || step.node.kind() === 'attribute') names.add(`${step.module.file} ${step.node.text()}`);
  });
  for (const one of program.modules) {
    for (const call of one.calls([...paths])) {
      const parent = call.parent();
      const left = parent?.kind() === 'assignment' ? (parent.field('left')?.text() ?? '') : '';
      if (names.has(`${one.file} ${left}`)) wrappings.push({ module: one, node: call });
    }
  }
  for (const origin of origins.filter((one) => one.node.kind() === 'call' && !isDdpCall(one))) {
    const made = definitionBehind(program, origin);
    if (made === null) continue;
    for (const statement of owned(made.module, made.node, 'return_statement')) {
      const returned = parts(statement)[0];
      const first = returned?.kind() === 'expression_list' ? parts(returned)[0] : returned;
      if (first === undefined) continue;
      if (isDdpCall({ module: made.module, node: first })) wrappings.push({ module: made.module, node: first });
      else if (parallelOf(program, { module: made.module, node: first }, depth + 1) !== null) wrappings.push({ module: made.module, node: first });
    }
  }
  if (wrappings.length === 0) return null;
  return wrappings.some((one) => ancestorWhere(one.node, (at) => at.kind() === 'if_statement' || at.kind() === 'conditional_expression') !== null) ? 'sometimes' : 'always';
}

/** The expression, where a call stands, for the DistributedDataParallel that it runs: itself, or through one function of the repository. */
export function parallelRun(program: TorchProgram, call: Located): { text: string; parallel: Exclude<Parallel, null> } | null {
  const callee = call.node.field('function');
  if (callee === null) return null;
  const direct = parallelOf(program, { module: call.module, node: callee });
  if (direct !== null) return { text: callee.text(), parallel: direct };
  const inner = definitionBehind(program, call);
  if (inner === null) return null;
  for (const one of owned(inner.module, inner.node, 'call')) {
    const model = one.field('function');
    const parallel = model === null ? null : parallelOf(program, { module: inner.module, node: model });
    if (model === null || parallel === null) continue;
    const text = seenFromCall(call, inner, model);
    if (text !== null) return { text, parallel };
  }
  return null;
}

/** What a function's own name for a model is where it is called. */
function seenFromCall(call: Located, inner: Located, model: SgNode): string | null {
  const isOnSelf = methodOf(call.node)?.receiver.text() === 'self';
  if (model.text().startsWith('self.')) return isOnSelf ? model.text() : null;
  const names = parts(inner.node.field('parameters') ?? inner.node).map((parameter) => (parameter.kind() === 'identifier' ? parameter : (parameter.field('name') ?? parameter.namedChildren()[0] ?? parameter)).text());
  const place = names.indexOf(model.text());
  if (place < 0) return inner.module === call.module && same(inner.module.scopeOf(inner.node), inner.module.root) ? model.text() : null;
  const given = argument(call.node, model.text(), names[0] === 'self' ? place - 1 : place);
  return given !== null && /^(?:self\.)?\w+$/.test(given.text()) ? given.text() : null;
}
