import { seededRandom } from '../../stats/random.js';
import { type CaseLanguage, distinct, edgesOfParts, tableOf } from './edges.js';
import { type Plain, plainFloat, plainInt } from './plain.js';
import type { Length, ValueType } from './type-text.js';

export interface GenerateOptions {
  seed: string;
  count: number;
  /** The longest list or text. */
  size: number;
  language: CaseLanguage;
}

/**
 * Argument lists for a function: the edges of each argument first (at most half of all), then random ones of growing size,
 * lists with many duplicates, sorted ones and reversed ones among them. The same seed gives the same lists.
 */
export function generateCases(types: readonly ValueType[], { seed, count, size, language }: GenerateOptions): Plain[][] {
  const random = seededRandom(seed);
  const small = new Maker(random, 4);
  const edges = shuffled(edgesOfParts(types, language, (type) => small.make(type, 2), size), random).slice(0, Math.ceil(count / 2));
  const cases: Plain[][] = [...edges];
  while (cases.length < count) {
    // From a few elements to the full size, so that what is quadratic ends and what is small fails readably.
    const share = (cases.length - edges.length + 1) / (count - edges.length);
    const maker = new Maker(random, Math.max(2, Math.round(size * share ** 1.5)));
    cases.push(types.map((type) => maker.make(type, 0)));
  }
  return cases;
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [all[last], all[other]] = [all[other] as T, all[last] as T];
  }
  return all;
}

const alphabet = ['a', 'b', 'c', 'x', 'A', 'Z', '0', '9', ' ', '.', '-', '_', '\n', 'é', 'ß', '日', '𝒳'];

class Maker {
  constructor(
    private readonly random: () => number,
    private readonly longest: number,
  ) {}

  make(type: ValueType, depth: number): Plain {
    switch (type.kind) {
      case 'null':
        return null;
      case 'bool':
        return this.random() < 0.5;
      case 'int':
        return plainInt(this.integer(type.low, type.high));
      case 'bigint':
        return { n: String(this.integer(type.low, type.high)) };
      case 'float':
        return plainFloat(this.float(type.low, type.high));
      case 'str':
        return Array.from({ length: this.length(type.length, depth) }, () => this.pick(alphabet)).join('');
      case 'bytes':
        return { b: base64(Array.from({ length: this.length(type.length, depth) }, () => this.below(256))) };
      case 'literal':
        return typeof type.value === 'string' ? type.value : Number.isInteger(type.value) ? plainInt(type.value) : plainFloat(type.value);
      case 'list':
        return { l: this.list(type.of, this.length(type.length, depth), depth) };
      case 'set':
        return { s: this.keys(type.of, this.length(type.length, depth), type.length.least, depth) };
      case 'dict':
      case 'map':
        return tableOf(type.kind, this.keys(type.key, this.length(type.length, depth), type.length.least, depth).map((key) => [key, this.make(type.of, depth + 1)]));
      case 'tuple':
        return { t: type.of.map((of) => this.make(of, depth + 1)) };
      case 'record':
        return { d: type.fields.map((field) => [field.name, this.make(field.type, depth + 1)]) };
      case 'union':
        return this.make(this.pick(type.of), depth);
      default:
        return this.json(depth);
    }
  }

  /** Random ones, few different ones, one alone, or a run: what algorithms have special cases for. */
  private list(of: ValueType, length: number, depth: number): Plain[] {
    const form = this.random();
    if (form < 0.5) return Array.from({ length }, () => this.make(of, depth + 1));
    const pool = Array.from({ length: form < 0.6 ? 1 : 2 + this.below(4) }, () => this.make(of, depth + 1));
    const items = Array.from({ length }, () => this.pick(pool));
    return form < 0.85 ? items : items.toSorted((a, b) => order(a, b) * (form < 0.93 ? 1 : -1));
  }

  private keys(of: ValueType, length: number, least: number, depth: number): Plain[] {
    const found = distinct(Array.from({ length }, () => this.make(of, depth + 1)));
    for (let tries = 0; found.length < least && tries < 1000; tries++) found.splice(0, found.length, ...distinct([...found, this.make(of, depth + 1)]));
    return found;
  }

  private json(depth: number): Plain {
    const form = this.below(depth > 2 ? 5 : 7);
    if (form === 0) return null;
    if (form === 1) return this.random() < 0.5;
    if (form === 2) return plainInt(this.integer(null, null));
    if (form === 3) return plainFloat(this.float(-1000, 1000));
    if (form === 4) return this.make({ kind: 'str', length: { least: 0, most: 8 } }, depth);
    const length = this.below(5);
    if (form === 5) return { l: Array.from({ length }, () => this.json(depth + 1)) };
    return { d: distinct(Array.from({ length }, () => this.make({ kind: 'str', length: { least: 1, most: 4 } }, depth))).map((key) => [key, this.json(depth + 1)]) };
  }

  /** Mostly near 0, where values meet each other, and sometimes anywhere. */
  private integer(low: number | null, high: number | null): number {
    if (low === null && high === null) {
      const reach = this.pick([3, 10, 100, 1000, 2 ** 31, 2 ** 53 - 1]);
      return Math.round((this.unit() * 2 - 1) * reach) + 0;
    }
    const from = Math.ceil(low ?? (high ?? 0) - 1000);
    const to = Math.floor(high ?? (low ?? 0) + 1000);
    return from + Math.floor(this.unit() * (to - from + 1)) + 0;
  }

  private float(low: number | null, high: number | null): number {
    if (low !== null || high !== null) {
      const [from, to] = [low ?? (high ?? 0) - 1000, high ?? (low ?? 0) + 1000];
      return from + this.unit() * (to - from);
    }
    if (this.random() < 0.3) return this.integer(null, null);
    return (this.unit() * 2 - 1) * 10 ** this.pick([-9, -3, 0, 1, 3, 9]);
  }

  /** Deeper containers are shorter, so that a list of lists is no thousand of thousands. */
  private length({ least, most }: Length, depth: number): number {
    const reach = Math.max(1, Math.round(this.longest / 4 ** depth));
    return least + this.below(Math.max(0, Math.min(most ?? Number.POSITIVE_INFINITY, least + reach) - least) + 1);
  }

  /** With all 53 bits of a double: sums of numbers with fewer are exact in any order, and would tell no order from another. */
  private unit(): number {
    return (this.below(2 ** 26) * 2 ** 27 + this.below(2 ** 27)) / 2 ** 53;
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}

function order(a: Plain, b: Plain): number {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return x - y;
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function numberOf(value: Plain): number | null {
  if (value === null || typeof value !== 'object') return null;
  const text = 'i' in value ? value.i : 'f' in value ? value.f : null;
  return text === null || Number.isNaN(Number(text)) ? null : Number(text);
}

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Core has no Buffer. */
function base64(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.slice(at, at + 3);
    const left = bytes.length - at;
    const group = (a << 16) | (b << 8) | c;
    const digit = (shift: number): string => base64Digits[(group >> shift) & 63] ?? '';
    text += digit(18) + digit(12) + (left > 1 ? digit(6) : '=') + (left > 2 ? digit(0) : '=');
  }
  return text;
}
