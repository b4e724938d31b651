import { describe, expect, it } from 'vitest';
import { metricsOfStep } from '../../../src/core/benchmark/measured.js';
import { parseConfig } from '../../../src/core/config/parse.js';
import { problemsOf } from './problems-of.js';

const step = (rest: string): string => `[[steps]]\ntype = "benchmark"\n${rest}\n`;
const own = "metrics = { QPS = 'QPS: ([0-9.]+)' }";
const several = '[[benchmarks]]\nname = "a"\nrun = "x"\n[[benchmarks]]\nname = "b"\nrun = "y"\n';

describe('a step of type benchmark', () => {
  it.each([
    [step('goals = { QPS = "max" }'), '3: steps[0].goals: says which of the `metrics`'],
    [step(`${own}\ngoals = { QSP = "max" }`), 'steps[0].goals.QSP: is none of the metrics of this step; they are QPS'],
    [`${several}${step(own)}`, 'steps[0].metrics: there are several [[benchmarks]]'],
    [`[loop]\nbaseline = { QPS = 3 }\n`, '2: loop.baseline: is what steps of type `benchmark` are compared with'],
    [`[loop]\nbaseline = { QSP = 3 }\n${step(own)}`, 'loop.baseline.QSP: is no metric that a step of type `benchmark` reads; there are QPS, wall'],
    ['[[steps]]\ntype = "command"\ncommand = "x"\nruns = 3\n', 'steps[0].runs: is nothing that a step of type command takes; only benchmark does'],
    [step('runs = 0'), 'steps[0].runs'],
  ])('%s is refused', (text, why) => {
    expect(problemsOf(text).join('\n')).toContain(why);
  });

  it('reads its own patterns, of which the last match counts; the goal of a name is that of [[metrics]]', () => {
    const config = parseConfig(`[[metrics]]\nname = "QPS"\npattern = 'x([0-9])'\ngoal = "max"\nunit = "1/s"\n${step("metrics = { QPS = 'QPS: ([0-9.]+)', build = 'build: ([0-9.]+)s' }")}`, 'f');
    expect(metricsOfStep(config, config.steps[0] ?? {})).toMatchObject([{ name: 'QPS', goal: 'max', unit: '1/s', match: 'last', primary: true, pattern: 'QPS: ([0-9.]+)' }, { name: 'build', goal: 'min', primary: false }]);
    expect(metricsOfStep(config, {})).toMatchObject([{ name: 'QPS', match: 'only' }]);
  });

  it('of another command than [[benchmarks]] counts by its wall time', () => {
    const config = parseConfig(`${several}${step('command = "z"')}`, 'f');
    expect(metricsOfStep(config, config.steps[0] ?? {})).toMatchObject([{ name: 'wall', source: 'wall' }]);
  });
});
