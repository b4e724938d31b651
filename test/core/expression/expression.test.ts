import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../../src/core/expression/error.js';
import { evaluate, isTrue } from '../../../src/core/expression/evaluate.js';
import { parseExpression } from '../../../src/core/expression/parse.js';
import type { Scope } from '../../../src/core/expression/scope.js';
import { referencedSteps } from '../../../src/core/expression/tree.js';
import type { Json } from '../../../src/core/json-value.js';

const outputs: Record<string, Json> = { bench: { qps: 120.5, 'Recall@10': 0.97, runs: [3, 1, 2] }, empty: null };
const state: Record<string, Json> = { best: 100, name: 'fast', 'odd key': true, none: null, nothing: 0, blank: '', no: false };
const scope: Scope = {
  step: (name, field) => (field === 'status' ? 'success' : field === 'output' ? outputs[name] : undefined),
  whyNot: (name, field) => `step \`${name}\` has no ${field}`,
  state: (key) => (Object.hasOwn(state, key) ? state[key] : undefined),
  input: () => ({ depth: 2 }),
};
const value = (text: string): Json => evaluate(parseExpression(text), scope);
const problem = (text: string): string => {
  try {
    return `gave ${JSON.stringify(value(text))}`;
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
};

describe('an expression', () => {
  it('reads results, state and input', () => {
    expect(value('steps.bench.output.qps')).toBe(120.5);
    expect(value('steps["bench"].output["Recall@10"] >= 0.9 and state.name == "fast"')).toBe(true);
    expect(value('steps.bench.output.runs[0] + steps.bench.output.runs[-1]')).toBe(5);
    expect(value("state['odd key']")).toBe(true);
    expect(value('input.depth * 2')).toBe(4);
    expect(value('steps.bench.status')).toBe('success');
  });

  it('binds as in Python: or, and, not, comparisons, sums, products, signs', () => {
    expect(value('true or false and false')).toBe(true);
    expect(value('not 1 == 2 and true')).toBe(true);
    expect(value('1 + 2 * 3 - 4 / 2 % 3')).toBe(5);
    expect(value('(1 + 2) * -3')).toBe(-9);
    expect(value('7 - 2 - 1')).toBe(4);
    expect(value('2 in [1, 2] and "b" not in "acd" and "qps" in steps.bench.output')).toBe(true);
    expect(value('steps.run-tests.status == "success"')).toBe(true);
  });

  it('is worked out as arithmetic is', () => {
    interface Sum {
      text: string;
      value: number;
    }
    const work: Record<string, (one: number, other: number) => number> = { '+': (one, other) => one + other, '-': (one, other) => one - other, '*': (one, other) => one * other };
    const leaf = fc.integer({ min: -50, max: 50 }).map((number): Sum => ({ text: String(number), value: number }));
    const { sum } = fc.letrec<{ sum: Sum }>((tie) => ({
      sum: fc.oneof({ depthSize: 'small' }, leaf, fc.tuple(tie('sum'), fc.constantFrom('+', '-', '*'), tie('sum')).map(([one, operator, other]): Sum => ({ text: `(${one.text} ${operator} ${other.text})`, value: work[operator]?.(one.value, other.value) ?? Number.NaN }))),
    }));
    fc.assert(
      fc.property(sum, ({ text, value: expected }) => {
        expect(value(text)).toBe(expected === 0 ? 0 : expected);
      }),
    );
  });

  it('keeps null, 0, false and the empty text apart', () => {
    expect(['none', 'nothing', 'blank', 'no'].map((key) => value(`state.${key}`))).toEqual([null, 0, '', false]);
    expect(value('state.none == state.nothing or state.nothing == state.no or state.blank == state.no')).toBe(false);
    expect(problem('state.nothing and true')).toBe('and, or and not want true or false, not the number 0 (at character 1)');
    expect(() => isTrue(parseExpression('state.none'), scope)).toThrow('a condition is true or false; this is null');
  });

  it('tells what is not there from what is null', () => {
    expect(value('defined(state.none) and defined(steps.empty.output) and not defined(state.gone)')).toBe(true);
    expect(value('defined(steps.bench.output.a.b) or defined(steps.bench.output.runs[9])')).toBe(false);
    expect(problem('state.gone == 1')).toBe('the state has no key "gone"; ask defined(state.…) first (at character 1)');
    expect(problem('1 + steps.other.output')).toBe('step `other` has no output (at character 5)');
    expect(problem('defined(1 / 0)')).toBe('division by zero (at character 11)');
  });

  it('does not evaluate what and and or do not need', () => {
    expect(value('defined(state.gone) and state.gone > 1')).toBe(false);
    expect(value('true or state.gone')).toBe(true);
  });

  it('says where it is wrong', () => {
    expect(problem('state.best = 1')).toBe('"=" means nothing here; write == to compare (at character 12)');
    expect(problem('1 < 2 < 3')).toBe('comparisons do not chain; write `a < b and b < c` (at character 7)');
    expect(problem('stat.best')).toContain('`stat` is unknown; did you mean state?');
    expect(problem('steps.bench.outputs')).toContain('a step has output, status, count, error; did you mean output?');
    expect(problem('steps[state.name].output')).toContain('the name of a step is written out');
    expect(problem('(1')).toBe('expected `)`, found the end (at character 3)');
    expect(problem('"abc')).toBe('the text that begins here has no closing " (at character 1)');
    expect(problem('1 2')).toBe('expected the end, found 2 (at character 3)');
    expect(problem('')).toBe('expected a value, found the end (at character 1)');
    expect(problem('"a" < 1')).toBe('< compares two numbers or two texts, not the text "a" and the number 1 (at character 5)');
  });

  it('reaches nothing but JSON', () => {
    for (const text of ['input.constructor', 'input.__proto__', 'state.toString', 'steps.bench.output.runs.length', '"a".length', 'steps.bench.output.hasOwnProperty']) expect(problem(text), text).not.toContain('gave');
    expect(value('"toString" in input or "__proto__" in input')).toBe(false);
    for (const text of ['process.exit()', 'require("fs")', 'input()', 'globalThis', 'a => a', '`x`', 'input;input']) expect(() => parseExpression(text), text).toThrow(ExpressionError);
  });

  it('is bounded, however large or hostile it is', () => {
    expect(problem('1 +'.repeat(5_000))).toBe('the expression has 15000 characters; at most 2000 are read (at character 2001)');
    expect(problem('('.repeat(1_999))).toContain('nested more than 50 levels deep');
    expect(problem(`${'not '.repeat(400)}true`)).toContain('nested more than 50 levels deep');
    expect(problem('-'.repeat(1_999))).toContain('nested more than 50 levels deep');
    expect(problem('['.repeat(1_999))).toContain('nested more than 50 levels deep');
    expect(value(`0${'+1'.repeat(999)}`)).toBe(999);
    expect(value(`input${'.a'.repeat(0)}.depth`)).toBe(2);
    expect(problem('1e999')).toContain('too large');
    expect(problem(`1${'*1e300'.repeat(3)}`)).toContain('too large');
    const large: Scope = { ...scope, input: () => Array.from({ length: 50_000 }, (_, index) => index) };
    expect(() => evaluate(parseExpression(Array.from({ length: 20 }, () => '-1 in input').join(' or ')), large)).toThrow('takes more than 100000 steps');
  });

  it('never throws anything but its own error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(fc.constantFrom('steps', '.a', 'output', '.', 'state', '[', ']', '(', ')', 'not', 'in', 'and', ' ', '1', '-', '"x"', '==', ',', 'defined', 'input')).map((parts) => parts.join(' '))), (text) => {
        expect(typeof problem(text)).toBe('string');
      }),
    );
  });

  it('tells which steps it asks about', () => {
    expect([...referencedSteps(parseExpression('defined(steps.a.output) and [steps.b.count, -steps.c.count][0] == state[steps.a.output]')).keys()].sort()).toEqual(['a', 'b', 'c']);
  });
});
