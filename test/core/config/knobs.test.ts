import { describe, expect, it } from 'vitest';
import { knobSearchOf } from '../../../src/core/config/knob-search.js';
import { parseConfig } from '../../../src/core/config/parse.js';
import { valuesOf } from '../../../src/core/knobs/declared-values.js';
import { problemsOf } from './problems-of.js';

const knob = (rest: string): string => `[[knobs]]\nname = "k"\n${rest}`;

describe('[[knobs]]', () => {
  it.each([
    [knob('range = [1, 9]'), 'knobs[0].file: is missing: say where the value stands'],
    [knob('file = "a.c"\nrange = [1, 9]'), 'knobs[0].pattern: is missing: it says where in the file'],
    [knob('file = "a.c"\npattern = "(a)"\nenv = "A"\nrange = [1, 9]'), 'knobs[0].env: a knob is in a file or in the environment'],
    [knob('env = "A"'), 'knobs[0].range: is missing: say which values to try'],
    [knob('env = "A"\nrange = [1, 9]\nchoices = [1, 2]'), 'knobs[0].choices: there is a `range` too'],
    [knob('env = "A"\nchoices = [1, 2]\nstep = 2'), 'knobs[0].step: belongs to a `range`'],
    [knob('env = "A"\nchoices = [1, 2]\nscale = "log"'), 'knobs[0].scale: belongs to a `range`'],
    [knob('env = "A"\nrange = [9, 1]'), 'knobs[0].range: the first number must be below the second'],
    [knob('env = "A"\nrange = [0, 9]\nscale = "log"'), 'knobs[0].range: must begin above 0'],
    [knob('env = "A"\nrange = [1, 9]\nscale = "log"\nstep = 1'), 'knobs[0].step: is a factor'],
    [knob('env = "A"\nrange = [1, 1000000]\nstep = 0.001'), 'knobs[0].step: gives more than 32 values'],
    [knob('env = "A"\nrange = [1, 1e300]\nscale = "log"\nstep = 1.01'), 'knobs[0].step: gives more than 32 values'],
    [knob('env = "A=B"\nchoices = [1, 2]'), 'knobs[0].env: is not a name for an environment variable'],
    [knob("file = 'a.c'\npattern = 'a'\nchoices = [1, 2]"), 'knobs[0].pattern: has no group: put the value into parentheses'],
    [`${knob('env = "A"\nchoices = [1, 2]')}\n${knob('env = "B"\nchoices = [1, 2]')}`, 'knobs[1].name: two knobs are named "k"'],
    ['[propose.knobs]\nresults_changing = true', 'propose.knobs.results_changing: results that may differ have to be compared'],
    ['[propose.knobs]\nkinds = ["flags"]', 'propose.knobs.kinds[0]: expected one of'],
  ])('%s is refused', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    [{ range: [8, 64] as [number, number], scale: 'log' as const }, ['8', '16', '32', '64']],
    [{ range: [10, 50] as [number, number], scale: 'log' as const }, ['10', '20', '40', '50']],
    [{ range: [1, 5] as [number, number], step: 2 }, ['1', '3', '5']],
    [{ range: [0, 0.3] as [number, number], step: 0.1 }, ['0', '0.1', '0.2', '0.3']],
    [{ range: [1, 4] as [number, number] }, ['1', '2', '3', '4']],
    [{ choices: ['a', 2, 'a'] }, ['a', '2']],
  ])('%j are the values %j', (declared, values) => {
    expect(valuesOf(declared)).toEqual(values);
  });
});

describe('whether knobs are searched', () => {
  it.each([
    ['', false],
    ['[propose.knobs]', true],
    ['[propose.knobs]\nenabled = false', false],
    [knob('env = "A"\nchoices = [1, 2]'), true],
    [`[propose.knobs]\nenabled = false\n${knob('env = "A"\nchoices = [1, 2]')}`, false],
  ])('%j: %s', (text, isSearched) => {
    expect(knobSearchOf(parseConfig(text, 'perfloop.toml')) !== null).toBe(isSearched);
  });

  it('is not by a config of an earlier version', () => {
    const { knobs: _none, ...earlier } = parseConfig('', 'perfloop.toml');
    expect(knobSearchOf(earlier)).toBeNull();
  });
});
