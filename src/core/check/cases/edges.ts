import { type Plain, plainFloat, plainInt } from './plain.js';
import type { Length, ValueType } from './type-text.js';

export type CaseLanguage = 'javascript' | 'python';

const texts = ['', ' ', 'a', 'A', 'aa', 'ab', '0', '-1', 'null', '\n', '\t x ', 'é', 'e\u0301', 'ß', 'İ', '日本', '𝒳', '👩‍👩‍👧', '\0', '"quoted"', 'a,b', 'x'.repeat(300)];
const integers = [0, 1, -1, 2, 3, 10, 255, 256, -128, 65_535, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53 - 1)];
const large = [2n ** 53n + 1n, 2n ** 63n, -(2n ** 63n) - 1n, 10n ** 30n];
const floats = [0, -0, 1, -1, 0.5, 0.1, 0.1 + 0.2, 1e-9, 5e-324, 2 ** 53, 1.797e308, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const bytes = ['', 'AA==', '/w==', 'AAECAwQFBgcICQ==', 'w6k='];

/** Values on the edge of a type: those that a fast path forgets. `any` gives some other value of a type. */
export function edgesOf(type: ValueType, language: CaseLanguage, any: (type: ValueType) => Plain, longest: number): Plain[] {
  const within = (length: Length, wanted: number): boolean => wanted >= length.least && (length.most === null || wanted <= length.most);
  switch (type.kind) {
    case 'null':
      return [null];
    case 'bool':
      return [false, true];
    case 'json':
      return [null, true, plainInt(0), plainFloat(0.5), '', { l: [] }, { d: [] }, { l: [{ d: [['a', { l: [plainInt(1)] }]] }] }];
    case 'literal':
      return [typeof type.value === 'string' ? type.value : Number.isInteger(type.value) ? plainInt(type.value) : plainFloat(type.value)];
    case 'int':
    case 'bigint': {
      const whole = [...new Set([...(type.low === null ? [] : [type.low]), ...(type.high === null ? [] : [type.high]), ...integers])].filter((value) => Number.isInteger(value) && inRange(value, type));
      const beyond = type.low === null && type.high === null && (type.kind === 'bigint' || language === 'python') ? large : [];
      return [...whole, ...beyond].map((value) => (type.kind === 'bigint' ? { n: String(value) } : plainInt(value)));
    }
    case 'float': {
      const free = type.low === null && type.high === null;
      const ends = [type.low, type.high].filter((end) => end !== null);
      return [...ends, ...floats.filter((value) => free || (inRange(value, type) && !Object.is(value, -0)))].map(plainFloat);
    }
    case 'str':
      return texts.filter((text) => within(type.length, text.length));
    case 'bytes':
      return bytes.filter((text) => within(type.length, bytesIn(text))).map((text) => ({ b: text }));
    case 'list': {
      const one = any(type.of);
      const edges = edgesOf(type.of, language, any, longest);
      const lists = [[], [one, one], [one, any(type.of), one], edges, edges.toReversed(), Array.from({ length: longest }, () => one), ...edges.map((edge) => [edge])];
      return lists.filter((items) => within(type.length, items.length)).map((items) => ({ l: items }));
    }
    case 'set':
      return [[], [any(type.of)], distinct(edgesOf(type.of, language, any, longest))].filter((items) => within(type.length, items.length)).map((items) => ({ s: items }));
    case 'dict':
    case 'map': {
      const tables = [[], [any(type.key)], distinct(edgesOf(type.key, language, any, longest))].filter((keys) => within(type.length, keys.length));
      return tables.map((keys) => tableOf(type.kind, keys.map((key) => [key, any(type.of)])));
    }
    case 'tuple':
      return edgesOfParts(type.of, language, any, longest).map((parts) => ({ t: parts }));
    case 'record':
      return edgesOfParts(type.fields.map((field) => field.type), language, any, longest).map((parts) => ({ d: parts.map((part, index) => [type.fields[index]?.name ?? '', part]) }));
    default:
      return type.of.flatMap((option) => edgesOf(option, language, any, longest));
  }
}

/** Every edge of one part, with some value of each other part. */
export function edgesOfParts(types: readonly ValueType[], language: CaseLanguage, any: (type: ValueType) => Plain, longest: number): Plain[][] {
  if (types.length === 0) return [[]];
  return types.flatMap((type, place) => edgesOf(type, language, any, longest).map((edge) => types.map((other, index) => (index === place ? edge : any(other)))));
}

/** Equal keys would be one entry in one language and two in another. */
export function distinct(values: readonly Plain[]): Plain[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const key = keyOf(value);
    if (key === null || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** 1, 1.0 and True are one key in Python; NaN is none at all. */
function keyOf(value: Plain): string | null {
  if (typeof value === 'boolean') return String(Number(value));
  if (value === null || typeof value === 'string') return JSON.stringify(value);
  if ('i' in value) return String(Number(value.i));
  if ('n' in value) return value.n;
  if ('f' in value) return value.f === 'nan' ? null : String(Number(value.f === '-0' ? 0 : value.f.replace('inf', 'Infinity')));
  return JSON.stringify(value);
}

export function tableOf(kind: 'dict' | 'map', entries: [Plain, Plain][]): Plain {
  return kind === 'dict' ? { d: entries } : { m: entries };
}

function inRange(value: number, { low, high }: { low: number | null; high: number | null }): boolean {
  return (low === null || value >= low) && (high === null || value <= high);
}

function bytesIn(base64: string): number {
  return (base64.length / 4) * 3 - (base64.match(/=/g)?.length ?? 0);
}
