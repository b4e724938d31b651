import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/core/config/parse.js';
import { ExpressionError } from '../../../src/core/expression/error.js';
import type { Json } from '../../../src/core/json-value.js';
import { plan } from '../../../src/core/pipeline/graph/plan.js';
import { begin } from '../../../src/core/pipeline/machine/begin.js';
import { complete } from '../../../src/core/pipeline/machine/complete.js';
import { ready } from '../../../src/core/pipeline/machine/ready.js';
import { start } from '../../../src/core/pipeline/machine/start.js';
import { problemsOf } from '../config/problems-of.js';

/** The settings of a step behind one that left these. */
function fill(settings: Json): Json {
  const machine = start(plan([{ type: 'noop', name: 'before' }, { type: 'own', with: settings }]), { run: 'r' }, 0);
  begin(machine, 'before', 0);
  complete(machine, 'before', { kind: 'done', output: { x: [1, 2] }, writes: [['n', 3], ['text', 'now {{state.n}}'], ['none', null]] }, 0);
  const [work] = ready(machine, 0);
  if (work === undefined) throw new Error('it is not ready');
  return work.settings;
}

describe('settings of a step', () => {
  it('get the value where the text is one expression, and text where it is more', () => {
    expect(fill({ a: '{{state.n}}', b: ['{{ input }}', 'n={{state.n * 2}} in {{steps.before.output.x[1]}}, {{state.none}}'], c: 5, d: '{{state.none}}', e: '{{state.n}}{{state.n}}', f: 'plain } { text' })).toEqual({ a: 3, b: [{ x: [1, 2] }, 'n=6 in 2, null'], c: 5, d: null, e: '33', f: 'plain } { text' });
  });

  it('are not looked at again once filled in', () => {
    expect(fill(['{{state.text}}', 'so: {{state.text}}'])).toEqual(['now {{state.n}}', 'so: now {{state.n}}']);
  });

  it('fail where nothing is there', () => {
    expect(() => fill({ deep: ['x {{state.gone}}'] })).toThrow(ExpressionError);
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
    [own('[[steps]]\ntype = "floor"\nwith = { a = ["x {{stat.n}}"] }'), /^perfloop\.toml:5: steps\[0\]\.with\.a\[0\]: `stat` is unknown; did you mean state\?/],
    [own('[[steps]]\ntype = "floor"\nwith = { a = "{{steps.later.count}}" }\n[[steps]]\ntype = "noop"\nname = "later"'), /^perfloop\.toml:5: steps\[0\]\.with\.a: asks about `later`, which `floor` does not need/],
    [own('[[steps]]\ntype = "floor"\ncommand = "make"'), /^perfloop\.toml:5: steps\[0\]\.command: is nothing that a step of type floor takes; command, analyze, benchmark do$/],
    ['[[steps]]\ntype = "noop"\nwith = { a = 1 }', /^perfloop\.toml:3: steps\[0\]\.with: is nothing that a step of type noop takes; only types of \[step_types\] do$/],
  ])('are refused: %s', (text, why) => {
    expect(problemsOf(text)).toContainEqual(expect.stringMatching(why));
  });
});
