import { describe, expect, it } from 'vitest';
import { fails, run, step } from './support/run.js';

describe('which steps run', () => {
  it('diamond: each runs once, after what it needs', async () => {
    const { order, status, executions } = await run([step('a'), step('b', { needs: ['a'] }), step('c', { needs: ['a'] }), step('d', { needs: ['b', 'c'] })]);
    expect(order).toEqual(['a1', 'b1', 'c1', 'd1']);
    expect([status, executions]).toEqual(['done', 4]);
  });

  it('a skipped step leaves no output and no history entry, and what needs only it is skipped', async () => {
    const { order, output, executions } = await run([step('a'), step('b', { needs: ['a'], when: 'steps.a.output == "no"' }), step('c', { needs: ['b'] }), step('d', { needs: ['a'], when: 'not defined(steps.a.error)' }), step('e', { needs: ['c', 'd'], when: 'steps.c.status == "skipped" and not defined(steps.b.output)' })]);
    expect(order).toEqual(['a1', 'd1', 'e1']);
    expect([output, executions]).toEqual(['e', 3]);
  });

  it('a join with one live branch runs, with the outputs that there are', async () => {
    const { order, inputs } = await run([step('a'), step('b', { needs: ['a'], when: 'false' }), step('c', { needs: ['a'] }), step('d', { needs: ['b', 'c'] })]);
    expect(order).toEqual(['a1', 'c1', 'd1']);
    expect(inputs['d1']).toEqual({ c: 'c' });
  });

  it('what a skipped step would have seen is seen behind it', async () => {
    const seen: unknown[] = [];
    await run([step('a'), step('b', { needs: ['a'], when: 'false' }), step('c', { needs: [] }), step('d', { needs: ['b', 'c'] })], { a: ({ state }) => state.set('k', 1), d: ({ state }) => seen.push(state.get('k')) });
    expect(seen).toEqual([1]);
  });

  it('a disabled step counts as satisfied, and whoever asks for its output is told', async () => {
    const quiet = await run([step('a'), step('b', { enabled: false }), step('c')], { c: () => 'ran' });
    expect([quiet.status, quiet.errors[0]?.message]).toEqual(['failed', 'step `b` is disabled, so it has no output']);
    const steps = [step('a'), step('b', { enabled: false }), step('c', { needs: ['a', 'b'] })];
    expect((await run(steps)).inputs['c1']).toEqual({ a: 'a' });
    const asks = await run([step('a'), step('b', { enabled: false }), step('c', { needs: ['a', 'b'], when: 'steps.b.output == 1' })]);
    expect(asks.errors[0]?.message).toBe('`when` of step `c`: step `b` is disabled, so it has no output (at character 1)');
  });

  it('a disabled group is passed over with all that is in it', async () => {
    const { order } = await run([step('a'), { type: 'parallel', name: 'p', enabled: false, steps: [step('b'), { type: 'race', name: 'r', steps: [step('c')] }] }, step('d', { needs: ['p', 'a'] })].map((one, index) => (index === 1 ? { ...one, needs: ['a'] } : one)));
    expect(order).toEqual(['a1', 'd1']);
  });

  it('a condition that throws fails its step', async () => {
    const { status, errors, order } = await run([step('a'), step('b', { when: 'steps.a.output > 1' })]);
    expect([status, order]).toEqual(['failed', ['a1']]);
    expect(errors).toMatchObject([{ step: 'b', count: 1, code: 'PL_EXPRESSION', message: '`when` of step `b`: > compares two numbers or two texts, not the text "a" and the number 1 (at character 16)' }]);
    const asks = await run([step('a', { next: [{ to: 'a', when: '1 / 0 > 1' }] }), step('b')]);
    expect([asks.status, asks.order, asks.errors[0]?.message]).toEqual(['failed', ['a1'], '`next` of step `a`: division by zero (at character 3)']);
  });

  it('join = any runs with the first that is over', async () => {
    const steps = [step('slow', { needs: [] }), step('quick', { needs: [] }), step('j', { needs: ['slow', 'quick'], join: 'any' })];
    const { order, inputs, status } = await run(steps, { slow: async (_, clock) => (await clock.wait(50), 'slow'), quick: async (_, clock) => (await clock.wait(1), 'quick') });
    expect([order, inputs['j1'], status]).toEqual([['slow1', 'quick1', 'j1'], { quick: 'quick' }, 'done']);
  });

  it('a long chain of which nothing runs is over at once', async () => {
    const steps = Array.from({ length: 10_000 }, (_, index) => step(`s${index}`, index === 0 ? { when: 'false' } : {}));
    expect(await run(steps)).toMatchObject({ status: 'done', executions: 0 });
  });
});

describe('inputs', () => {
  it('null, 0, false and the empty text are kept apart, and nothing is nothing', async () => {
    const steps = [step('a'), step('b', { when: 'defined(input) and input == steps.a.output' })];
    for (const value of [null, 0, false, '']) {
      const { inputs, output } = await run(steps, { a: () => value, b: ({ input }) => [input] });
      expect(inputs['b1']).toBe(value);
      expect(output).toEqual([value]);
    }
    const none = await run([step('a'), step('b', { when: 'not defined(input)' })], { a: () => undefined });
    expect(none.order).toEqual(['a1', 'b1']);
    expect('b1' in none.inputs && none.inputs['b1'] === undefined).toBe(true);
    expect((await run([step('a')], {}, { input: null })).inputs['a1']).toBeNull();
  });

  it('of a step that needs several are a table by name', async () => {
    const { inputs } = await run([step('a', { needs: [] }), step('__proto__', { needs: [] }), step('c', { needs: ['a', '__proto__'] })]);
    expect(Object.entries(inputs['c1'] as object)).toEqual([['a', 'a'], ['__proto__', '__proto__']]);
  });

  it('a member of a group that needs nothing has the input of the group', async () => {
    const { inputs, output } = await run([step('a'), { type: 'parallel', name: 'p', steps: [step('b'), { type: 'pipeline', name: 'q', steps: [step('c'), step('d')] }] }], { a: () => 5 });
    expect(inputs).toEqual({ a1: undefined, b1: 5, c1: 5, d1: 'c' });
    expect(output).toEqual({ b: 'b', q: 'd' });
  });

  it('are copies: who changes one changes nothing else', async () => {
    const { inputs } = await run([step('a'), step('b'), step('c', { needs: ['a'] })].map((one, index) => (index === 1 ? { ...one, needs: ['a'] } : one)), {
      a: () => ({ list: [1] }),
      b: ({ input }) => (input as { list: number[] }).list.push(2),
    });
    expect(inputs['c1']).toEqual({ list: [1] });
  });
});

describe('failures', () => {
  it('errors carry run id, step, count, attempt, an input preview and the root cause', async () => {
    const { status, errors } = await run([step('a'), step('b', { retry: { attempts: 2 } })], {
      a: () => ({ text: 'x'.repeat(10_000) }),
      b: () => {
        throw new Error('build failed', { cause: new Error('linker', { cause: new Error('no space left') }) });
      },
    });
    expect(status).toBe('failed');
    expect(errors).toMatchObject([{ step: 'b', count: 1, attempt: 2, run: 'run-7', message: 'build failed', root: 'no space left', handled: false }]);
    expect(errors[0]?.input).toHaveLength(201);
    expect(errors[0]?.input?.startsWith('{"text":"xxx')).toBe(true);
  });

  it('a failing sibling does not hide another error, and what runs goes on to its end', async () => {
    const steps = [step('a', { needs: [] }), step('b', { needs: [] }), step('c', { needs: [] }), step('d', { needs: ['c'] })];
    const { status, errors, order } = await run(steps, { a: async (_, clock) => (await clock.wait(1), fails('first')()), b: async (_, clock) => (await clock.wait(5), fails('second')()), c: async (_, clock) => clock.wait(9) });
    expect([status, order]).toEqual(['failed', ['a1', 'b1', 'c1']]);
    expect(errors.map(({ step: name, message }) => [name, message])).toEqual([['a', 'first'], ['b', 'second']]);
  });

  it('the error of a step that waits for its retry is not lost', async () => {
    const steps = [step('a', { needs: [], retry: { attempts: 3, backoff: 1_000 } }), step('b', { needs: [] })];
    const { errors } = await run(steps, { a: fails('flaky'), b: async (_, clock) => (await clock.wait(5), fails('red')()) });
    expect(errors.map(({ step: name, message, attempt }) => [name, message, attempt])).toEqual([['b', 'red', 1], ['a', 'flaky', 1]]);
  });

  it('on_fail = continue: what needs it sees `failed`, its output is absent, joins run', async () => {
    const steps = [step('a', { needs: [], on_fail: 'continue' }), step('b', { needs: [] }), step('c', { needs: ['a', 'b'], when: 'steps.a.status == "failed" and not defined(steps.a.output) and steps.a.error == "red"' }), step('d', { needs: ['a'] })];
    const { status, order, inputs, errors, state } = await run(steps, { a: ({ state }) => (state.set('k', 1), fails('red')()) });
    expect([status, order]).toEqual(['done', ['a1', 'b1', 'd1', 'c1']]);
    expect(inputs).toMatchObject({ c1: { b: 'b' }, d1: undefined });
    expect(errors).toMatchObject([{ step: 'a', handled: true }]);
    expect(state).toEqual({});
  });

  it('retries with growing, bounded waiting times', async () => {
    const times: number[] = [];
    const { status } = await run([step('a', { retry: { attempts: 5, backoff: 100, factor: 3, max_backoff: 500 } })], { a: ({ attempt }, clock) => (times.push(clock.now()), attempt < 5 ? fails('flaky')() : 'ok') });
    expect([status, times]).toEqual(['done', [0, 100, 400, 900, 1_400]]);
  });

  it('a timeout message says step and count, and a timeout can be tried again', async () => {
    const steps = [step('a', { timeout: 50, retry: { attempts: 2 }, next: [{ to: 'a', when: 'steps.a.count < 2' }] })];
    const waits = [10, 90, 90];
    const { status, errors } = await run(steps, { a: ({ signal }, clock) => new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('stopped')));
      void clock.wait(waits.shift() ?? 0).then(() => resolve('late'));
    }) });
    expect(status).toBe('failed');
    expect(errors).toMatchObject([{ step: 'a', count: 2, attempt: 2, code: 'PL_STEP_TIMEOUT', message: 'step `a`, execution 2, attempt 2: took longer than its timeout of 50ms' }]);
  });

  it('a timeout for all ends the run', async () => {
    const { status, errors } = await run([step('a'), step('b')], { b: (_, clock) => clock.wait(500) }, { settings: { timeout: 100 } });
    expect(status).toBe('failed');
    expect(errors).toMatchObject([{ step: '', code: 'PL_STEP_TIMEOUT', message: 'the pipeline took longer than its timeout of 100ms; finished: a; not finished: b' }]);
  });

  it('a value that is no JSON is an error that names step and key', async () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = [cycle];
    for (const [value, why] of [[Number.NaN, 'is NaN'], [{ a: [() => 1] }, '.a[0] is a function'], [cycle, '.self[0] is a cycle: it holds itself'], [1n, 'is a bigint'], [{ at: new Date(0) }, '.at is a Date'], [[undefined], '[0] is undefined'], [new Map(), 'is a Map']] as const) {
      const { errors } = await run([step('a', { retry: { attempts: 9 } })], { a: ({ state }) => state.set('best', value) });
      expect(errors).toMatchObject([{ code: 'PL_STEP_NOT_JSON', attempt: 1, message: `step \`a\`: the key "best" of the state is no JSON value: ${why}` }]);
    }
    expect((await run([step('a')], { a: () => ({ n: Number.POSITIVE_INFINITY }) })).errors[0]?.message).toBe('step `a`: its output is no JSON value: .n is Infinity');
    await expect(run([step('a')], {}, { state: { k: new Date(0) } })).rejects.toThrow('the key "k" of the state that the run begins with is no JSON value: is a Date');
  });
});
