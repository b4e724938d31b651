import { didYouMean } from '../did-you-mean.js';
import { ExpressionError } from './error.js';
import { limits } from './limits.js';
import { type Token, tokensOf } from './tokens.js';
import { type ArithmeticOperator, type ComparisonOperator, type Expression, stepFields } from './tree.js';

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);
const words: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'true', 'false', 'null', 'defined', 'steps', 'state', 'input']);

/**
 * Reads an expression: `or`, `and`, `not`, one comparison, `+ -`, `* / %`, the minus sign and members, from the loosest
 * to the tightest; over literals, lists, `steps.NAME.FIELD`, `state.KEY`, `input` and `defined(…)`.
 * Throws {@link ExpressionError} with the place. O(length).
 */
export function parseExpression(source: string): Expression {
  const parser = new Parser(tokensOf(source));
  const expression = parser.any();
  parser.end();
  return expression;
}

class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;
  private depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  any(): Expression {
    let left = this.conjunction();
    for (let at = this.take('or'); at !== null; at = this.take('or')) left = { kind: 'or', left, right: this.conjunction(), at };
    return left;
  }

  end(): void {
    if (this.next().kind !== 'end') throw this.unexpected('the end');
  }

  private conjunction(): Expression {
    let left = this.negation();
    for (let at = this.take('and'); at !== null; at = this.take('and')) left = { kind: 'and', left, right: this.negation(), at };
    return left;
  }

  private negation(): Expression {
    const at = this.take('not');
    if (at === null) return this.comparison();
    return this.deeper(() => ({ kind: 'not', of: this.negation(), at }));
  }

  private comparison(): Expression {
    const left = this.sum();
    const operator = this.comparisonOperator();
    if (operator === null) return left;
    const comparison: Expression = { kind: 'comparison', operator: operator.value, left, right: this.sum(), at: operator.at };
    const second = this.comparisonOperator();
    if (second !== null) throw new ExpressionError('comparisons do not chain; write `a < b and b < c`', second.at);
    return comparison;
  }

  private comparisonOperator(): { value: ComparisonOperator; at: number } | null {
    const token = this.next();
    if (token.value === 'not' && token.kind === 'word' && this.tokens[this.position + 1]?.value === 'in') {
      this.position += 2;
      return { value: 'not in', at: token.at };
    }
    if ((token.kind !== 'sign' && token.kind !== 'word') || !comparisons.has(token.value)) return null;
    this.position += 1;
    return { value: token.value as ComparisonOperator, at: token.at };
  }

  private sum(): Expression {
    return this.arithmetic(() => this.product(), '+', '-');
  }

  private product(): Expression {
    return this.arithmetic(() => this.negative(), '*', '/', '%');
  }

  private arithmetic(operand: () => Expression, ...operators: ArithmeticOperator[]): Expression {
    let left = operand();
    for (;;) {
      const token = this.next();
      const operator = token.kind === 'sign' ? operators.find((one) => one === token.value) : undefined;
      if (operator === undefined) return left;
      this.position += 1;
      left = { kind: 'arithmetic', operator, left, right: operand(), at: token.at };
    }
  }

  private negative(): Expression {
    const at = this.take('-');
    if (at === null) return this.members(this.primary());
    return this.deeper(() => ({ kind: 'negative', of: this.negative(), at }));
  }

  private members(first: Expression): Expression {
    let of = first;
    for (;;) {
      const { at } = this.next();
      if (this.take('.') !== null) of = { kind: 'member', of, key: this.name('a key'), at };
      else if (this.take('[') !== null) of = { kind: 'member', of, key: this.closed(']'), at };
      else return of;
    }
  }

  private primary(): Expression {
    const token = this.next();
    this.position += 1;
    if (token.kind === 'number' || token.kind === 'text') return { kind: 'literal', value: token.value, at: token.at };
    if (token.kind === 'word') return this.word(token.value, token.at);
    if (token.value === '(') return this.closed(')');
    if (token.value === '[') return { kind: 'list', items: this.items(), at: token.at };
    this.position -= 1;
    throw this.unexpected('a value');
  }

  private word(word: string, at: number): Expression {
    switch (word) {
      case 'true':
      case 'false':
        return { kind: 'literal', value: word === 'true', at };
      case 'null':
        return { kind: 'literal', value: null, at };
      case 'input':
        return { kind: 'input', at };
      case 'state':
        return { kind: 'state', key: this.key('state'), at };
      case 'steps':
        return this.step(at);
      case 'defined':
        this.expect('(');
        return { kind: 'defined', of: this.closed(')'), at };
      default:
        throw new ExpressionError(`\`${word}\` is unknown${didYouMean(word, [...words])}; a text stands in quotes`, at);
    }
  }

  private step(at: number): Expression {
    const name = this.key('steps');
    if (name.kind !== 'literal' || typeof name.value !== 'string') throw new ExpressionError('the name of a step is written out: steps.NAME or steps["NAME"]', name.at);
    const field = this.key(`steps.${name.value}`);
    const known = field.kind === 'literal' ? stepFields.find((one) => one === field.value) : undefined;
    if (known === undefined) throw new ExpressionError(`a step has ${stepFields.join(', ')}${field.kind === 'literal' && typeof field.value === 'string' ? didYouMean(field.value, stepFields) : ''}`, field.at);
    return { kind: 'step', name: name.value, field: known, at };
  }

  /** `.key` or `["key"]`. */
  private key(of: string): Expression {
    if (this.take('.') !== null) return this.name(`a key of ${of}`);
    if (this.take('[') !== null) return this.closed(']');
    throw this.unexpected(`\`.\` and a key of ${of}`);
  }

  private name(what: string): Expression {
    const token = this.next();
    if (token.kind !== 'word') throw this.unexpected(what);
    this.position += 1;
    return { kind: 'literal', value: token.value, at: token.at };
  }

  private items(): Expression[] {
    if (this.take(']') !== null) return [];
    return this.deeper(() => {
      const items = [this.any()];
      while (this.take(',') !== null) items.push(this.any());
      this.expect(']');
      return items;
    });
  }

  private closed(by: ')' | ']'): Expression {
    return this.deeper(() => {
      const inside = this.any();
      this.expect(by);
      return inside;
    });
  }

  private deeper<Result>(read: () => Result): Result {
    this.depth += 1;
    if (this.depth > limits.depth) throw new ExpressionError(`the expression is nested more than ${limits.depth} levels deep`, this.next().at);
    const result = read();
    this.depth -= 1;
    return result;
  }

  private next(): Token {
    return this.tokens[this.position] ?? { kind: 'end', value: 'the end', at: 0 };
  }

  /** The place of the next token when it is this sign or word, which is then behind; else null. */
  private take(value: string): number | null {
    const token = this.next();
    if ((token.kind !== 'sign' && token.kind !== 'word') || token.value !== value) return null;
    this.position += 1;
    return token.at;
  }

  private expect(value: string): void {
    if (this.take(value) === null) throw this.unexpected(`\`${value}\``);
  }

  private unexpected(wanted: string): ExpressionError {
    const token = this.next();
    return new ExpressionError(`expected ${wanted}, found ${token.kind === 'end' ? 'the end' : JSON.stringify(token.value)}`, token.at);
  }
}
