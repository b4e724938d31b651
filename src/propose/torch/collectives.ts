import type { SgNode } from '@ast-grep/napi';
import { lineOf, parts, same } from '../source/tree.js';
import { definitionBehind } from './called-there.js';
import { callArguments, methodOf } from './call.js';
import { namedLines } from './finding-lines.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';
import { owned } from './statements.js';

/** The call of a function of `torch.distributed` on the line of the finding, in its function. */
export function collectiveOnLine(program: TorchProgram): SgNode | null {
  const { module, scope } = program;
  const lines = namedLines(program);
  return owned(module, scope, 'call').find((call) => lines.some((line) => isAt(call, line)) && isCollective(module, call)) ?? null;
}

/** The calls of a collective that the finding may be about: the one on its line; in its function where the line is of nothing that communicates by itself. */
export function collectivesAt(program: TorchProgram, ...paths: string[]): SgNode[] {
  const { module, scope } = program;
  const calls = owned(module, scope, 'call');
  const found = calls.filter((call) => paths.includes(module.pathOf(call.field('function')) ?? ''));
  const onLine = collectiveOnLine(program);
  if (onLine !== null) return found.filter((call) => call.id() === onLine.id());
  // A backward pass sends the gradients.
  const lines = namedLines(program);
  return calls.some((call) => lines.some((line) => isAt(call, line)) && methodOf(call)?.method === 'backward') ? [] : found;
}

export function isCollective(module: PyModule, call: SgNode): boolean {
  return /^torch\.distributed\.(?:barrier|all_\w+|broadcast\w*|reduce\w*|gather\w*|scatter\w*|monitored_barrier)$/.test(module.pathOf(call.field('function')) ?? '');
}

/** Whether a call waits for all ranks: a collective, or a function of the repository that surely runs one. */
export function meetsAllRanks(program: TorchProgram, place: Located, depth = 0): boolean {
  const { module, node } = place;
  const path = module.pathOf(node.field('function')) ?? '';
  if (/^torch\.distributed\.(?:all_(?:reduce|gather\w*|to_all\w*)|barrier|monitored_barrier)$/.test(path)) return !callArguments(node).keywords.has('async_op') && !callArguments(node).keywords.has('group');
  const inner = depth > 1 ? null : definitionBehind(program, place);
  if (inner === null) return false;
  const statements = parts(inner.node.field('body') ?? inner.node);
  return statements.some((statement, i) => ['expression_statement', 'return_statement'].includes(String(statement.kind())) && !statements.slice(0, i).some((other) => owned(inner.module, other, 'return_statement').length > 0 || other.kind() === 'return_statement') && owned(inner.module, statement, 'call').some((call) => meetsAllRanks(program, { module: inner.module, node: call }, depth + 1)));
}

/** The statement in front of a node in its block, or behind it. */
export function neighbour(statement: SgNode, step: 1 | -1): SgNode | null {
  const siblings = parts(statement.parent() ?? statement);
  return siblings[siblings.findIndex((node) => same(node, statement)) + step] ?? null;
}

function isAt(call: SgNode, line: number): boolean {
  return lineOf(call) <= line && call.range().end.line + 1 >= line;
}
