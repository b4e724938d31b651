import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts } from '../source/tree.js';
import type { TorchProgram } from './program.js';

/** What makes the host wait, or copy, in the text of a statement. */
const waits = /\.(?:item|cpu|numpy|tolist|synchronize|empty_cache|to|cuda|barrier)\(|\b(?:print|float|int|bool)\(|\btorch\.(?:tensor|as_tensor|from_numpy)\(/;
const compound = new Set(['if_statement', 'for_statement', 'while_statement', 'with_statement', 'try_statement', 'function_definition', 'class_definition', 'decorated_definition', 'match_statement']);

/** The statement that the finding's line is a part of; of one with a body only its head counts. Null for a line without code. */
export function pointedStatement(program: TorchProgram): SgNode | null {
  const { module, line } = program;
  const blocks = [module.root, ...all(module.root, 'block')].filter((block) => block.range().start.line + 1 <= line && block.range().end.line + 1 >= line);
  const around = blocks.flatMap((block) => parts(block)).filter((node) => lineOf(node) <= line && node.range().end.line + 1 >= line);
  return around.at(-1) ?? null;
}

export function isPointedAt(program: TorchProgram, statement: SgNode): boolean {
  return lineOf(statement) <= program.line && lastLine(statement) >= program.line;
}

/** Whether the finding's line names a place where the host waits by itself: then another place is no answer to it. */
export function namesWait(program: TorchProgram): boolean {
  const statement = pointedStatement(program);
  if (statement === null) return false;
  const body = compound.has(String(statement.kind())) ? (statement.field('body') ?? statement.field('consequence')) : null;
  const head = body === null ? statement.text() : statement.text().slice(0, body.range().start.index - statement.range().start.index);
  return !/^(?:async\s+)?def\b|^class\b|^@/.test(head) && waits.test(head);
}

/** Of an `if` or a loop, where its head ends. */
function lastLine(statement: SgNode): number {
  const body = compound.has(String(statement.kind())) ? (statement.field('body') ?? statement.field('consequence')) : null;
  return (body === null ? statement.range().end : body.range().start).line + 1;
}
