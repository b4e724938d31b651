import { describe, expect, it } from 'vitest';
import type { StepDefinition } from '../../../src/core/pipeline/graph/definition.js';
import { leadsTo } from '../../../src/core/pipeline/graph/leads-to.js';
import { mermaid } from '../../../src/core/pipeline/graph/mermaid.js';
import { plan, planProblems } from '../../../src/core/pipeline/graph/plan.js';
import { begin } from '../../../src/core/pipeline/machine/begin.js';
import { complete, type Outcome } from '../../../src/core/pipeline/machine/complete.js';
import { end } from '../../../src/core/pipeline/machine/end.js';
import { nextDeadline, toCancel, withdrawUnneeded } from '../../../src/core/pipeline/machine/expire.js';
import { ready, type Work } from '../../../src/core/pipeline/machine/ready.js';
import { start } from '../../../src/core/pipeline/machine/start.js';
import type { Machine } from '../../../src/core/pipeline/machine/state.js';
import { crash } from './support/drive.js';
import { step } from './support/run.js';

const approve = (name: string, more: Partial<StepDefinition> = {}): StepDefinition => ({ type: 'approve', name, ...more });
const started = (steps: readonly StepDefinition[]): Machine => start(plan(steps), { run: 'r-1', input: { round: 3 } }, 0);
const done = (output: unknown, writes: [string, unknown][] = []): Outcome => ({ kind: 'done', output, writes });

/** Begins everything that may begin. */
function beginAll(machine: Machine): Work[] {
  const works = ready(machine, 0);
  for (const { name } of works) begin(machine, name, 0);
  return works;
}

describe('a question', () => {
  it('has expressions filled in: outputs, state, input; a value that is not there says why', () => {
    const machine = started([
      step('judge'),
      step('skipped', { when: 'false' }),
      approve('gate', { join: 'any', question: 'Ship {{ steps.judge.output.ratio * 100 }} of {{state.titles}}, {{input}}? {{steps.skipped.output}} {{state.nothing}}' }),
    ].map((one, index, all) => (index === 2 ? { ...one, needs: ['judge', 'skipped'] } : { ...one, needs: index === 0 ? [] : [all[0]?.name ?? ''] })));
    beginAll(machine);
    complete(machine, 'judge', done({ ratio: 1.5 }, [['titles', ['a', 'b']]]), 0);
    const [gate] = beginAll(machine);
    expect(gate?.question).toMatch(/^Ship 150 of \["a","b"\], \{.*"ratio":1\.5.*\}\? \(step `skipped` is skipped, so it has no output.*\) \(the state has no key "nothing".*\)$/);
  });

  it('cuts a value that nobody would read to its end', () => {
    const machine = started([step('log'), approve('gate', { question: '{{steps.log.output}}' })]);
    beginAll(machine);
    complete(machine, 'log', done('x'.repeat(10_000)), 0);
    expect(beginAll(machine)[0]?.question).toHaveLength(501);
  });

  it('is null where the step has no words of its own', () => {
    expect(beginAll(started([approve('gate')]))[0]?.question).toBeNull();
  });

  it.each([
    ['{{steps.nothing.output}}', 'there is no step `nothing`'],
    ['{{steps.later.output}}', 'asks about `later`, which `gate` does not need'],
    ['{{1 +}}', 'character'],
  ])('%s is refused with the plan', (question, why) => {
    const problems = planProblems([approve('gate', { question }), step('later')]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toEqual([0, 'question']);
    expect(problems[0]?.text).toContain(why);
  });
});

describe('a step that asks a person', () => {
  it('has no deadline of the machine: how long it waits is its own affair', () => {
    const machine = started([approve('gate', { timeout: 1000, on_timeout: 'approve' })]);
    beginAll(machine);
    expect(nextDeadline(machine)).toBeNull();
  });

  it('waits on after a crash: it is offered again as the same execution', () => {
    const machine = started([approve('gate')]);
    beginAll(machine);
    const loaded = crash(machine.plan, machine);
    expect(beginAll(loaded)).toMatchObject([{ name: 'gate', count: 1, attempt: 1 }]);
    complete(loaded, 'gate', done({ approved: true }), 0);
    expect(end(loaded)).toMatchObject({ status: 'done', output: { approved: true } });
  });

  it('waits no longer where a step beside it has failed, and the error is that of the step', () => {
    const machine = started([{ type: 'parallel', name: 'both', steps: [approve('gate'), step('build')] }]);
    beginAll(machine);
    withdrawUnneeded(machine);
    expect(toCancel(machine)).toEqual([]);
    complete(machine, 'build', { kind: 'failed', error: { message: 'red' } }, 0);
    withdrawUnneeded(machine);
    expect(toCancel(machine).map(({ name }) => name)).toEqual(['gate']);
    complete(machine, 'gate', { kind: 'cancelled' }, 0);
    expect(end(machine)).toMatchObject({ status: 'failed', errors: [{ step: 'build', message: 'red' }] });
  });

  it('goes on waiting where the failure beside it does not end its group', () => {
    const machine = started([{ type: 'parallel', name: 'both', steps: [approve('gate'), step('build', { on_fail: 'continue' })] }]);
    beginAll(machine);
    complete(machine, 'build', { kind: 'failed', error: { message: 'red' } }, 0);
    withdrawUnneeded(machine);
    expect(toCancel(machine)).toEqual([]);
  });

  it('is a hexagon in the chart', () => {
    expect(mermaid(plan([approve('gate'), step('after')]))).toContain('n1{{"gate (approve)"}}');
  });
});

it('a step leads to what needs it, also through groups, and to nothing before it or beside it', () => {
  const planned = plan([approve('first'), { type: 'parallel', name: 'both', steps: [approve('left'), { type: 'decide', name: 'right' }] }, { type: 'decide', name: 'end', needs: ['both'] }, approve('last', { needs: ['end'] })].map((one, index) => (index === 0 ? { ...one, needs: [] } : index === 1 ? { ...one, needs: ['first'] } : one)));
  const leads = (name: string): boolean => {
    const node = planned.byName.get(name);
    return node !== undefined && leadsTo(planned, node, 'decide');
  };
  expect(['first', 'left', 'end', 'last'].map(leads)).toEqual([true, true, false, false]);
});
