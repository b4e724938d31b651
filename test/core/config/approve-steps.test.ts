import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/core/config/parse.js';
import { usesGraph } from '../../../src/core/pipeline/uses-graph.js';
import { problemsOf } from './problems-of.js';

const step = (rest: string, type = 'approve'): string => `[[steps]]\ntype = "${type}"\n${rest}\n`;

describe('a step of type approve', () => {
  it('is a step of a graph, with a question, a time and what counts then', () => {
    const { steps } = parseConfig(step('name = "gate"\nquestion = "Go on?"\ntimeout = "2d"\non_timeout = "approve"\non_reject = "continue"'), 'f');
    expect(steps).toMatchObject([{ name: 'gate', question: 'Go on?', timeout: 172_800_000, on_timeout: 'approve', on_reject: 'continue' }]);
    expect(usesGraph(parseConfig(step(''), 'f').steps)).toBe(true);
  });

  it.each([
    [step('on_timeout = "finished"'), '3: steps[0].on_timeout: of a step of type approve is "approve" or "reject"'],
    [step('on_timeout = "approve"\n[[steps.steps]]\ntype = "noop"', 'parallel'), 'steps[0].on_timeout: of a step of type parallel is "fail" or "finished"'],
    [step('question = "Go on?"', 'noop'), '3: steps[0].question: is nothing that a step of type noop takes; only approve does'],
    [step('question = "Go on? {{steps.x.output}}"'), '3: steps[0].question: there is no step `x`'],
    [step('question = "{{1 +}}"'), '3: steps[0].question: '],
    [step('question = ""'), '3: steps[0].question: '],
    [step('on_reject = "skip"'), '3: steps[0].on_reject: '],
    [step('name = "final"'), '3: steps[0].name: `perfloop approve RUN final` would mean something else'],
    [step('name = "r1-3c"'), '3: steps[0].name: '],
  ])('%s is refused', (text, why) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(why);
  });
});
