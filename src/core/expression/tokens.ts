import { ExpressionError } from './error.js';
import { limits } from './limits.js';

export type Token =
  | { kind: 'number'; value: number; at: number }
  | { kind: 'text'; value: string; at: number }
  | { kind: 'word'; value: string; at: number }
  | { kind: 'sign'; value: string; at: number }
  | { kind: 'end'; value: 'the end'; at: number };

const spaces = /[ \t\r\n]+/y;
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[A-Za-z_]\w*/y;
/** After `steps.` a dash belongs to the name. */
const stepName = /[A-Za-z_][\w-]*/y;
const sign = /==|!=|<=|>=|[-<>+*/%()[\].,]/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };

/** The tokens of an expression, with `end` last. Throws {@link ExpressionError}. O(length). */
export function tokensOf(source: string): Token[] {
  if (source.length > limits.length) throw new ExpressionError(`the expression has ${source.length} characters; at most ${limits.length} are read`, limits.length);
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  while (at < source.length) {
    const blank = match(spaces);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const [token, length] = tokenAt(source, at, match, isAfterSteps(tokens));
    tokens.push(token);
    at += length;
  }
  tokens.push({ kind: 'end', value: 'the end', at: source.length });
  return tokens;
}

function tokenAt(source: string, at: number, match: (pattern: RegExp) => string | undefined, afterSteps: boolean): [Token, number] {
  const named = match(afterSteps ? stepName : word);
  if (named !== undefined) return [{ kind: 'word', value: named, at }, named.length];
  const digits = match(number);
  if (digits !== undefined) return [numberToken(digits, at), digits.length];
  const first = source[at] ?? '';
  if (first === "'" || first === '"') return textToken(source, at, first);
  const mark = match(sign);
  if (mark !== undefined) return [{ kind: 'sign', value: mark, at }, mark.length];
  throw new ExpressionError(`${JSON.stringify(first)} means nothing here${hints[first] ?? ''}`, at);
}

/** For those who write another language. */
const hints: Readonly<Record<string, string>> = { '=': '; write == to compare', '&': '; write and', '|': '; write or', '!': '; write not' };

function isAfterSteps(tokens: readonly Token[]): boolean {
  const [steps, dot] = tokens.slice(-2);
  return steps?.kind === 'word' && steps.value === 'steps' && dot?.value === '.' && tokens.at(-3)?.value !== '.';
}

function numberToken(digits: string, at: number): Token {
  const value = Number(digits);
  if (!Number.isFinite(value)) throw new ExpressionError(`${digits} is too large`, at);
  return { kind: 'number', value, at };
}

function textToken(source: string, at: number, quote: string): [Token, number] {
  let value = '';
  for (let index = at + 1; index < source.length; index++) {
    const character = source[index] ?? '';
    if (character === quote) return [{ kind: 'text', value, at }, index + 1 - at];
    if (character !== '\\') {
      value += character;
      continue;
    }
    index += 1;
    const escaped = escapes[source[index] ?? ''];
    if (escaped === undefined) throw new ExpressionError(String.raw`only \n \t \r \\ \' and \" follow a backslash in a text`, index - 1);
    value += escaped;
  }
  throw new ExpressionError(`the text that begins here has no closing ${quote}`, at);
}
