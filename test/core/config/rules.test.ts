import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/core/config/parse.js';
import { problemsOf } from './problems-of.js';

const metric = (rest: string): string => `[[metrics]]\nname = "m"\n${rest}`;

const several = (first: string): string => `${first}\n[[benchmarks]]\nname = "a"\nrun = "x"\n[[benchmarks]]\nname = "b"\nrun = "y"`;

describe('a pattern', () => {
  it.each([
    ['(?=a)(b)', 'has no lookahead or lookbehind'],
    ['(?<!a)(b)', 'has no lookahead or lookbehind'],
    [String.raw`(a)\1`, 'has no back-references'],
    ['(?>a)', 'has no atomic groups'],
    ['[z', 'missing closing ]: `[z`'],
    ['(a', 'missing closing ): `(a`'],
    ['abc', 'has no group'],
    ['(?:abc)', 'has no group'],
    ['(a)(b)', 'has 2 groups, and must have one'],
    ['(a{1001})', 'invalid repeat count'],
    ['(.{999}.{999}.{999}.{999}.{999}.{999}.{999}.{999}.{999}.{999}.{999})', 'is too large'],
  ])('%s is refused, and says why', (pattern, why) => {
    const problems = problemsOf(metric(`pattern = '${pattern}'`));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('perfloop.toml:3: metrics[0].pattern: ');
    expect(problems[0]).toContain(why);
  });

  it.each(['(a+)+$', '^(?P<v>[0-9.]+)$', String.raw`(?i)time:\s+(?:about )?(\d+)`])('%s is accepted', (pattern) => {
    expect(parseConfig(metric(`pattern = '${pattern}'`), 'f').metrics[0]?.pattern).toBe(pattern);
  });
});

describe('rules over several keys', () => {
  it.each([
    [metric("source = 'wall'\npattern = '(a)'"), '4: metrics[0].pattern: a metric with source = "wall" is taken from outside'],
    [metric("source = 'regex'"), '1: metrics[0].pattern: is missing'],
    [metric("match = 'last'"), '3: metrics[0].match: says which match of `pattern` counts'],
    [metric("source = 'memory'\npattern = '(a)'"), '4: metrics[0].pattern: a metric with source = "memory" is taken from outside'],
    [metric("goal = 'max'"), '3: metrics[0].goal: more wall time is never better'],
    [metric("source = 'cpu'\ngoal = 'max'"), '4: metrics[0].goal: more CPU time is never better'],
    [metric('floor = 2\nceiling = 1'), '3: metrics[0].floor: the floor 2 is above the ceiling 1'],
    [`${metric('')}\n${metric('')}`, '5: metrics[1].name: two metrics are named "m"'],
    [several('commands.benchmark = "x"'), '1: commands.benchmark: there are [[benchmarks]] too'],
    [`${several('')}\n[[benchmarks]]\nname = "a"\nrun = "x"`, '9: benchmarks[2].name: two benchmarks are named "a"'],
    [`${several('')}\n${metric('')}`, '8: metrics[0].benchmark: is missing: say which of the benchmarks a, b'],
    [`${several('')}\n${metric('benchmark = "c"')}`, '10: metrics[0].benchmark: there is no benchmark "c"; there are a, b'],
    [metric('benchmark = "c"'), '3: metrics[0].benchmark: there are no [[benchmarks]] to choose from'],
    [`${several('')}\n[[metrics]]\nname = "b"\nbenchmark = "a"`, '9: metrics[0].name: the wall time of the benchmark "b" has that name'],
    ['[check]\ncompare = "numbers"', '1: check: there is no `check` in [commands]'],
    ['commands.check = "x"\n[check]\ntolerance = 0.1', '3: check.tolerance: changes nothing here: it is for compare = "numbers"'],
    ['commands.check = "x"\n[check]\ncompare = "numbers"\nignore = ["a"]', '4: check.ignore: changes nothing here: it is for compare = "columns" or "json"'],
    ['commands.check = "x"\n[check]\ncompare = "json"\nignore = ["a["]', '4: check.ignore[0]: is not a path'],
    ['commands.check = "x"\n[check]\ncompare = "json"\n[check.tolerances]\n"a..b" = 0.1', '5: check.tolerances.a..b: is not a path'],
    ['commands.check = "x"\n[check]\ncompare = "curve"', '2: check.curve: is missing'],
    ["commands.check = 'x'\n[check]\ncompare = 'curve'\nseeds = 1\ncurve = '(a)(b)'", '4: check.seeds: must be at least 2'],
    ["commands.check = 'x'\n[check]\ncompare = 'curve'\ncurve = '(a)'", '4: check.curve: has 1 group: put the step and the value'],
    ['commands.check = "x"\n[check]\nstdout = false', '3: check.stdout: must not be false without `files`'],
    ['commands.check = "x"\n[check]\ncompare = "json"\n[check.tolerances]\na = "x"', '5: check.tolerances.a: expected a relative tolerance of 0 to 1'],
    ["[check]\nbenchmark = 'off'\nbenchmark_pattern = 'a'", "3: check.benchmark_pattern: says what of the benchmark's output is compared"],
    ['[[cases]]\nentry = "a.js#f"', '1: cases[0]: needs arguments to call the function with'],
    ['[[cases]]\nentry = "a.js#f"\nargs = ["int"]\ninputs = "b.js"', '4: cases[0].inputs: stands in the place of `args`'],
    ['[[cases]]\nentry = "a.js#f"\ninputs = "b.py"', '3: cases[0].inputs: is of another language than `entry`'],
    ['[[cases]]\nentry = "a.js"\nargs = ["int"]', '2: cases[0].entry: must name a function in a file'],
    ['[[cases]]\nentry = "../a.js#f"\nargs = ["int"]', '2: cases[0].entry: must name a file of the repository'],
    ['[[cases]]\nentry = "a.rs#f"\nargs = ["int"]', '2: cases[0].entry: must name a file of JavaScript, TypeScript or Python'],
    ['[[cases]]\nentry = "a.js#f"\nargs = ["lst[int]"]', '3: cases[0].args[0]: has an unknown type `lst`; there are int,'],
    ['[check]\ntolerance = 0.1', '1: check: there is no `check` in [commands]'],
    ['[[steps]]\ntype = "noop"\n[[steps]]\ntype = "noop"', '3: steps[1].name: step 2 has the name of step 1'],
    ['[[steps]]\ntype = "command"', '1: steps[0].command: is missing: a step of type command runs one'],
    ['[[steps]]\ntype = "noop"\noutput = "json"', '3: steps[0].output: is nothing that a step of type noop takes; only command does'],
    ['[[steps]]\ntype = "race"', '1: steps[0].steps: is missing: a step of type race has its members there, as [[steps.steps]]'],
    ['[[steps]]\ntype = "noop"\nneeds = ["nop"]', '3: steps[0].needs[0]: there is no step `nop`; did you mean noop?'],
    ['[[steps]]\ntype = "noop"\nwhen = "1 +"', '3: steps[0].when: expected a value'],
    ['[[steps]]\ntype = "warmup"\n[[steps]]\ntype = "execute"', '4: steps[1].type: step `execute` (execute) needs a step of type optimize before it'],
  ])('%s', (text, problem) => {
    expect(problemsOf(text)).toHaveLength(1);
    expect(problemsOf(text)[0]).toContain(`perfloop.toml:${problem}`);
  });

  it('also speak when another part of the file is wrong', () => {
    const problems = problemsOf(`loop.rounds = "x"\n${metric('floor = 2\nceiling = 1\nweight = "w"')}`);
    expect(problems).toEqual([expect.stringContaining(':1: loop.rounds'), expect.stringContaining(':4: metrics[0].floor'), expect.stringContaining(':6: metrics[0].weight')]);
  });

  it('let [check] speak of the benchmark alone', () => {
    expect(parseConfig('[check]\nbenchmark = "numbers"\ntolerance = 1e-6', 'f').check.tolerance).toBe(1e-6);
  });

  it('accept what fits together', () => {
    const config = parseConfig(`commands.check = "x"\ncheck = { compare = "numbers", tolerance = 1e-6 }\n${metric("pattern = '(a)'\nmatch = 'median'\nfloor = 1\nceiling = 1\ngoal = 'max'")}\n[[metrics]]\nname = "wall"`, 'f');
    expect(config.check.tolerance).toBe(1e-6);
    expect(config.metrics).toHaveLength(2);
  });
});

it('a roofline is of one primary metric', () => {
  const two = `${metric("pattern = '(a)'\nprimary = true")}\n[[metrics]]\nname = "n"\npattern = '(b)'\nprimary = true\n[verdict]\nroofline = 3.5\n`;
  expect(problemsOf(two)).toEqual([expect.stringContaining('verdict.roofline: is a value of the primary metric, and there are 2 of them') as string]);
  expect(parseConfig('[verdict]\nroofline = 3.5\n', 'f').verdict).toMatchObject({ roofline: 3.5, max_ratio: 10 });
});
