/** Length of text, bytes and containers. */
export interface Length {
  least: number;
  most: number | null;
}

/** A description of values, the same for every language. */
export type ValueType =
  | { kind: 'null' | 'bool' | 'json' }
  | { kind: 'int' | 'bigint' | 'float'; low: number | null; high: number | null }
  | { kind: 'str' | 'bytes'; length: Length }
  | { kind: 'literal'; value: string | number }
  | { kind: 'list' | 'set'; of: ValueType; length: Length }
  | { kind: 'dict' | 'map'; key: ValueType; of: ValueType; length: Length }
  | { kind: 'tuple'; of: ValueType[] }
  | { kind: 'record'; fields: { name: string; type: ValueType }[] }
  | { kind: 'union'; of: ValueType[] };

const anyLength: Length = { least: 0, most: null };

const spellings: Record<string, ValueType['kind']> = {
  null: 'null', None: 'null', undefined: 'null', bool: 'bool', boolean: 'bool', int: 'int', integer: 'int', bigint: 'bigint', float: 'float', number: 'float', str: 'str', string: 'str', bytes: 'bytes',
  list: 'list', array: 'list', Array: 'list', set: 'set', Set: 'set', dict: 'dict', object: 'dict', map: 'map', Map: 'map', tuple: 'tuple', json: 'json', any: 'json',
};

const known = 'int, bigint, float, bool, str, bytes, null, json, list[T], set[T], dict[K, V], map[K, V], tuple[A, B], {name: T}, "text", 1, A | B';

class NoType extends Error {}

/**
 * Reads a type such as `list[int]`, `dict[str, float | null]`, `int(0..9)`, `str(1..8)`, `{id: int, name: str}` or
 * `"up" | "down"`. Gives the problem in words where the text is none.
 */
export function readType(text: string): ValueType | string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\.\.|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[A-Za-z_$][\w$]*|[^\s]/g) ?? [];
  try {
    const reader = new Reader(tokens);
    const type = reader.union(0);
    reader.end();
    return type;
  } catch (error) {
    if (error instanceof NoType) return `${error.message}; there are ${known}`;
    throw error;
  }
}

class Reader {
  private at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  union(depth: number): ValueType {
    if (depth > 20) throw new NoType('is nested too deeply');
    const first = this.term(depth);
    const of = [first];
    while (this.takes('|')) of.push(this.term(depth));
    return of.length === 1 ? first : { kind: 'union', of };
  }

  end(): void {
    if (this.at < this.tokens.length) throw new NoType(`has \`${this.tokens[this.at]}\` after its end`);
  }

  private term(depth: number): ValueType {
    if (this.takes('{')) return this.record(depth);
    const token = this.next();
    if (/^["']/.test(token)) return { kind: 'literal', value: token.slice(1, -1).replaceAll(/\\(.)/g, '$1') };
    if (/^-?\d/.test(token)) return { kind: 'literal', value: Number(token) };
    const kind = Object.hasOwn(spellings, token) ? spellings[token] : undefined;
    switch (kind) {
      case undefined:
        throw new NoType(`has an unknown type \`${token}\``);
      case 'null':
      case 'bool':
      case 'json':
        return { kind };
      case 'int':
      case 'bigint':
      case 'float': {
        const range = this.range();
        return { kind, low: range?.[0] ?? null, high: range?.[1] ?? null };
      }
      case 'str':
      case 'bytes':
        return { kind, length: this.length() };
      case 'list':
      case 'set': {
        const [of] = this.parameters(token, 1, depth);
        return { kind, of: of as ValueType, length: this.length() };
      }
      case 'dict':
      case 'map': {
        const [key, of] = this.parameters(token, 2, depth);
        return { kind, key: key as ValueType, of: of as ValueType, length: this.length() };
      }
      default:
        return { kind: 'tuple', of: this.parameters(token, null, depth) };
    }
  }

  private record(depth: number): ValueType {
    const fields: { name: string; type: ValueType }[] = [];
    while (!this.takes('}')) {
      if (fields.length > 0) this.expect(',');
      const name = this.next().replaceAll(/^["']|["']$/g, '');
      this.expect(':');
      fields.push({ name, type: this.union(depth + 1) });
    }
    return { kind: 'record', fields };
  }

  private parameters(name: string, wanted: number | null, depth: number): ValueType[] {
    if (!this.takes('[')) throw new NoType(`has \`${name}\` without the types in it: \`${name}[${wanted === 2 ? 'str, int' : 'int'}]\``);
    const of = [this.union(depth + 1)];
    while (this.takes(',')) of.push(this.union(depth + 1));
    this.expect(']');
    if (wanted !== null && of.length !== wanted) throw new NoType(`has \`${name}\` with ${of.length} types in it, and it takes ${wanted}`);
    return of;
  }

  private length(): Length {
    const range = this.range();
    if (range === null) return anyLength;
    const [least, most] = range;
    if (!Number.isSafeInteger(least) || !Number.isSafeInteger(most) || least < 0) throw new NoType(`has the length ${least}..${most}, which is none`);
    return { least, most };
  }

  /** `(low..high)`. */
  private range(): [number, number] | null {
    if (!this.takes('(')) return null;
    const low = this.number();
    this.expect('..');
    const high = this.number();
    this.expect(')');
    if (low > high) throw new NoType(`has the empty range ${low}..${high}`);
    return [low, high];
  }

  private number(): number {
    const token = this.next();
    if (!/^-?\d/.test(token)) throw new NoType(`has \`${token}\` in the place of a number`);
    return Number(token);
  }

  private takes(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at += 1;
    return true;
  }

  private expect(token: string): void {
    if (!this.takes(token)) throw new NoType(this.at < this.tokens.length ? `has \`${this.tokens[this.at]}\` in the place of \`${token}\`` : `ends before its \`${token}\``);
  }

  private next(): string {
    const token = this.tokens[this.at];
    if (token === undefined) throw new NoType('ends too early');
    this.at += 1;
    return token;
  }
}
