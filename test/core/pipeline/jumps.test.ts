import { describe, expect, it } from 'vitest';
import type { StepDefinition } from '../../../src/core/pipeline/graph/definition.js';
import { fails, run, step } from './support/run.js';

describe('jumps', () => {
  it('a jump back runs the target and all that depends on it again, and nothing else', async () => {
    const steps = [step('a'), step('b', { needs: ['a'] }), step('c', { needs: ['a'] }), step('d', { needs: ['b', 'c'], next: [{ to: 'b', when: 'steps.d.count < 3' }] }), step('e', { needs: ['d'] })];
    const { order, status } = await run(steps);
    expect(status).toBe('done');
    expect(order).toEqual(['a1', 'b1', 'c1', 'd1', 'b2', 'd2', 'b3', 'd3', 'e1']);
  });

  it('a jump without input keeps the last output as the input, and with input brings that', async () => {
    const { inputs } = await run([step('a'), step('b', { next: [{ to: 'a', when: 'steps.b.count == 1' }, { to: 'a', input: 0, when: 'steps.b.count == 2' }, { to: 'a', input: null, when: 'steps.b.count == 3' }] })], { b: ({ count }) => `output ${count}` }, { input: 'first' });
    expect(['a1', 'a2', 'a3', 'a4'].map((name) => inputs[name])).toEqual(['first', 'output 1', 0, null]);
  });

  it('the target goes on from the state as the jumper left it', async () => {
    const seen: unknown[] = [];
    await run([step('a'), step('b', { next: [{ to: 'a', when: 'state.n < 3' }] })], { a: ({ state }) => seen.push(state.get('n')), b: ({ state, count }) => state.set('n', count) });
    expect(seen).toEqual([undefined, 1, 2]);
  });

  it('a jump over a step that has not run skips it in this pass, though the target needs it', async () => {
    const steps = [step('a', { next: [{ to: 'd', when: 'steps.a.count == 1' }] }), step('b'), step('c'), step('d', { next: [{ to: 'a', when: 'steps.d.count == 1' }] })];
    const { order, inputs, status } = await run(steps);
    expect([order, status]).toEqual([['a1', 'd1', 'a2', 'b1', 'c1', 'd2'], 'done']);
    expect(inputs['d1']).toBe('a');
  });

  it('a jump over steps waits for another branch that the target needs', async () => {
    const steps = [step('x1', { needs: [], next: [{ to: 'j', when: 'true' }] }), step('x2', { needs: ['x1'] }), step('only-x2', { needs: ['x2'] }), step('y1', { needs: [] }), step('y2', { needs: ['y1'] }), step('j', { needs: ['x2', 'y2'] })];
    const { order, status, state } = await run(steps, { y2: ({ state }) => state.set('y', 1), j: ({ state }) => state.set('seen', state.get('y')) });
    expect([order, status]).toEqual([['x11', 'y11', 'y21', 'j1'], 'done']);
    expect(state['seen']).toBe(1);
  });

  it('a jump over a join waits for the other branch of that join, too', async () => {
    const steps = [step('x', { needs: [], next: [{ to: 'end' }] }), step('y', { needs: [] }), step('join', { needs: ['x', 'y'] }), step('end', { needs: ['join'] })];
    const { order, status } = await run(steps, { y: ({ attempt }) => attempt });
    expect([order, status]).toEqual([['x1', 'y1', 'end1'], 'done']);
    const retried = await run(steps.map((one) => (one.name === 'y' ? { ...one, retry: { attempts: 2, backoff: 50 } } : one)), { y: ({ attempt }) => (attempt === 1 ? Promise.reject(new Error('flaky')) : 'ok') });
    expect([retried.order, retried.status]).toEqual([['x1', 'y1', 'y1', 'end1'], 'done']);
  });

  it('two jumps at once: the first in file order is taken, the other is warned about', async () => {
    const steps = [step('a', { needs: [] }), step('b', { needs: ['a'], next: [{ to: 'b', when: 'steps.b.count == 1' }] }), step('c', { needs: ['a'], next: [{ to: 'a', when: 'steps.c.count == 1' }] })];
    for (const quick of ['b', 'c']) {
      const wait = (name: string) => async (_: unknown, clock: { wait: (ms: number) => Promise<void> }) => clock.wait(name === quick ? 1 : 5);
      const { order, warnings } = await run(steps, { b: wait('b'), c: wait('c') });
      expect(order).toEqual(['a1', 'b1', 'c1', 'b2']);
      expect(warnings).toEqual(['step `b` and step `c` asked for a jump at once; the first in the file was taken, to `b`, and not that to `a`']);
    }
  });

  it('nothing new begins once a jump is asked for, and it is taken when nothing runs', async () => {
    const steps = [step('slow', { needs: [] }), step('jumper', { needs: [], next: [{ to: 'jumper', when: 'steps.jumper.count == 1' }] }), step('after', { needs: ['slow'] })];
    const begun: string[] = [];
    const note = (wait: number) => async ({ name, count }: { name: string; count: number }, clock: { now: () => number; wait: (ms: number) => Promise<void> }) => {
      begun.push(`${name}${count} at ${clock.now()}`);
      await clock.wait(wait);
    };
    await run(steps, { slow: note(50), jumper: note(5), after: note(1) });
    expect(begun).toEqual(['slow1 at 0', 'jumper1 at 0', 'after1 at 50', 'jumper2 at 50']);
  });

  it('an outcome may ask for a jump, to where its step could declare one', async () => {
    const { order } = await run([step('a'), step('b')], { b: ({ count, jump }) => (count < 3 ? jump('a', count) : undefined) });
    expect(order).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
    const refused = async (to: string): Promise<string | undefined> => (await run([step('a', { needs: [] }), { type: 'pipeline', name: 'g', needs: [], steps: [step('m')] }], { a: ({ jump }) => jump(to) })).errors[0]?.message;
    expect(await refused('nowhere')).toBe('step `a` asks for a jump to `nowhere`, and there is no such step');
    expect(await refused('m')).toBe('step `a` asks for a jump to `m`, which is not beside it or beside a group around it');
    expect(await refused('g')).toBe('step `a` asks for a jump to `g`, which is in another branch; such a jump is declared in `next`');
  });

  it('a declared jump into another branch sees what both have left', async () => {
    const steps = [step('x', { needs: [], next: [{ to: 'y2', when: 'steps.x.count == 1' }] }), step('y1', { needs: [] }), step('y2', { needs: ['y1'] }), step('j', { needs: ['x', 'y2'] })];
    const seen: unknown[] = [];
    await run(steps, { x: async ({ state }, clock) => (await clock.wait(9), state.set('x', 1)), y1: ({ state }) => state.set('y', 1), y2: ({ state }) => seen.push(state.keys()) });
    expect(seen).toEqual([['y'], ['x', 'y']]);
  });

  it('a loop inside of a group runs only what is inside again, and leaving a group skips the rest of it', async () => {
    const inner = { type: 'pipeline', name: 'g', steps: [step('b'), step('c', { next: [{ to: 'b', when: 'steps.c.count < 2' }, { to: 'after', when: 'steps.c.count == 2' }] }), step('d')] };
    const { order, status } = await run([step('a'), inner, step('never'), step('after')]);
    expect([order, status]).toEqual([['a1', 'b1', 'c1', 'b2', 'c2', 'after1'], 'done']);
    const again = { type: 'parallel', name: 'g', steps: [step('b'), step('c', { next: [{ to: 'g', when: 'steps.c.count < 2' }] })] };
    expect((await run([step('a'), again, step('z')])).order).toEqual(['a1', 'b1', 'c1', 'b2', 'c2', 'z1']);
    const group = { type: 'parallel', name: 'g', steps: [step('b'), step('c')], next: [{ to: 'a', when: 'steps.a.count < 2' }] };
    const { order: twice, inputs } = await run([step('a'), group, step('z')]);
    expect(twice).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'z1']);
    expect(inputs['a2']).toEqual({ b: 'b', c: 'c' });
  });

  it('a jump storm ends at max_steps step executions, and the error says step and count', async () => {
    const { status, errors, executions } = await run([step('a'), step('b', { next: [{ to: 'a' }] })], {}, { settings: { max_steps: 25 } });
    expect([status, executions]).toEqual(['failed', 25]);
    expect(errors).toMatchObject([{ step: 'b', count: 13, code: 'PL_STEPS_EXHAUSTED' }]);
    expect(errors[0]?.message).toBe('step `b` does not begin its execution 13: the run has used its 25 step executions (max_steps) after 12 jumps; a jump storm? Give the jumps a condition that ends them, or raise max_steps');
    const storm = await run([step('a', { next: [{ to: 'a' }] })], {}, { settings: { max_steps: 5_000 } });
    expect([storm.status, storm.executions, storm.order.length]).toEqual(['failed', 5_000, 5_000]);
  });

  it('a jump after a failure brings the error, comes after the retries, and ends when its condition does', async () => {
    const steps = [step('a'), step('b', { retry: { attempts: 2 }, next: [{ to: 'a', on: 'fail', when: 'steps.b.count < 3' }, { to: 'a', when: 'false' }] }), step('c')];
    const fixed = await run(steps, { b: ({ count, state }) => (state.set('lost', 1), count < 2 ? fails('red')() : 'green') });
    expect([fixed.order, fixed.status]).toEqual([['a1', 'b1', 'b1', 'a2', 'b2', 'c1'], 'done']);
    expect(fixed.inputs['a2']).toMatchObject({ step: 'b', message: 'red' });
    expect([fixed.errors.map(({ handled }) => handled), fixed.state['lost']]).toEqual([[true], 1]);
    const given = await run(steps, { b: fails('red') });
    expect([given.order, given.status]).toEqual([['a1', 'b1', 'b1', 'a2', 'b2', 'b2', 'a3', 'b3', 'b3'], 'failed']);
    expect(given.errors.map(({ handled, count }) => [count, handled])).toEqual([[1, true], [2, true], [3, false]]);
  });

  it('a group that failed jumps, and a jump forward after a failure skips what lies between', async () => {
    const group: Partial<StepDefinition> = { type: 'parallel', steps: [step('m'), step('n')], next: [{ to: 'a', on: 'fail' }] };
    const { order, status, inputs } = await run([step('a'), step('g', group), step('z')], { n: ({ count }) => (count === 1 ? fails('no')() : 1) });
    expect([order, status]).toEqual([['a1', 'm1', 'n1', 'a2', 'm2', 'n2', 'z1'], 'done']);
    expect(inputs['a2']).toMatchObject({ step: 'n', message: 'no' });
    const forward = await run([step('a', { next: [{ to: 'c', on: 'fail', input: 'sorry' }] }), step('b'), step('c')], { a: fails('no') });
    expect([forward.order, forward.status, forward.inputs['c1']]).toEqual([['a1', 'c1'], 'done', 'sorry']);
  });
});
