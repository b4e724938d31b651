import { describe, expect, it } from 'vitest';
import { parseConfig, wantedStepFiles } from '../../../src/core/config/parse.js';
import type { Config } from '../../../src/core/config/schema.js';
import { PerfloopError } from '../../../src/core/errors.js';
import { mermaid } from '../../../src/core/pipeline/graph/mermaid.js';
import { listedSteps } from '../../../src/core/pipeline/listed.js';
import { planOf } from '../../../src/core/pipeline/plan-of.js';

function parse(files: Record<string, string>, config = 'perfloop.toml'): Config {
  const texts = new Map(Object.entries(files).filter(([path]) => path !== config).map(([path, text]) => [path, { text }] as const));
  return parseConfig(files[config] ?? '', config, { config, texts, shown: (path) => path });
}

function problems(files: Record<string, string>, config?: string): readonly string[] {
  try {
    parse(files, config);
  } catch (error) {
    if (error instanceof PerfloopError) return error.problems;
    throw error;
  }
  throw new Error('accepted');
}

const file = (path: string, more = ''): string => `[[steps]]\ntype = "pipeline"\nfile = "${path}"\n${more}\n`;
const noop = (name: string, more = ''): string => `[[steps]]\ntype = "noop"\nname = "${name}"\n${more}\n`;

describe('a file of steps', () => {
  it('stands in the place of its group, under names of its own each time it is used', () => {
    const config = parse({
      'perfloop.toml': `${file('steps/polish.toml', 'name = "first"')}${file('steps/polish.toml', 'name = "second"\nwhen = "steps[\\"first.b\\"].status == \'success\'"')}${noop('last')}`,
      'steps/polish.toml': `${noop('a')}${noop('b', 'needs = ["a"]\nwhen = "steps.a.count + steps[\'a\'].count > 1 and state.steps.a != 1"\nnext = [{ to = "a", when = "steps.b.count < 3" }, { to = "second", when = "false" }]')}`,
    });
    expect(listedSteps(config).map(({ name, needs, when, within }) => [name, needs, when, within])).toEqual([
      ['first', [], null, null],
      ['first.a', [], null, 'first'],
      ['first.b', ['first.a'], `steps["first.a"].count + steps["first.a"].count > 1 and state.steps.a != 1`, 'first'],
      ['second', ['first'], `steps["first.b"].status == 'success'`, null],
      ['second.a', [], null, 'second'],
      ['second.b', ['second.a'], `steps["second.a"].count + steps["second.a"].count > 1 and state.steps.a != 1`, 'second'],
      ['last', ['second'], null, null],
    ]);
    expect(config.steps[0]).toMatchObject({ file: 'steps/polish.toml', steps: [{}, { next: [{ to: 'first.a', when: 'steps["first.b"].count < 3' }, { to: 'second' }] }] });
    expect(mermaid(planOf(config))).toContain('subgraph n1["first (pipeline)"]');
  });

  it('asks a person about its own steps, and hands them to functions', () => {
    const config = parse({ 'perfloop.toml': `[step_types.own]\nmodule = "a.mjs"\n${file('a.toml', 'name = "g"')}`, 'a.toml': `${noop('x')}[[steps]]\ntype = "approve"\nquestion = "x ran {{steps.x.count}} times, {{state.steps}}, steps.x?"\n[[steps]]\ntype = "own"\n[steps.with]\nrows = [{ a = "{{ steps.x.count }}" }]\n` });
    expect(config.steps[0]?.steps?.[1]).toMatchObject({ name: 'g.approve', question: 'x ran {{steps["g.x"].count}} times, {{state.steps}}, steps.x?' });
    expect(config.steps[0]?.steps?.[2]).toMatchObject({ name: 'g.own', with: { rows: [{ a: '{{ steps["g.x"].count }}' }] } });
  });

  it('names further files from where it is, up to the top of the repository', () => {
    const config = parse({
      'app/perfloop.toml': file('../steps/outer.toml', 'name = "o"'),
      'steps/outer.toml': `${noop('x')}[[steps]]\ntype = "parallel"\nname = "p"\n[[steps.steps]]\ntype = "pipeline"\nname = "i"\nfile = "deep/inner.toml"\n`,
      'steps/deep/inner.toml': noop('y', 'next = [{ to = "x", when = "steps.y.count < 2" }]'),
    }, 'app/perfloop.toml');
    expect(listedSteps(config).map(({ name, within }) => [name, within])).toEqual([['o', null], ['o.x', 'o'], ['o.p', 'o'], ['o.i', 'o.p'], ['o.i.y', 'o.i']]);
    expect(config.steps[0]?.steps?.[1]?.steps?.[0]).toMatchObject({ file: 'steps/deep/inner.toml', steps: [{ next: [{ to: 'o.x', when: 'steps["o.i.y"].count < 2' }] }] });
  });

  it.each(['../x.toml', '/etc/passwd', '~/x.toml', 'a/../../x.toml', '.git/config', '..\\\\x.toml', './'])('is never outside of the repository: %s', (path) => {
    expect(problems({ 'perfloop.toml': file(path) })).toEqual([expect.stringContaining('perfloop.toml:3: steps[0].file: must be a file of the repository')]);
  });

  it('has its mistakes told with its own lines, once, together with all others', () => {
    const told = problems({
      'perfloop.toml': `loop.ronds = 1\n${file('a.toml', 'name = "one"')}${file('a.toml', 'name = "two"')}${file('gone.toml', 'name = "three"')}${file('broken.toml', 'name = "four"')}`,
      'a.toml': `stepz = 1\n${noop('x', 'tiemout = 3')}[[steps]]\ntype = "command"\n[[steps.steps]]\ntype = "nop"\n`,
      'broken.toml': '[[steps]]\ntype = \n',
    });
    expect(told).toEqual([
      expect.stringMatching(/^perfloop\.toml:1: loop\.ronds: unknown key; did you mean rounds/),
      expect.stringMatching(/^a\.toml:1: stepz: unknown key; did you mean steps\?; a file of steps has \[\[steps\]\] alone$/),
      expect.stringMatching(/^a\.toml:5: steps\[0\]\.tiemout: unknown key; did you mean timeout\?/),
      expect.stringMatching(/^a\.toml:6: steps\[1\]\.command: is missing/),
      expect.stringMatching(/^a\.toml:8: steps\[1\]\.steps: is nothing that a step of type command takes/),
      expect.stringMatching(/^a\.toml:9: steps\[1\]\.steps\[0\]\.type: expected one of .*; did you mean noop\?$/),
      expect.stringMatching(/^broken\.toml:2: is not valid TOML: the value after `=` is missing/),
      expect.stringContaining('gone.toml: is a file of steps that was not given'),
    ]);
  });

  it('is whole with the others: what the graph says of its steps has its lines', () => {
    expect(problems({ 'perfloop.toml': file('a.toml', 'name = "g"'), 'a.toml': `${noop('x', 'needs = ["y"]')}${noop('y', 'needs = ["x"]')}` })).toEqual(['a.toml:4: steps[0].needs: steps need each other in a cycle: g.x -> g.y -> g.x (each needs the next)']);
    expect(problems({ 'perfloop.toml': file('a.toml', 'name = "g"'), 'a.toml': `${noop('x')}${noop('y', 'when = "steps.z.count > 0"')}` })).toEqual([expect.stringMatching(/^a\.toml:8: steps\[1\]\.when: there is no step `z`/)]);
  });

  it('within itself is refused with the cycle', () => {
    expect(problems({ 'perfloop.toml': file('steps/a.toml'), 'steps/a.toml': `${noop('x')}${file('b.toml')}`, 'steps/b.toml': file('../steps/./a.toml') })).toEqual(['steps/b.toml:3: steps[0].file: names a file that it is within: steps/a.toml → steps/b.toml → steps/a.toml']);
    expect(problems({ 'perfloop.toml': file('perfloop.toml') })).toEqual(['perfloop.toml:3: steps[0].file: names a file that it is within: perfloop.toml → perfloop.toml']);
  });

  it('is no deeper than eight files, has at most 10,000 steps with all others, and ends quickly where each names the next twice', () => {
    const chain = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`f${at}.toml`, file(`f${at + 1}.toml`, `name = "g${at}"`)]));
    expect(problems({ 'perfloop.toml': file('f0.toml'), ...chain })).toEqual([expect.stringContaining('f7.toml:3: steps[0].file: files of steps are within each other more than 8 deep: perfloop.toml → f0.toml → f1.toml')]);
    const many = Array.from({ length: 4000 }, (_, at) => noop(`s${at}`)).join('');
    expect(problems({ 'perfloop.toml': ['a', 'b', 'c'].map((name) => file('many.toml', `name = "${name}"`)).join(''), 'many.toml': many })).toEqual([expect.stringContaining('has more than 10000 steps; a file that is used several times counts as often')]);
    const doubling = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`d${at}.toml`, Array.from({ length: 40 }, (_, name) => file(`d${at + 1}.toml`, `name = "g${name}"`)).join('')]));
    expect(problems({ 'perfloop.toml': file('d0.toml'), ...doubling, 'd8.toml': noop('x') })[0]).toContain('has more than 10000 steps');
  });

  it('is the whole of its group, and has steps', () => {
    expect(problems({ 'perfloop.toml': `${file('a.toml', 'steps = [{ type = "noop" }]')}${file('empty.toml', 'name = "e"')}[[steps]]\ntype = "race"\nfile = "a.toml"\n`, 'a.toml': noop('x'), 'empty.toml': '' })).toEqual([
      expect.stringContaining('perfloop.toml:3: steps[0].file: there are `steps` too'),
      expect.stringContaining('perfloop.toml:9: steps[2].steps: is missing'),
      expect.stringContaining('perfloop.toml:11: steps[2].file: is nothing that a step of type race takes; only pipeline does'),
      'empty.toml: has no [[steps]]',
    ]);
  });

  it('is asked for before it is read, as far as it is known', () => {
    const texts = new Map([['a.toml', { text: `${file('b.toml')}${file('c.toml')}` }]]);
    expect(wantedStepFiles(file('a.toml'), { config: 'perfloop.toml', texts, shown: (path) => path })).toEqual(['b.toml', 'c.toml']);
    expect(wantedStepFiles('no = = toml', { config: 'perfloop.toml', texts, shown: (path) => path })).toEqual([]);
  });
});
