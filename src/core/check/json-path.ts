/** A place in a JSON value: keys and positions from its root. */
export type JsonPath = readonly (string | number)[];

type Part = { kind: 'name'; name: string } | { kind: 'any' } | { kind: 'any-depth' };

/** A pattern of places, such as `loss.*`, `runs[*].time`, `**.id`, `["a.b"].c`. */
export class PathPattern {
  private constructor(private readonly parts: readonly Part[]) {}

  /** Gives the problem in words where the text is no pattern. */
  static read(text: string): PathPattern | string {
    const parts: Part[] = [];
    const token = /(?:^\$(?=[.[]|$))|\.?(\*\*|\*|[^.[\]*"]+)|\[(\*|\d+)\]|\.?\[("(?:[^"\\]|\\.)*")\]/y;
    while (token.lastIndex < text.length) {
      const at = token.lastIndex;
      const match = token.exec(text);
      if (match === null || match[0] === '') return `is not a path such as \`loss.*\`, \`runs[*].time\` or \`**.id\`: see ${JSON.stringify(text.slice(at, at + 20))}`;
      const [, plain, index, quoted] = match;
      const name = quoted === undefined ? (plain ?? index) : unquoted(quoted);
      if (name === null) return 'has a quoted key that is not well formed';
      if (name === undefined) continue;
      if (quoted === undefined && name === '*') parts.push({ kind: 'any' });
      else if (quoted === undefined && name === '**') parts.push({ kind: 'any-depth' });
      else parts.push({ kind: 'name', name });
    }
    return new PathPattern(parts);
  }

  matches(path: JsonPath): boolean {
    return this.from(0, path, 0);
  }

  private from(part: number, path: JsonPath, at: number): boolean {
    const wanted = this.parts[part];
    if (wanted === undefined) return at === path.length;
    if (wanted.kind === 'any-depth') return this.from(part + 1, path, at) || (at < path.length && this.from(part, path, at + 1));
    if (at >= path.length) return false;
    return (wanted.kind === 'any' || wanted.name === String(path[at])) && this.from(part + 1, path, at + 1);
  }
}

function unquoted(text: string): string | null {
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
}

/** `$.runs[3].time`; a key that is no plain word in quotes. */
export function pathText(path: JsonPath): string {
  return `$${path.map((part) => (typeof part === 'number' ? `[${part}]` : /^[\w-]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`)).join('')}`;
}
