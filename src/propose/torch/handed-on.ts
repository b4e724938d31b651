import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, parts, same } from '../source/tree.js';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';

/** Functions that give what shares no memory with what they are given, and do not change it. */
const reading = /^(?:torch\.(?:tensor|stack|cat|concat|sum|mean|std|log|log1p|exp|sqrt|abs|clamp|argmax|argmin|where|nn\.functional\.one_hot)|numpy\.(?:array|stack|vstack|hstack|concatenate|sum|mean|std|var|median|max|min|digitize|searchsorted|interp|log|log1p|log10|exp|sqrt|abs|clip|pad|dot|argmax|argmin|argsort|where|isnan|diff|cumsum|roll|tile|repeat|float32|float64|int64|linalg\.norm|fft\.\w+)|math\.\w+|json\.dumps)$/;
const builtins = new Set(['len', 'int', 'float', 'str', 'bool', 'sum', 'any', 'all', 'abs', 'round', 'hash', 'repr', 'print', 'isinstance', 'range']);
/** The same of methods. */
const readingMethods = new Set(['clone', 'item', 'mean', 'sum', 'std', 'strip', 'lstrip', 'rstrip', 'lower', 'upper', 'encode', 'startswith', 'endswith', 'index', 'count', 'numel', 'size', 'tolist', 'astype', 'argmax', 'argmin', 'argsort', 'max', 'min', 'var', 'median', 'any', 'all', 'round', 'nonzero', 'split', 'splitlines', 'replace', 'format', 'zfill', 'isdigit']);
/** Methods that give a part. */
const partMethods = new Set(['get', 'items', 'values', 'keys', 'view', 'reshape', 'numpy']);
const attributesRead = new Set(['shape', 'dtype', 'ndim', 'device', 'size']);

/** What is known of a value that is kept: `texts` are a list or dictionary of texts, `text` is one, which nothing can change. */
export type Content = 'any' | 'texts' | 'text';

/**
 * The first use of a value, or of a part of it, through which others may change it: it is returned, stored, or given to a call that
 * is not known to read only. `copied` are parts that get a copy.
 */
export function handedOn(module: PyModule, values: readonly SgNode[], content: Content, copied: readonly SgNode[]): SgNode | null {
  const seen = new Set<number>();
  const pending = [...values];
  for (const value of content === 'text' ? [] : pending) {
    if (seen.has(value.id())) continue;
    seen.add(value.id());
    const end = endOfPart(module, value, content, copied);
    if (end === null) continue;
    const names = namesGiven(end);
    if (names === null) return end;
    pending.push(...names.flatMap((name) => module.uses(module.scopeOf(end), name).filter(({ role }) => role !== 'write').map(({ node }) => node)));
  }
  return null;
}

/** The largest expression around that still is the value or a part of it; null where it ends in something that only reads. */
function endOfPart(module: PyModule, value: SgNode, content: Content, copied: readonly SgNode[]): SgNode | null {
  for (let at = value; ; ) {
    if (copied.some((one) => same(one, at))) return null;
    const parent = at.parent();
    if (parent === null) return at;
    const kind = String(parent.kind());
    if (kind === 'subscript') {
      if (!same(parent.field('value'), at) || (content === 'texts' && parts(parent).at(-1)?.kind() !== 'slice')) return null;
    } else if (kind === 'attribute') {
      if (attributesRead.has(parent.field('attribute')?.text() ?? '') && parent.parent()?.kind() !== 'call') return null;
    } else if (kind === 'call' && same(parent.field('function'), at)) {
      const method = methodOf(parent)?.method ?? '';
      // `x.astype(type, copy=False)` may give `x` itself.
      if (readingMethods.has(method) && !/copy\s*=\s*False/.test(parent.field('arguments')?.text() ?? '')) return null;
      if (!partMethods.has(method)) return at;
    } else if (kind === 'argument_list') {
      return isReading(module, parent.parent()) ? null : at;
    } else if (kind === 'binary_operator') {
      return isFresh(parent) ? null : at;
    } else if (['comparison_operator', 'interpolation', 'not_operator', 'unary_operator', 'expression_statement', 'if_statement', 'if_clause', 'while_statement'].includes(kind)) {
      return null;
    } else if (kind !== 'parenthesized_expression') return at;
    at = parent;
  }
}

function isReading(module: PyModule, call: SgNode | null): boolean {
  const callee = call?.field('function') ?? null;
  const path = module.pathOf(callee);
  return path === null ? callee?.kind() === 'identifier' && builtins.has(callee.text()) : reading.test(path);
}

/** Whether an operation makes a new value: `+` and `*` of lists keep what is in them. */
function isFresh(operation: SgNode): boolean {
  const operator = operation.field('operator')?.text() ?? '';
  if (operator !== '+' && operator !== '*') return true;
  return ['left', 'right'].some((side) => ['integer', 'float', 'string'].includes(String(operation.field(side)?.kind())));
}

/** The names that an assignment or a loop gives a value; null where it is used in any other way. */
function namesGiven(value: SgNode): string[] | null {
  const parent = value.parent();
  if (parent === null || !['assignment', 'for_statement', 'for_in_clause'].includes(String(parent.kind())) || !same(parent.field('right'), value)) return null;
  const left = parent.field('left');
  if (left === null || ancestorWhere(parent, (at) => at.kind() === 'lambda') !== null || all(left, 'attribute', 'subscript').length > 0 || ['attribute', 'subscript'].includes(String(left.kind()))) return null;
  return parent.parent()?.kind() === 'assignment' ? null : [left, ...all(left, 'identifier')].filter((one) => one.kind() === 'identifier').map((one) => one.text());
}
