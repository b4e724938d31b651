import type { SgNode } from '@ast-grep/napi';
import { lineOf, same } from '../source/tree.js';
import { methodDefinition } from './callers.js';
import { namedLines } from './finding-lines.js';
import type { Located, TorchProgram } from './program.js';
import { owned, statementOf } from './statements.js';

/**
 * The functions of the repository that the finding's function calls, where the finding may be about one of them: those called on
 * the lines that it names, or all where it names the function as a whole.
 */
export function calledThere(program: TorchProgram): Located[] {
  const { module, scope } = program;
  const lines = namedLines(program);
  const isNamed = (call: SgNode): boolean => {
    const statement = statementOf(call);
    const last = statement.field('body') === null ? statement.range().end.line + 1 : lineOf(statement);
    return lines.length === 0 || lines.some((line) => (line >= lineOf(statement) && line <= last) || (line >= lineOf(call) && line <= call.range().end.line + 1));
  };
  const found = owned(module, scope, 'call').filter(isNamed).flatMap((call) => definitionBehind(program, { module, node: call }) ?? []);
  return found.filter((one, i) => found.findIndex((other) => other.module === one.module && same(other.node, one.node)) === i && !same(one.node, scope));
}

/** The function or method of the repository that a call runs; null for classes and what is not seen. */
export function definitionBehind(program: TorchProgram, { module, node }: Located): Located | null {
  const callee = node.field('function');
  if (callee === null) return null;
  const found = program.definitionOf(module, callee) ?? (callee.kind() === 'attribute' ? methodDefinition(program, { module, node: callee }) : null);
  return found?.node.kind() === 'function_definition' ? found : null;
}
