import { describe, expect, it } from 'vitest';
import type { StepDefinition } from '../../../src/core/pipeline/graph/definition.js';
import { fails, run, step } from './support/run.js';
import type { VirtualClock } from './support/virtual-clock.js';

const race = (steps: StepDefinition[], more: Partial<StepDefinition> = {}): StepDefinition => ({ type: 'race', name: 'r', steps, ...more });
/** Ends when it is told to. */
const obedient = (said: string[]) => ({ name, signal }: { name: string; signal: AbortSignal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      said.push(`${name} aborted: ${String(signal.reason)}`);
      reject(new Error('aborted'));
    });
  });
const takes = (ms: number) => async ({ name }: { name: string }, clock: VirtualClock): Promise<string> => (await clock.wait(ms), name);

describe('a race', () => {
  it('has one winner, in a strict shape, and its losers are cancelled and gone before anything follows', async () => {
    const said: string[] = [];
    const { output, inputs, state, errors, status } = await run([race([step('slow'), step('quick'), step('never')]), step('z')], {
      slow: obedient(said),
      quick: async ({ state }, clock) => (await clock.wait(5), state.set('by', 'quick'), { fast: true }),
      never: obedient(said),
      z: () => (said.push('z begins'), 'z'),
    });
    expect(inputs['z1']).toEqual({ winner: 'quick', output: { fast: true } });
    expect(said).toEqual(['slow aborted: lost', 'never aborted: lost', 'z begins']);
    expect([output, state, errors, status]).toEqual(['z', { by: 'quick' }, [], 'done']);
  });

  it('gives null as the output of a winner that has none', async () => {
    expect((await run([race([step('a')])], { a: () => undefined })).output).toEqual({ winner: 'a', output: null });
  });

  it('takes a failed member out, and its error is kept', async () => {
    const { output, errors, status } = await run([race([step('a'), step('b')])], { a: fails('red'), b: takes(5) });
    expect([output, status]).toEqual([{ winner: 'b', output: 'b' }, 'done']);
    expect(errors).toMatchObject([{ step: 'a', message: 'red', handled: true }]);
  });

  it('lists the error of every member when all failed', async () => {
    const members = [step('a'), { type: 'pipeline', name: 'b', steps: [step('b1'), step('b2')] }, step('c', { when: 'false' })];
    const { status, errors } = await run([race(members), step('z')], { a: fails('red'), b2: fails('no build') });
    expect(status).toBe('failed');
    expect(errors.map(({ step: name, message, handled }) => [name, message, handled])).toEqual([
      ['a', 'red', false],
      ['b2', 'no build', false],
      ['r', 'every member of the race `r` failed: `a`: red; `b`: step `b2`: no build', false],
    ]);
    const goesOn = await run([race(members, { on_fail: 'continue' }), step('z', { when: 'steps.r.status == "failed"' })], { a: fails('red'), b2: fails('no build') });
    expect([goesOn.status, goesOn.order.at(-1), goesOn.errors.every(({ handled }) => handled)]).toEqual(['done', 'z1', true]);
  });

  it('a member that cannot be interrupted is killed: it is left alone, and what it does later counts for nothing', async () => {
    let late = (): void => {};
    const deaf = new Promise<string>((resolve) => {
      late = () => resolve('late');
    });
    const { status, order, state } = await run([race([step('deaf'), step('quick')]), step('z')], { deaf: async ({ state }) => (await deaf, state.set('deaf', 1)), quick: takes(5), z: async () => (late(), await deaf, 'z') }, { abandonAfter: 100 });
    expect([status, order, state]).toEqual(['done', ['deaf1', 'quick1', 'z1'], {}]);
  });

  it('cancels all of a member that is a group, and never begins what was to come in it', async () => {
    const said: string[] = [];
    const member = { type: 'pipeline', name: 'g', steps: [{ type: 'parallel', name: 'p', steps: [step('a'), step('b')] }, step('later')] };
    const { order, output } = await run([race([member, step('quick')])], { a: obedient(said), b: obedient(said), quick: takes(5) });
    expect(said).toEqual(['a aborted: lost', 'b aborted: lost']);
    expect([order, output]).toEqual([['quick1', 'a1', 'b1'], { winner: 'quick', output: 'quick' }]);
  });

  it('kills what still runs of a member that failed already', async () => {
    const said: string[] = [];
    const member = { type: 'parallel', name: 'g', steps: [step('a'), step('b')] };
    const { output, errors } = await run([race([member, step('quick')])], { a: obedient(said), b: fails('red'), quick: takes(5) });
    expect([said, output]).toEqual([['a aborted: lost'], { winner: 'quick', output: 'quick' }]);
    expect(errors).toMatchObject([{ step: 'b', message: 'red', handled: true }]);
  });

  it('is skipped when all of its members are', async () => {
    expect((await run([race([step('a', { when: 'false' }), step('b', { enabled: false })]), step('z')])).order).toEqual([]);
  });
});

describe('a group', () => {
  const group = (more: Partial<StepDefinition>): StepDefinition => ({ type: 'parallel', name: 'g', timeout: 50, steps: [step('quick'), step('slow'), { type: 'pipeline', name: 'q', steps: [step('q1'), step('q2')] }], ...more });
  const handlers = (said: string[]): Parameters<typeof run>[1] => ({ quick: async ({ state }, clock) => (await clock.wait(5), state.set('quick', 1), 'quick'), slow: obedient(said), q1: takes(10), q2: obedient(said) });

  it('that takes longer than its timeout fails, and says what was finished', async () => {
    const said: string[] = [];
    const { status, errors, state } = await run([group({}), step('z')], handlers(said));
    expect([status, said]).toEqual(['failed', ['slow aborted: group-timeout', 'q2 aborted: group-timeout']]);
    expect(errors).toMatchObject([{ step: 'g', count: 1, message: 'group `g` took longer than its timeout of 50ms; finished: quick; not finished: slow, q' }]);
    expect(state).toEqual({ quick: 1 });
  });

  it('returns the finished members with on_timeout = finished', async () => {
    const { status, inputs, state, errors } = await run([group({ on_timeout: 'finished' }), step('z')], handlers([]));
    expect([status, inputs['z1'], state, errors]).toEqual(['done', { quick: 'quick' }, { quick: 1 }, []]);
  });

  it('that fails with on_fail = continue leaves no state, and what needs it runs', async () => {
    const steps = [{ type: 'pipeline', name: 'g', on_fail: 'continue' as const, steps: [step('a'), step('b'), step('c')] }, step('z', { when: 'steps.g.status == "failed" and steps.a.status == "success" and steps.c.status == "cancelled"' })];
    const { status, order, state, errors } = await run(steps, { a: ({ state }) => state.set('a', 1), b: fails('red') });
    expect([status, order, state]).toEqual(['done', ['a1', 'b1', 'z1'], {}]);
    expect(errors).toMatchObject([{ step: 'b', handled: true }]);
  });

  it('that is failing still ends what takes longer than its timeout', async () => {
    const said: string[] = [];
    const { status, errors } = await run([{ type: 'parallel', name: 'g', timeout: 50, steps: [step('a'), step('b')] }], { a: fails('red'), b: obedient(said) });
    expect([status, said, errors.map(({ message }) => message)]).toEqual(['failed', ['b aborted: group-timeout'], ['red']]);
  });

  it('with join = any begins with the first of its needs, and ends with all of its members', async () => {
    const members = { type: 'parallel', name: 'g', needs: ['quick', 'slow'], join: 'any' as const, steps: [step('a'), step('b')] };
    const { order, output, status } = await run([step('quick', { needs: [] }), step('slow', { needs: [] }), members], { slow: takes(50), a: takes(1), b: takes(9) });
    expect([order, status, output]).toEqual([['quick1', 'slow1', 'a1', 'b1'], 'done', { quick: 'quick', slow: 'slow', g: { a: 'a', b: 'b' } }]);
  });

  it('in which everything is skipped ends when it jumps to itself', async () => {
    const { status, errors } = await run([{ type: 'parallel', name: 'g', steps: [step('a', { when: 'false' })], next: [{ to: 'g' }] }], {}, { settings: { max_steps: 50 } });
    expect([status, errors[0]?.code]).toEqual(['failed', 'PL_STEPS_EXHAUSTED']);
  });

  it('whose last step is skipped is no skipped group', async () => {
    const { order, inputs } = await run([{ type: 'pipeline', name: 'g', steps: [step('a'), step('b', { when: 'false' })] }, step('z')]);
    expect([order, inputs['z1']]).toEqual([['a1', 'z1'], undefined]);
  });

  it('runs no more steps at once than it is told', async () => {
    let [running, most] = [0, 0];
    const handler = async (_: unknown, clock: VirtualClock): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await clock.wait(5);
      running -= 1;
    };
    const names = Array.from({ length: 10 }, (_, index) => `s${index}`);
    const { executions } = await run([{ type: 'parallel', name: 'p', steps: names.map((name) => step(name)) }], Object.fromEntries(names.map((name) => [name, handler])), { concurrency: 3 });
    expect([most, executions]).toEqual([3, 10]);
  });
});
