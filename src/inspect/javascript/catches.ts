import type { SgNode } from '@ast-grep/napi';
import { bare, isFunction, methodCall } from '../../propose/javascript/syntax.js';
import { all, lineOf, parts } from '../../propose/source/tree.js';
import type { Found } from '../found.js';
import { whys } from '../whys.js';

/** Handlers that neither throw nor look at what was thrown. */
export function javascriptCatches(root: SgNode): Found[] {
  const clauses = all(root, 'catch_clause').filter((clause) => swallows(clause.field('body'), clause.field('parameter')));
  const rejections = all(root, 'call_expression').filter((call) => {
    const found = methodCall(call);
    const [handler] = found?.args ?? [];
    if (found?.method !== 'catch' || handler === undefined || !isFunction(handler)) return false;
    return swallows(handler.field('body'), handler.field('parameter') ?? handler.field('parameters')?.namedChildren()[0] ?? null);
  });
  return [...clauses, ...rejections].map((node) => ({ code: 'broad-catch', key: 'catch', lines: linesOf(node), why: whys['broad-catch'] }));
}

function swallows(body: SgNode | null, parameter: SgNode | null): boolean {
  if (body === null) return false;
  if (all(body, 'throw_statement').length > 0) return false;
  const name = parameter?.text() ?? '';
  if (name !== '' && all(body, 'identifier', 'shorthand_property_identifier').some((id) => id.text() === name)) return false;
  // One call is a report, or an attempt of another kind; nothing at all, or a constant, hides what happened.
  const statements = body.kind() === 'statement_block' ? parts(body) : [body];
  return statements.every(isQuiet);
}

function isQuiet(node: SgNode): boolean {
  const inner = bare(node);
  if (['return_statement', 'expression_statement'].includes(String(inner.kind()))) return parts(inner).every((part) => all(part, 'call_expression', 'new_expression').length === 0);
  return ['continue_statement', 'break_statement', 'empty_statement', 'object', 'array', 'null', 'undefined', 'number', 'string', 'true', 'false', 'identifier'].includes(String(inner.kind()));
}

function linesOf(node: SgNode): number[] {
  const { start, end } = node.range();
  return end.line === start.line ? [lineOf(node)] : [lineOf(node), end.line + 1];
}
