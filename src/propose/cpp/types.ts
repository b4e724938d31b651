import type { SgNode } from '@ast-grep/napi';
import { parts } from '../source/tree.js';
import type { CppFunction } from './function.js';
import type { CppRecord } from './program.js';
import { methodCall } from './syntax.js';

const standard = new Set(['vector', 'string', 'map', 'set', 'unordered_map', 'unordered_set', 'multimap', 'multiset', 'deque', 'list', 'pair', 'tuple', 'array', 'string_view', 'optional', 'shared_ptr', 'unique_ptr', 'queue', 'stack', 'priority_queue', 'less', 'ofstream', 'ifstream', 'ostream', 'wstring']);

/** A type without white space and `std::`. A name of the standard library that is written without it, where nothing says `using namespace std`, has a `?` before it. */
export function plainType(written: string, usesStd: boolean): string {
  return written
    .replace(/\b(?:const|typename|class|struct)\s+/g, '')
    .replace(/\s+(?=[&*<>,:])|(?<=[&*<>,:])\s+/g, '')
    .replace(/(?<![\w:])(::)?(std::)?([A-Za-z_]\w*)/g, (_, __, std: string | undefined, name: string) => (std === undefined && standard.has(name) && !usesStd ? `?${name}` : name));
}

/** The arguments of a template: `vector<pair<a,b>>` has `pair<a,b>`. Empty for what is none of these templates. */
export function argumentsOf(type: string, ...templates: string[]): string[] {
  const match = /^(\w+)<(.*)>$/s.exec(type);
  if (match === null || !templates.includes(match[1] ?? '')) return [];
  const found: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of match[2] ?? '') {
    if (character === ',' && depth === 0) {
      found.push(current);
      current = '';
      continue;
    }
    depth += character === '<' || character === '(' ? 1 : character === '>' || character === ')' ? -1 : 0;
    current += character;
  }
  return [...found, current];
}

const numbers = /^(?:unsigned|signed|long|short|int|char|bool|float|double|size_t|ptrdiff_t|u?int(?:8|16|32|64)_t|unsigned (?:int|long|char|short|long long)|long (?:long|int|double|long int)|signed char)$/;
const wholeNumbers = /^(?:unsigned|long|short|int|size_t|u?int(?:16|32|64)_t|unsigned (?:int|long|short|long long)|long (?:long|int|long int))$/;

export const isNumber = (type: string): boolean => numbers.test(type);
export const isWholeNumber = (type: string): boolean => wholeNumbers.test(type);

/** A type of the standard library whose copies cost memory, and whose constant methods change nothing. */
export function isCostly(type: string): boolean {
  if (type === 'string') return true;
  return /^(?:vector|map|set|unordered_map|unordered_set|multimap|multiset|deque|list)<[^?]*>$/.test(type) && !type.includes('unique_ptr');
}

const owners = new Set(['vector', 'string', 'map', 'set', 'unordered_map', 'unordered_set', 'multimap', 'multiset', 'deque', 'list', 'queue', 'stack', 'array', 'pair', 'tuple']);

/** A string or container of the standard library that has nothing but copies in it: no view, span or pointer, and no type of the program, which may hold one. */
export function ownsItsParts(type: string): boolean {
  const words = type.split(/[<>,]/).filter((word) => word !== '');
  return words.length > 0 && words.every((word) => owners.has(word) || isNumber(word) || /^\d+$/.test(word));
}

/** Of what index, key or end of a container gives: of a map the value. Null where it is not known. */
export function partOf(type: string | null): string | null {
  if (type === null) return null;
  const [, value] = argumentsOf(type, 'map', 'unordered_map');
  return value ?? elementOf(type);
}

const partMethods = new Set(['at', 'front', 'back', 'top']);

/** The type of a variable, a member, an element, or a member of one of these; null of other expressions, and where it is not known. */
export function typeOfPlace(fn: CppFunction, node: SgNode | null): string | null {
  switch (String(node?.kind())) {
    case 'identifier':
      return fn.typeOf(node?.text() ?? '') ?? fn.memberType(node?.text() ?? '');
    case 'parenthesized_expression':
      return typeOfPlace(fn, parts(node as SgNode)[0] ?? null);
    case 'subscript_expression':
      return partOf(typeOfPlace(fn, node?.field('argument') ?? null));
    case 'call_expression': {
      const call = methodCall(node);
      return call !== null && partMethods.has(call.method) ? partOf(typeOfPlace(fn, call.receiver)) : null;
    }
    case 'field_expression': {
      if (node?.children().some((child) => child.text() === '->') === true) return null;
      const owner = typeOfPlace(fn, node?.field('argument') ?? null);
      return owner === null ? null : (recordNamed(fn, owner)?.members.get(node?.field('field')?.text() ?? '') ?? null);
    }
    default:
      return null;
  }
}

const recordNamed = (fn: CppFunction, type: string): CppRecord | null => (/^[\w:]+$/.test(type) ? (fn.program?.record(type.split('::').at(-1) ?? '') ?? null) : null);

/** The types of the members of a struct that is nothing but copies of numbers, texts and containers; null of any other type. */
export function valuesOf(fn: CppFunction, type: string): readonly string[] | null {
  const record = recordNamed(fn, type);
  const types = record?.isPlain === true ? [...record.members.values()] : [];
  return types.length > 0 && types.every(ownsItsParts) ? types : null;
}

/** Whether an element of the type is worth a reference, and only has constant methods that change nothing. */
export function isCostlyElement(fn: CppFunction, type: string): boolean {
  if (valuesOf(fn, type)?.some(isCostly) === true) return true;
  if (isCostly(type) || /^shared_ptr<[^?]*>$/.test(type)) return true;
  return argumentsOf(type, 'pair', 'tuple').some((one) => isCostlyElement(fn, one));
}

/** The type of the elements that a range loop sees; null where it is not known. */
export function elementOf(type: string | null): string | null {
  if (type === null) return null;
  const [first, second] = argumentsOf(type, 'vector', 'set', 'unordered_set', 'multiset', 'deque', 'list', 'array', 'map', 'unordered_map', 'multimap');
  if (first === undefined) return null;
  return /^(?:unordered_map|map|multimap)</.test(type) ? `pair<${first},${second ?? ''}>` : first;
}

/** Whether the expression is a double whatever its variables hold: `double` variables, literals with a point, and what arithmetic makes of them. */
export function isDouble(fn: CppFunction, node: SgNode): boolean {
  switch (String(node.kind())) {
    case 'identifier':
      return fn.typeOf(node.text()) === 'double';
    case 'number_literal':
      return /^\d+\.\d*(?:[eE][-+]?\d+)?$/.test(node.text());
    case 'parenthesized_expression':
      return parts(node).every((child) => isDouble(fn, child));
    case 'unary_expression':
      return node.field('operator')?.text() === '-' && isDouble(fn, node.field('argument') ?? node);
    case 'subscript_expression': {
      const [index] = parts(node.field('indices') ?? node);
      return index !== undefined && ['identifier', 'number_literal'].includes(String(index.kind())) && argumentsOf(fn.typeOf(node.field('argument')?.text() ?? '') ?? '', 'vector', 'array')[0] === 'double';
    }
    case 'binary_expression': {
      const [left, right] = [node.field('left'), node.field('right')];
      return left !== null && right !== null && ['+', '-', '*', '/'].includes(node.field('operator')?.text() ?? '') && isDouble(fn, left) && isDouble(fn, right);
    }
    default:
      return false;
  }
}
