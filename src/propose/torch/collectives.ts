import type { SgNode } from '@ast-grep/napi';
import { lineOf } from '../source/tree.js';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { owned } from './statements.js';

/** The call of a function of `torch.distributed` on the line of the finding, in its function. */
export function collectiveOnLine({ module, scope, line }: TorchProgram): SgNode | null {
  return owned(module, scope, 'call').find((call) => isAt(call, line) && isCollective(module, call)) ?? null;
}

/** The calls of a collective that the finding may be about: the one on its line; in its function where the line is of nothing that communicates by itself. */
export function collectivesAt(program: TorchProgram, path: string): SgNode[] {
  const { module, scope, line } = program;
  const calls = owned(module, scope, 'call');
  const found = calls.filter((call) => module.pathOf(call.field('function')) === path);
  const onLine = collectiveOnLine(program);
  if (onLine !== null) return found.filter((call) => call.id() === onLine.id());
  // A backward pass sends the gradients.
  return calls.some((call) => isAt(call, line) && methodOf(call)?.method === 'backward') ? [] : found;
}

function isCollective(module: PyModule, call: SgNode): boolean {
  return /^torch\.distributed\.(?:barrier|all_\w+|broadcast\w*|reduce\w*|gather\w*|scatter\w*|monitored_barrier)$/.test(module.pathOf(call.field('function')) ?? '');
}

function isAt(call: SgNode, line: number): boolean {
  return lineOf(call) <= line && call.range().end.line + 1 >= line;
}
