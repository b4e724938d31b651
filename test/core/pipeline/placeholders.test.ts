import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/core/config/parse.js';
import type { Json } from '../../../src/core/json-value.js';
import { filledSettings, memberOf, NothingThere } from '../../../src/core/pipeline/placeholders.js';
import { problemsOf } from '../config/problems-of.js';

const there: { [name: string]: Json } = { 'state.a.b': 3, input: { x: [1, 2] }, 'state.text': 'now {{state.a.b}}', 'state.none': null };
const fill = (settings: Json): Json => filledSettings(settings, (name) => there[name]);

describe('settings with placeholders', () => {
  it('get the value where the text is one placeholder, and text where it is more', () => {
    expect(fill({ a: '{{state.a.b}}', b: ['{{ input }}', 'n={{state.a.b}} in {{input}}, {{state.none}}'], c: 5, d: '{{state.none}}', e: '{{state.a.b}}{{state.a.b}}', f: '{{}}' })).toEqual({ a: 3, b: [{ x: [1, 2] }, 'n=3 in {"x":[1,2]}, null'], c: 5, d: null, e: '33', f: '{{}}' });
  });

  it('are not looked at again once filled in', () => {
    expect(fill(['{{state.text}}', 'so: {{state.text}}'])).toEqual(['now {{state.a.b}}', 'so: now {{state.a.b}}']);
  });

  it('fail where nothing is there', () => {
    expect(() => fill({ deep: ['x {{state.gone}}'] })).toThrow(NothingThere);
    expect(memberOf({ a: { b: 0 } }, ['a', 'b'])).toBe(0);
    expect([memberOf({ a: 1 }, ['a', 'b']), memberOf([1], ['length', 'x']), memberOf({}, ['constructor']), memberOf(undefined, ['a'])]).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('types of steps of the user', () => {
  const own = (more: string): string => `[step_types.floor]\nmodule = "tools/steps.mjs"\n${more}`;

  it('are types of steps with settings', () => {
    expect(parseConfig(own('[[steps]]\ntype = "floor"\nwith = { least = 3, seen = "{{input.a}}", list = [true, { x = 1.5 }] }\n'), 'f').steps[0]).toMatchObject({ type: 'floor', with: { least: 3, seen: '{{input.a}}', list: [true, { x: 1.5 }] } });
  });

  it.each([
    [own('[[steps]]\ntype = "flor"'), /^perfloop\.toml:4: steps\[0\]\.type: expected one of warmup, .*, noop, floor; got the string "flor"; did you mean floor\?$/],
    [own('[[steps]]\nname = "x"'), /^perfloop\.toml:3: steps\[0\]\.type: is missing; expected one of warmup/],
    ['[step_types.benchmark]\nmodule = "a.mjs"', /^perfloop\.toml:1: step_types\.benchmark: is a type of perfloop, which keeps its meaning; choose another name$/],
    ['[step_types.Big-Name]\nmodule = "a.mjs"', /^perfloop\.toml:1: step_types\.Big-Name: must start with a lower-case letter/],
    ['[step_types.a]\nmodule = "../a.mjs"', /step_types\.a\.module: must not leave the repository/],
    ['[step_types.a]\nmodul = "a.mjs"', /^perfloop\.toml:2: step_types\.a\.modul: unknown key; did you mean module\?/],
    [own('[[steps]]\ntype = "floor"\nwith = { a = ["x {{state}}"] }'), /^perfloop\.toml:5: steps\[0\]\.with\.a\[0\]: asks for \{\{state\}\}, which is nothing; did you mean state\.KEY\?/],
    [own('[[steps]]\ntype = "floor"\ncommand = "make"'), /^perfloop\.toml:5: steps\[0\]\.command: is nothing that a step of type floor takes; command, analyze, benchmark do$/],
    ['[[steps]]\ntype = "noop"\nwith = { a = 1 }', /^perfloop\.toml:3: steps\[0\]\.with: is nothing that a step of type noop takes; only types of \[step_types\] do$/],
  ])('are refused: %s', (text, why) => {
    expect(problemsOf(text)).toContainEqual(expect.stringMatching(why));
  });
});
