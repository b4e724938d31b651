/** A JSON value with its numbers as they were written: a double would lose digits of long integers, and 1e999. */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | Map<string, JsonValue>;

export class JsonNumber {
  constructor(readonly text: string) {}
}

/** Deeper nesting is refused, not followed. */
const mostDepth = 500;

/** Of a string its opening quote: an expression with a repeated group keeps a place for each escape, and runs out of room. */
const tokens = /\s*(?:([[\]{}:,])|(")|(-?(?:(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)|NaN)|(true|false|null))/y;

/**
 * Reads one JSON document, with NaN and Infinity as Python and JavaScript libraries write them. Of a key that is there
 * twice the last counts. Gives the problem in words where it is none.
 */
export function readJson(text: string): { ok: true; value: JsonValue } | { ok: false; problem: string } {
  try {
    const reader = new Reader(text);
    const value = reader.value(0);
    reader.end();
    return { ok: true, value };
  } catch (error) {
    if (error instanceof NotJson) return { ok: false, problem: error.message };
    throw error;
  }
}

/** One document, or one a line (JSON lines), which are then read as a list. */
export function readDocuments(text: string): { ok: true; value: JsonValue } | { ok: false; problem: string } {
  const whole = readJson(text);
  if (whole.ok) return whole;
  const values: JsonValue[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const one = readJson(line);
    if (!one.ok) return whole;
    values.push(one.value);
  }
  return values.length === 0 ? whole : { ok: true, value: values };
}

class NotJson extends Error {}

interface Token {
  kind: 'mark' | 'string' | 'number' | 'word';
  text: string;
}

class Reader {
  private at = 0;
  /** Where the last token began. */
  private token = 0;

  constructor(private readonly text: string) {}

  value(depth: number): JsonValue {
    if (depth > mostDepth) throw new NotJson(`it is nested more than ${mostDepth} levels deep`);
    const token = this.next();
    if (token.kind === 'string') return this.string(token.text);
    if (token.kind === 'number') return new JsonNumber(token.text);
    if (token.kind === 'word') return token.text === 'null' ? null : token.text === 'true';
    if (token.text === '[') return this.list(depth);
    if (token.text === '{') return this.table(depth);
    throw this.unexpected();
  }

  end(): void {
    this.token = this.at;
    if (this.text.slice(this.at).trim() !== '') throw this.unexpected('there is more after its end');
  }

  private list(depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    if (this.takes(']')) return items;
    for (;;) {
      items.push(this.value(depth + 1));
      if (this.takes(']')) return items;
      if (!this.takes(',')) throw this.unexpected();
    }
  }

  private table(depth: number): Map<string, JsonValue> {
    const entries = new Map<string, JsonValue>();
    if (this.takes('}')) return entries;
    for (;;) {
      const key = this.next();
      if (key.kind !== 'string' || !this.takes(':')) throw this.unexpected();
      entries.set(this.string(key.text), this.value(depth + 1));
      if (this.takes('}')) return entries;
      if (!this.takes(',')) throw this.unexpected();
    }
  }

  private takes(mark: string): boolean {
    const before = this.at;
    const token = this.next();
    if (token.kind === 'mark' && token.text === mark) return true;
    this.at = before;
    return false;
  }

  private next(): Token {
    tokens.lastIndex = this.at;
    this.token = this.at;
    const match = tokens.exec(this.text);
    if (match === null) throw this.unexpected();
    this.at = tokens.lastIndex;
    const [, mark, quote, number, word] = match;
    if (mark !== undefined) return { kind: 'mark', text: mark };
    if (quote !== undefined) return { kind: 'string', text: this.restOfString() };
    return number === undefined ? { kind: 'word', text: word ?? '' } : { kind: 'number', text: number };
  }

  /** The string whose opening quote was read, with its quotes: to the next quote after an even number of backslashes. */
  private restOfString(): string {
    const start = this.at - 1;
    for (let end = this.text.indexOf('"', this.at); end !== -1; end = this.text.indexOf('"', end + 1)) {
      let before = end;
      while (this.text[before - 1] === '\\') before -= 1;
      if ((end - before) % 2 === 1) continue;
      this.at = end + 1;
      return this.text.slice(start, this.at);
    }
    throw this.unexpected();
  }

  private string(quoted: string): string {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      throw this.unexpected('a string is not well formed');
    }
  }

  private unexpected(what = 'it is not JSON'): NotJson {
    const rest = this.text.slice(this.token).trimStart();
    const line = this.text.slice(0, this.text.length - rest.length).split('\n').length;
    return new NotJson(`${what}, line ${line}: ${rest === '' ? 'it ends too early' : JSON.stringify(rest.slice(0, 40))}`);
  }
}
