import type { SgNode } from '@ast-grep/napi';
import { parts, same, within } from '../source/tree.js';
import { methodOf } from './call.js';
import { methodDefinition } from './callers.js';
import { exposedReads, namesWrittenIn } from './escapes.js';
import { gradientsUsed, isWithoutGradients } from './grad-mode.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { isModelValue } from './model-calls.js';
import { statementOf } from './statements.js';
import { kindOf } from './value-kinds.js';

/** What only looks at values: schedulers, early stopping, records. */
const looking = /(?:^|[._])(?:print|sched\w*|lr_scheduler|scheduler|plateau|stopp\w*|early_stop\w*|logger|log|writer|wandb|tqdm|pbar|bar|progress|meter|metric\w*|history|tracker|plt|ax|fig|json|np|numpy|torch\.save)(?:[._]|$)/i;

/**
 * A place in the function of a region where gradients may be taken through what the region made: names that a backward pass
 * depends on, something returned, stored in an object, or given to code that takes gradients. Null where there is none.
 */
export function gradientSink(program: TorchProgram, module: PyModule, region: SgNode, depth = 0, names = namesWrittenIn(module, region), inside: readonly SgNode[] = [region]): SgNode | null {
  if (depth > 4) return region;
  for (const name of names) {
    for (const read of exposedReads(module, region, name.text()).filter((node) => !inside.some((part) => within(node, part)))) {
      const found = sinkAt(program, module, read, depth);
      if (found !== null) return found;
    }
  }
  return null;
}

/** Null where the read goes into a number, a text, or names that no gradient is taken through. */
export function sinkAt(program: TorchProgram, module: PyModule, read: SgNode, depth = 0): SgNode | null {
  if (isWithoutGradients(module, read)) return null;
  const statement = statementOf(read);
  for (let at: SgNode | null = read; at !== null && !same(at, statement); at = at.parent()) {
    if (['interpolation', 'comparison_operator', 'not_operator'].includes(String(at.kind()))) return null;
    if (at.kind() === 'call' && !same(at, read) && ['host', 'detached'].includes(kindOf(program, module, at)) && methodOf(at)?.method !== 'append') return null;
  }
  // Bodies of `if`, `for`, `with` are statements of their own: the read is in the head.
  const body = statement.field('body') ?? statement.field('consequence');
  if (body !== null && !within(read, body)) return statement.kind() === 'for_statement' ? throughLoop(program, module, statement, depth) : null;
  if (statement.kind() === 'return_statement') return ['host', 'detached'].includes(kindOf(program, module, parts(statement)[0] ?? statement)) ? null : read;
  const inner = parts(statement)[0];
  if (statement.kind() !== 'expression_statement' || inner === undefined) return statement.kind() === 'assert_statement' || statement.kind() === 'delete_statement' ? null : read;
  if (inner.kind() === 'assignment' || inner.kind() === 'augmented_assignment') {
    const left = inner.field('left');
    const names = left === null ? [] : ['pattern_list', 'tuple_pattern'].includes(String(left.kind())) ? parts(left) : [left];
    if (gradientsUsed(module, statement) !== null || names.some((node) => node.kind() !== 'identifier' && node.kind() !== 'subscript')) return read;
    return takesGradients(program, module, inner.field('right')) ?? gradientSink(program, module, statement, depth + 1);
  }
  if (gradientsUsed(module, statement) !== null) return read;
  if (inner.kind() !== 'call') return read;
  if (looking.test(inner.field('function')?.text() ?? '')) return null;
  return takesGradients(program, module, inner) ?? gradientSink(program, module, statement, depth + 1);
}

function throughLoop(program: TorchProgram, module: PyModule, loop: SgNode, depth: number): SgNode | null {
  const left = loop.field('left');
  const names = left === null ? [] : left.kind() === 'identifier' ? [left] : parts(left);
  for (const name of names) {
    for (const use of module.uses(module.scopeOf(loop), name.text())) {
      if (use.role === 'write' || !within(use.node, loop)) continue;
      const found = depth > 4 ? use.node : sinkAt(program, module, use.node, depth + 1);
      if (found !== null) return found;
    }
  }
  return null;
}

const plainCalls = /^(?:float|int|len|abs|sum|min|max|round|zip|enumerate|list|tuple|dict|sorted|str|bool|print|isinstance|range|all|any|map|reversed)$/;
/** What people call losses and scores that they are given. */
const scoring = /(?:^|_)(?:loss\w*|crit\w*|metric\w*|acc\w*|score\w*|dist\w*|f1|mse|mae|bce|ce|kl|iou|dice|psnr|ssim|objective|cost|error)(?:_|$)/i;

/** A call in the expression that takes gradients, or of what is not seen and may. */
function takesGradients(program: TorchProgram, module: PyModule, expression: SgNode | null): SgNode | null {
  if (expression === null) return null;
  const calls = [...(expression.kind() === 'call' ? [expression] : []), ...expression.findAll({ rule: { kind: 'call' } })];
  return calls.find((call) => {
    const callee = call.field('function');
    const found = program.definitionOf(module, callee) ?? (callee?.kind() === 'attribute' ? methodDefinition(program, { module, node: callee }) : null);
    if (found !== null) return gradientsUsed(found.module, found.node) !== null;
    const path = module.pathOf(callee);
    if (path !== null) return !/^(?:torch|numpy|math|sklearn|scipy|torchmetrics|torchvision|wandb|json|time|einops)\b/.test(path);
    // Of a name that is no function of the file: given, or made by other code.
    return callee?.kind() === 'identifier' && !plainCalls.test(callee.text()) && !scoring.test(callee.text()) && !isModelValue(program, { module, node: callee });
  }) ?? null;
}
