import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/core/config/parse.js';
import { configSchema } from '../../../src/core/config/schema.js';
import { dottedKeys } from '../../../src/core/config/introspect.js';
import { PerfloopError } from '../../../src/core/errors.js';
import { errorOf } from './problems-of.js';

describe('a syntax error', () => {
  it.each([
    ['[a]\nx =\ny = 2', 2, 'in `x =`'],
    ['[a]\nx = # later\n\ny = 2', 2, 'in `x = # later`'],
    ['[loop\n', 1, 'a [table] header needs its `]`'],
    ['[loop\nrounds = 1', 1, 'a [table] header needs its `]`'],
    ['[a]\nx = "abc\ny = 2', 2, 'a string has no closing quote'],
    ['x = 1\nx = 2', 2, 'this key or table is there twice'],
    ['x = 1\n\ny 2', 3, 'there is no `=` after the key'],
    ['x = 1 y = 2', 1, 'there is something after the end of the value'],
    ['a = 1\n"__proto__" = 2', 2, 'the key __proto__ is not allowed'],
  ])('%j names line %i', (text, line, message) => {
    const error = errorOf(text);
    expect(error.code).toBe('PL_CONFIG_SYNTAX');
    expect(error.where).toBe(`perfloop.toml:${line}`);
    expect(error.problems[0]).toContain(message);
  });
});

describe('a hostile file', () => {
  it.each([
    ['50,000 nested lists', `a = ${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'nested'],
    ['20 nested lists', `a = ${'['.repeat(20)}${']'.repeat(20)}`, 'nested deeper than 16 levels'],
    ['20 nested inline tables', `${'a = {'.repeat(20)}${'}'.repeat(20)}`, 'nested deeper than 16 levels'],
    ['a key of 100,000 parts', `${'a.'.repeat(100_000)}a = 1`, 'nested'],
    ['a header of 1,000 parts', `[${'a.'.repeat(1000)}a]`, 'nested deeper than 16 levels'],
    ['a string of 250,000 letters', `a = "${'x'.repeat(250_000)}"`, 'too long'],
  ])('with %s is refused as such', (_what, text, message) => {
    const error = errorOf(text);
    expect(error.code).toBe('PL_CONFIG_SYNTAX');
    expect(error.message).toContain(message);
  });

  it('with megabytes is not read, and is not said to be no TOML', () => {
    const error = errorOf('#'.repeat(3_000_000));
    expect([error.code, error.message]).toEqual(['PL_CONFIG_TOO_LARGE', 'perfloop.toml has 3000000 characters, and at most 2097152 are read']);
    expect(error.fix).not.toContain('line');
  });

  it.each([
    ['1 +'.repeat(5000), 'must be at most 2000 characters'],
    ['('.repeat(900), 'nested more than 50 levels deep'],
    ['state.constructor.constructor("return process")()', 'expected the end, found "("'],
    ['__proto__', '`__proto__` is unknown'],
    ["true; process.exit()", '";" means nothing here'],
    ['steps.b.output == 1', 'step'],
  ])('whose condition is %.20s is refused with its line', (when, message) => {
    const [problem, ...others] = errorOf(`[[steps]]\ntype = "noop"\nname = "a"\nneeds = []\n[[steps]]\ntype = "noop"\nname = "b"\nneeds = ["a"]\nwhen = ${JSON.stringify(when)}\n`).problems;
    expect([problem, others]).toEqual([expect.stringMatching(/^perfloop\.toml:9: steps\[1\]\.when: /), []]);
    expect(problem).toContain(message);
  });

  it('with thousands of mistakes gets the first ones and a count', () => {
    const error = errorOf(Array.from({ length: 5000 }, (_, position) => `k${position} = 1`).join('\n'));
    expect(error.problems).toHaveLength(51);
    expect(error.problems[50]).toBe('and 4950 more');
  });

  it('with thousands of large patterns compiles none of them', () => {
    const error = errorOf(Array.from({ length: 4000 }, (_, position) => `[[metrics]]\nname = "m${position}"\npattern = '(\\pL{999}.{999})'`).join('\n'));
    expect(error.problems).toEqual([expect.stringContaining('metrics: must be at most 50 entries, got 4000')]);
  });
});

function throwsOnlyExpected(text: string): void {
  try {
    parseConfig(text, 'perfloop.toml');
  } catch (error) {
    if (!(error instanceof PerfloopError)) throw error;
    expect(['PL_CONFIG_INVALID', 'PL_CONFIG_SYNTAX']).toContain(error.code);
    expect(error.problems.length).toBeGreaterThan(0);
    for (const problem of error.problems) expect(problem).not.toMatch(/undefined|\[object/);
  }
}

describe('parseConfig never throws anything but its own errors', () => {
  it('on arbitrary text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), throwsOnlyExpected), { numRuns: 500 });
  });

  it('on text made of pieces of TOML', () => {
    const piece = fc.constantFrom('[', ']', '[[', ']]', '{', '}', '=', ' = ', '.', ',', '\n', '"', "'", '"""', "'''", '#', '1', '-', '1e9', 'nan', 'inf', 'true', '1979-05-27', '0x', '\\u', '\uD800', 'a', 'loop', 'metrics', 'steps', 'commands', 'name', 'constructor', 'toString', '__proto__');
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')), throwsOnlyExpected), { numRuns: 2000 });
  });

  it('on known keys with unexpected values', () => {
    const value = fc.constantFrom('1', '-1', '""', '"x"', 'true', '[]', '[[]]', '{}', '[{}]', 'nan', 'inf', '1979-05-27', '99999999999999999999', '{ run = 1 }', '{ run = "x" }', '["a", 1]', '[{ name = "a" }]', '[{ type = "learn" }, 3]');
    const keys = fc.uniqueArray(fc.constantFrom(...dottedKeys(configSchema), 'commands.env', 'x', 'toString', 'loop.constructor'), { maxLength: 6 });
    fc.assert(
      fc.property(keys.chain((chosen) => fc.tuple(...chosen.map((key) => value.map((text) => `${key} = ${text}`)))), (lines) => throwsOnlyExpected(lines.join('\n'))),
      { numRuns: 2000 },
    );
  });
});
