import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, same } from '../source/tree.js';
import { methodOf } from './call.js';
import { escapesOf } from './escapes.js';
import { gradientsUsed, isWithoutGradients } from './grad-mode.js';
import { sinkAt } from './gradient-sinks.js';
import { isLogger } from './logging.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';
import { owned } from './statements.js';

/** Functions that training calls without naming them. */
const calledByTraining = /^(?:forward|__call__|training_step|compute_loss|closure)$/;

/** Whether any file of the repository trains, by itself or by a framework. */
export function trains(program: TorchProgram): boolean {
  return program.sources.pythonFiles().some((file) => /\.backward\(|\bautograd\b|\bTrainer\(|\bLightningModule\b/.test(program.sources.read(file) ?? ''));
}

/**
 * A place where gradients may be taken through what a function gives: in a `forward` or in code that trains, of the
 * function or of one that hands on its tensors. Functions are told apart by their name alone: a method's class is unknown.
 */
export function trainingUser(program: TorchProgram, definition: SgNode, seen = new Set<string>()): Located | null {
  const name = definition.field('name')?.text() ?? '';
  if (seen.has(name)) return null;
  seen.add(name);
  for (const module of program.modules.filter(({ source }) => source.includes(name))) {
    for (const node of all(module.root, 'identifier').filter((id) => id.text() === name && isReference(id))) {
      if (isWithoutGradients(module, node) || isShownOnly(module, callOf(node))) continue;
      const scope = module.scopeOf(node);
      if (gradientsUsed(module, scope) !== null) {
        if (sinkAt(program, module, callOf(node)) !== null) return { module, node };
        continue;
      }
      if (scope.kind() !== 'function_definition') continue;
      if (calledByTraining.test(scope.field('name')?.text() ?? '')) return { module, node };
      const further = escapesOf(program, module, scope).some(({ kind }) => kind === 'graph') ? trainingUser(program, scope, seen) : null;
      if (further !== null) return further;
    }
  }
  return null;
}

/** Whether any code of the files around mentions a function by its name. */
export function isReferenced(program: TorchProgram, definition: SgNode): boolean {
  const name = definition.field('name')?.text() ?? '';
  return program.modules.some((module) => module.source.includes(name) && all(module.root, 'identifier').some((id) => id.text() === name && isReference(id)));
}

/** The name of a function of the files around that takes gradients and is called in the region, as far as its name tells. */
export function trainingCallee(program: TorchProgram, module: PyModule, region: SgNode): string | null {
  const called = new Set(owned(module, region, 'call').map((call) => methodOf(call)?.method ?? call.field('function')?.text() ?? ''));
  const takesGradients = (around: PyModule): SgNode[] => all(around.root, 'function_definition').filter((node) => called.has(node.field('name')?.text() ?? '') && gradientsUsed(around, node) !== null);
  return program.modules.flatMap(takesGradients)[0]?.field('name')?.text() ?? null;
}

/** Neither the name of the definition itself, nor of an import. */
function isReference(id: SgNode): boolean {
  const isDefined = id.parent()?.kind() === 'function_definition' && same(id.parent()?.field('name') ?? null, id);
  return !isDefined && ancestorWhere(id, (at) => at.kind() === 'import_statement' || at.kind() === 'import_from_statement') === null;
}

/** `f(…)` or `x.f(…)` of its name; the name itself where it is not called. */
function callOf(id: SgNode): SgNode {
  const callee = id.parent()?.kind() === 'attribute' ? id.parent() : id;
  const call = callee?.parent() ?? null;
  return call?.kind() === 'call' && same(call.field('function'), callee) ? call : id;
}

/** Whether a value is only printed, recorded, or made a number: itself, or by the name that it is given. */
function isShownOnly(module: PyModule, node: SgNode): boolean {
  for (let at = node.parent(); at !== null && at.kind() !== 'block' && at.kind() !== 'module'; at = at.parent()) {
    if (at.kind() === 'interpolation' || isLogger(module, at) || methodOf(at)?.method === 'item') return true;
    if (at.kind() === 'expression_statement' && at.namedChildren()[0]?.id() === node.id()) return true;
    const left = at.kind() === 'assignment' ? at.field('left') : null;
    if (left?.kind() === 'identifier' && at.field('right')?.id() === node.id()) {
      return module.uses(module.scopeOf(left), left.text()).every((use) => use.role === 'write' || (!use.deferred && use.node.parent()?.kind() !== 'assignment' && isShownOnly(module, use.node)));
    }
  }
  return false;
}
