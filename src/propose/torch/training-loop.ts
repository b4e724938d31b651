import type { SgNode } from '@ast-grep/napi';
import { lineOf, startOf } from '../source/tree.js';
import { argument, methodOf } from './call.js';
import { isEvaluation } from './grad-mode.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { loopsAround, owned } from './statements.js';

/** A loop, or a function that is called in one, with the steps of training in it. */
export interface TrainingLoop {
  module: PyModule;
  /** The innermost loop around the backward pass; null where the function does one step and its callers loop. */
  loop: SgNode | null;
  /** What is done once a step: the loop, or the function. */
  region: SgNode;
  /** `loss.backward()`, `scaler.scale(loss).backward()`. */
  backward: SgNode[];
  /** `optimizer.step()`, `scaler.step(optimizer)`; of schedulers too. */
  steps: SgNode[];
  zeroGrad: SgNode[];
}

/** The training loops that a scope runs, outermost function first. Empty for code that does not train. */
export function trainingLoops(module: PyModule, scope: SgNode): TrainingLoop[] {
  const calls = owned(module, scope, 'call');
  const named = (method: string): SgNode[] => calls.filter((call) => methodOf(call)?.method === method);
  const regions = new Map<number, { loop: SgNode | null; region: SgNode; backward: SgNode[] }>();
  for (const backward of named('backward')) {
    const loop = loopsAround(module, backward)[0] ?? null;
    const region = loop ?? scope;
    const entry = regions.get(startOf(region));
    if (entry === undefined) regions.set(startOf(region), { loop, region, backward: [backward] });
    else entry.backward.push(backward);
  }
  return [...regions.values()].map((entry) => ({ module, ...entry, steps: within(named('step'), entry.region), zeroGrad: within(named('zero_grad'), entry.region) }));
}

/** The training loops of the scope of the finding, those around its line first; of its callers, where it has none. */
export function trainingLoopsAt(program: TorchProgram): TrainingLoop[] {
  const here = trainingLoops(program.module, program.scope);
  const around = (loop: TrainingLoop): number => Number(lineOf(loop.region) <= program.line && loop.region.range().end.line + 1 >= program.line);
  if (here.length > 0) return here.toSorted((a, b) => around(b) - around(a));
  // What an evaluation lacks is nothing of the training.
  if (isEvaluation(program.module, program.scope)) return [];
  return program.modules.flatMap((module) => [module.root, ...module.root.findAll({ rule: { kind: 'function_definition' } })].flatMap((scope) => trainingLoops(module, scope)));
}

/** The optimizer that a step is of: `optimizer` of `optimizer.step()` and of `scaler.step(optimizer)`. */
export function optimizerOf(step: SgNode): SgNode | null {
  const given = argument(step, 'optimizer', 0);
  return given ?? methodOf(step)?.receiver ?? null;
}

function within(nodes: SgNode[], region: SgNode): SgNode[] {
  return nodes.filter((node) => startOf(node) >= startOf(region) && node.range().end.index <= region.range().end.index);
}
