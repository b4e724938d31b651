import type { Json } from '../json-value.js';
import { ExpressionError, MissingValue } from './error.js';
import { limits } from './limits.js';
import type { Scope } from './scope.js';
import type { ArithmeticOperator, ComparisonOperator, Expression, StepField } from './tree.js';

/**
 * The value of an expression. Nothing is converted: `and`, `or` and `not` want true or false, order is of two numbers or
 * two texts, so that null, 0, false and '' are never taken for one another. Throws {@link ExpressionError}.
 */
export function evaluate(expression: Expression, scope: Scope): Json {
  return new Evaluation(scope).value(expression);
}

/** The value of a condition. Throws {@link ExpressionError}, also when it is neither true nor false. */
export function isTrue(expression: Expression, scope: Scope): boolean {
  const value = evaluate(expression, scope);
  if (typeof value !== 'boolean') throw new ExpressionError(`a condition is true or false; this is ${kindOf(value)}`, expression.at);
  return value;
}

class Evaluation {
  private readonly scope: Scope;
  private steps = 0;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  value(expression: Expression): Json {
    this.count(expression.at);
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'list':
        return expression.items.map((item) => this.value(item));
      case 'step':
        return this.step(expression.name, expression.field, expression.at);
      case 'input':
        return this.absent('there is no input; ask defined(input) first', expression.at, this.scope.input());
      case 'state': {
        const key = this.text(expression.key, 'a key of the state');
        return this.absent(`the state has no key ${JSON.stringify(key)}; ask defined(state.…) first`, expression.at, this.scope.state(key));
      }
      case 'member':
        return this.member(this.value(expression.of), this.value(expression.key), expression.at);
      case 'defined':
        return this.isDefined(expression.of);
      case 'not':
        return !this.truth(expression.of);
      case 'negative':
        return this.finite(-this.number(this.value(expression.of), expression.of.at), expression.at);
      case 'and':
        return this.truth(expression.left) && this.truth(expression.right);
      case 'or':
        return this.truth(expression.left) || this.truth(expression.right);
      case 'comparison':
        return this.compare(expression.operator, this.value(expression.left), this.value(expression.right), expression.at);
      case 'arithmetic':
        return this.arithmetic(expression.operator, this.value(expression.left), this.value(expression.right), expression.at);
    }
  }

  private step(name: string, field: StepField, at: number): Json {
    const value = this.scope.step(name, field);
    if (value === undefined) throw new MissingValue(this.scope.whyNot(name, field), at);
    return value;
  }

  private absent(why: string, at: number, value: Json | undefined): Json {
    if (value === undefined) throw new MissingValue(why, at);
    return value;
  }

  private isDefined(of: Expression): boolean {
    try {
      this.value(of);
      return true;
    } catch (error) {
      if (error instanceof MissingValue) return false;
      throw error;
    }
  }

  private member(of: Json, key: Json, at: number): Json {
    if (Array.isArray(of)) {
      if (typeof key !== 'number' || !Number.isInteger(key)) throw new ExpressionError(`a place in a list is a whole number, not ${kindOf(key)}`, at);
      return this.absent(`the list has ${of.length} entries and none at ${key}`, at, of.at(key));
    }
    if (typeof of !== 'object' || of === null) throw new MissingValue(`${kindOf(of)} has no members`, at);
    if (typeof key !== 'string') throw new ExpressionError(`a key is a text, not ${kindOf(key)}`, at);
    return this.absent(`there is no key ${JSON.stringify(key)}`, at, Object.hasOwn(of, key) ? of[key] : undefined);
  }

  private compare(operator: ComparisonOperator, left: Json, right: Json, at: number): boolean {
    switch (operator) {
      case '==':
        return this.equal(left, right, at);
      case '!=':
        return !this.equal(left, right, at);
      case 'in':
        return this.holds(right, left, at);
      case 'not in':
        return !this.holds(right, left, at);
      default:
        return this.ordered(operator, left, right, at);
    }
  }

  private ordered(operator: '<' | '<=' | '>' | '>=', left: Json, right: Json, at: number): boolean {
    if (!((typeof left === 'number' && typeof right === 'number') || (typeof left === 'string' && typeof right === 'string'))) {
      throw new ExpressionError(`${operator} compares two numbers or two texts, not ${kindOf(left)} and ${kindOf(right)}`, at);
    }
    if (operator === '<') return left < right;
    if (operator === '<=') return left <= right;
    return operator === '>' ? left > right : left >= right;
  }

  private holds(whole: Json, part: Json, at: number): boolean {
    if (Array.isArray(whole)) return whole.some((item) => this.equal(item, part, at));
    if (typeof part === 'string' && typeof whole === 'string') return whole.includes(part);
    if (typeof part === 'string' && typeof whole === 'object' && whole !== null) return Object.hasOwn(whole, part);
    throw new ExpressionError(`in looks for a value in a list, a text in a text or a key in a table, not for ${kindOf(part)} in ${kindOf(whole)}`, at);
  }

  /** As jsonEqual, with every comparison counted. */
  private equal(left: Json, right: Json, at: number): boolean {
    this.count(at);
    if (left === right) return true;
    if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null || Array.isArray(left) !== Array.isArray(right)) return false;
    const keys = Object.keys(left);
    const [one, other] = [left as Record<string, Json>, right as Record<string, Json>];
    return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(other, key) && this.equal(one[key] ?? null, other[key] ?? null, at));
  }

  private arithmetic(operator: ArithmeticOperator, left: Json, right: Json, at: number): Json {
    if (operator === '+' && typeof left === 'string' && typeof right === 'string') {
      if (left.length + right.length > limits.text) throw new ExpressionError(`the text would be longer than ${limits.text} characters`, at);
      return left + right;
    }
    const [one, other] = [this.number(left, at), this.number(right, at)];
    switch (operator) {
      case '+':
        return this.finite(one + other, at);
      case '-':
        return this.finite(one - other, at);
      case '*':
        return this.finite(one * other, at);
      case '/':
      case '%':
        if (other === 0) throw new ExpressionError('division by zero', at);
        return this.finite(operator === '/' ? one / other : one % other, at);
    }
  }

  private truth(of: Expression): boolean {
    const value = this.value(of);
    if (typeof value !== 'boolean') throw new ExpressionError(`and, or and not want true or false, not ${kindOf(value)}`, of.at);
    return value;
  }

  private text(of: Expression, what: string): string {
    const value = this.value(of);
    if (typeof value !== 'string') throw new ExpressionError(`${what} is a text, not ${kindOf(value)}`, of.at);
    return value;
  }

  private number(value: Json, at: number): number {
    if (typeof value !== 'number') throw new ExpressionError(`arithmetic wants numbers, not ${kindOf(value)}`, at);
    return value;
  }

  private finite(value: number, at: number): number {
    if (!Number.isFinite(value)) throw new ExpressionError('the result is too large', at);
    return value === 0 ? 0 : value;
  }

  private count(at: number): void {
    this.steps += 1;
    if (this.steps > limits.steps) throw new ExpressionError(`takes more than ${limits.steps} steps`, at);
  }
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a table';
  if (typeof value === 'string') return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value)}`;
  return typeof value === 'number' ? `the number ${value}` : String(value);
}
