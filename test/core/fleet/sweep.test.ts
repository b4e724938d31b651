import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begun, freePlaces, isSwept, newSweep, openFor, over, steered, sweepStatus, type Sweep, type SweepInput } from '../../../src/core/fleet/sweep.js';

const input: SweepInput = { v: 1, fleet: 'nightly', targets: ['a', 'b', 'c'], open: 2, queuePrefix: 'perfloop', who: 'ada' };
const sweep = (): Sweep => newSweep(input, 1);
const start = (state: Sweep, ...names: string[]): void => {
  for (const target of names) begun(state, { target, workflow: `w/${target}`, since: 2 });
};
const done = { kind: 'completed', run: 'r-1', base: 'abc', accepted: 0, speedup: null } as const;

describe('a sweep', () => {
  it('has at most so many runs open, and is over when all have ended', () => {
    const state = sweep();
    expect(freePlaces(state, 2)).toBe(2);
    start(state, 'a', 'b');
    expect([freePlaces(state, 2), isSwept(state)]).toEqual([0, false]);
    expect(over(state, { target: 'a', outcome: done, at: 3 })).toBe(true);
    expect(freePlaces(state, 2)).toBe(1);
    start(state, 'c');
    for (const target of ['c', 'b']) over(state, { target, outcome: { kind: 'failed', code: 'PL_X', message: 'no' }, at: 4 });
    expect(isSwept(state)).toBe(true);
    expect(sweepStatus(state, input)).toMatchObject({ waiting: 0, running: [], counts: { completed: 1, failed: 2, other: 0, leftOut: 0 } });
    expect(sweepStatus(state, input, 2).ended.map(({ target }) => target)).toEqual(['b']);
  });

  it('starts each of 1,000 once, in order, whatever the order of their ends and the executions that it goes through', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `t${index}`);
    const ends = fc.array(fc.nat(39), { minLength: 200, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), ends, fc.integer({ min: 50, max: 400 }), (open, picks, eachExecution) => {
        let state = newSweep({ ...input, targets: names, open }, 1);
        const started: string[] = [];
        for (let at = 2; !isSwept(state); at++) {
          for (const target of state.waiting.slice(0, freePlaces(state, open))) {
            started.push(target);
            begun(state, { target, workflow: target, since: at });
          }
          expect(state.running.length).toBeLessThanOrEqual(open);
          const { target = '' } = state.running[(picks[at % picks.length] ?? 0) % state.running.length] ?? {};
          over(state, { target, outcome: done, at });
          if (at % eachExecution === 0) state = JSON.parse(JSON.stringify(state)) as Sweep;
        }
        expect(started).toEqual(names);
        expect(sweepStatus(state, input).counts.completed).toBe(1000);
      }),
      { numRuns: 20 },
    );
  });

  it('counts an end once, and none of what it did not start', () => {
    const state = sweep();
    start(state, 'a');
    expect(over(state, { target: 'a', outcome: done, at: 3 })).toBe(true);
    expect(over(state, { target: 'a', outcome: { kind: 'lost' }, at: 4 })).toBe(false);
    expect(over(state, { target: 'b', outcome: done, at: 4 })).toBe(false);
    expect(over(state, { target: 'other', outcome: { kind: 'left-out', why: 'removed' }, at: 4 })).toBe(false);
    expect(over(state, { target: 'b', outcome: { kind: 'left-out', why: 'removed' }, at: 4 })).toBe(true);
    expect([state.waiting, state.ended.map(({ target }) => target)]).toEqual([['c'], ['a', 'b']]);
  });

  it('starts nothing while it is paused, and nothing more once it is stopped', () => {
    const state = sweep();
    start(state, 'a');
    steered(state, 'pause', { v: 1, who: 'ada', comment: 'the hosts are needed' }, 3);
    expect([freePlaces(state, 2), sweepStatus(state, input).state]).toEqual([0, 'paused']);
    steered(state, 'resume', { v: 1, who: 'bob', comment: '' }, 4);
    steered(state, 'stop', { v: 1, who: 'ada', comment: 'too late', cancelRuns: false }, 5);
    expect([freePlaces(state, 2), isSwept(state), sweepStatus(state, input).state]).toEqual([0, false, 'stopping']);
    over(state, { target: 'a', outcome: done, at: 3 });
    expect([isSwept(state), state.waiting]).toEqual([true, ['b', 'c']]);
    // Who, when and why goes on with it.
    expect(sweepStatus(JSON.parse(JSON.stringify(state)) as Sweep, input).steered).toEqual([{ what: 'pause', who: 'ada', comment: 'the hosts are needed', at: 3 }, { what: 'resume', who: 'bob', comment: '', at: 4 }, { what: 'stop', who: 'ada', comment: 'too late', at: 5 }]);
  });

  it('is steered by signals of the Temporal UI, too, which say nothing, or something else', () => {
    const state = sweep();
    expect(sweepStatus(state, input)).not.toHaveProperty('steered');
    for (const message of [undefined, null, 'now', { who: 7 }]) steered(state, 'pause', message, 3);
    expect([state.paused, state.steered]).toEqual([true, Array.from({ length: 4 }, () => ({ what: 'pause', who: 'somebody who did not say', comment: '', at: 3 }))]);
    steered(state, 'stop', { cancelRuns: true }, 4);
    steered(state, 'stop', null, 5);
    expect([state.stopping, state.steered?.slice(-2)]).toMatchObject([{ cancelRuns: true }, [{ what: 'stop', cancelRuns: true, at: 4 }, { what: 'stop', at: 5 }]]);
    for (let at = 6; at < 500; at++) steered(state, 'stop', { who: 'x'.repeat(5000), comment: 'y'.repeat(5000) }, at);
    expect([state.steered?.at(-1)?.at, JSON.stringify(state).length < 200_000]).toEqual([499, true]);
  });

  it('has two runs a host, within what a server takes', () => {
    expect([0, 1, 7, 100_000].map(openFor)).toEqual([2, 2, 14, 1000]);
  });

  it('keeps of a long failure what it can carry on', () => {
    const state = sweep();
    start(state, 'a');
    over(state, { target: 'a', outcome: { kind: 'failed', code: 'PL_X', message: 'x'.repeat(5000) }, at: 3 });
    expect(JSON.stringify(state).length).toBeLessThan(1000);
  });
});
