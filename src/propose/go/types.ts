import type { SgNode } from '@ast-grep/napi';
import { parts } from '../source/tree.js';
import type { GoFunction } from './function.js';

const literals: Record<string, string> = { interpreted_string_literal: 'string', raw_string_literal: 'string', int_literal: 'int', float_literal: 'float64', rune_literal: 'rune', true: 'bool', false: 'bool' };

/** What functions of the standard library give that the recipes want to know of. */
const results: Record<string, string> = {
  'strings.Split': '[]string', 'strings.Fields': '[]string', 'strings.SplitN': '[]string', 'strings.ToLower': 'string', 'strings.ToUpper': 'string', 'strings.TrimSpace': 'string', 'strings.Repeat': 'string',
  'strings.Join': 'string', 'strings.ReplaceAll': 'string', 'strconv.Itoa': 'string', 'fmt.Sprintf': 'string', 'fmt.Sprint': 'string', 'os.ReadFile': '[]byte',
};

/** The type of an expression, as far as the function's own text tells it; null where it does not. */
export function typeOfValue(fn: GoFunction, value: SgNode): string | null {
  const kind = String(value.kind());
  const literal = literals[kind];
  if (literal !== undefined) return literal;
  if (kind === 'identifier') return fn.typeOf(value.text());
  if (kind === 'parenthesized_expression') return inner(fn, value);
  if (kind === 'composite_literal') return value.field('type')?.text().replace(/\s+/g, ' ') ?? null;
  if (kind === 'binary_expression') return binaryType(fn, value);
  if (kind === 'index_expression') return elementType(fn, value);
  if (kind === 'slice_expression') {
    const type = typeOfValue(fn, value.field('operand') ?? value);
    return type === 'string' || type?.startsWith('[]') === true ? type : null;
  }
  return kind === 'call_expression' ? callType(fn, value) : kind === 'type_conversion_expression' ? (value.field('type')?.text() ?? null) : null;
}

function inner(fn: GoFunction, value: SgNode): string | null {
  const [only] = parts(value);
  return only === undefined ? null : typeOfValue(fn, only);
}

/** Of `a + b`: a constant takes the type of the other side. */
function binaryType(fn: GoFunction, value: SgNode): string | null {
  const operator = value.field('operator')?.text() ?? '';
  if (['==', '!=', '<', '<=', '>', '>=', '&&', '||'].includes(operator)) return 'bool';
  const [left, right] = [value.field('left'), value.field('right')];
  if (left === null || right === null) return null;
  if (operator === '<<' || operator === '>>') return null;
  const isConstant = (node: SgNode): boolean => literals[String(node.kind())] !== undefined;
  const [a, b] = [typeOfValue(fn, left), typeOfValue(fn, right)];
  if (a === 'string' || b === 'string') return a === b ? 'string' : null;
  if (isConstant(right)) return a === 'float64' || !isConstant(left) ? a : null;
  return isConstant(left) || a === b ? b : null;
}

function elementType(fn: GoFunction, value: SgNode): string | null {
  const type = typeOfValue(fn, value.field('operand') ?? value);
  if (type === 'string') return 'byte';
  if (type?.startsWith('[]') === true) return type.slice(2);
  return /^map\[\w+\](.+)$/.exec(type ?? '')?.[1] ?? null;
}

function callType(fn: GoFunction, call: SgNode): string | null {
  const callee = call.field('function')?.text() ?? '';
  const [first] = parts(call.field('arguments') ?? call);
  if (callee === 'make') return first?.text().replace(/\s+/g, ' ') ?? null;
  if (callee === 'append' && first !== undefined) return typeOfValue(fn, first);
  if (['len', 'cap'].includes(callee)) return 'int';
  if (['string', 'int', 'int64', 'int32', 'uint', 'uint64', 'float64', 'byte', 'rune'].includes(callee) && !fn.declares(callee)) return callee;
  return results[callee] ?? null;
}

/** Slices, maps and strings; of other types `len` may not be how often a loop goes round. */
export function isCounted(type: string | null): boolean {
  return type !== null && (type === 'string' || type.startsWith('[]') || type.startsWith('map['));
}
