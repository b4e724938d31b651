import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepSchema } from '../../../src/core/config/steps-schema.js';
import { plan, type PlannedStep } from '../../../src/core/pipeline/plan.js';
import { complete, isFinished, ready, start, type PipelineState, type StepOutcome } from '../../../src/core/pipeline/state.js';

const noops = (enabled: boolean[]): PlannedStep[] => plan(enabled.map((on, position) => stepSchema.parse({ type: 'noop', name: `s${position + 1}`, enabled: on })));
const names = (steps: PlannedStep[]): string[] => steps.map((step) => step.name);

function drive(planned: PlannedStep[], outcome: (step: PlannedStep) => StepOutcome): { ran: string[]; state: PipelineState } {
  const ran: string[] = [];
  let state = start(planned);
  for (let step = ready(planned, state)[0]; step !== undefined; step = ready(planned, state)[0]) {
    ran.push(step.name);
    // What continue-as-new does to it between any two steps.
    state = JSON.parse(JSON.stringify(complete(planned, state, step.name, outcome(step)))) as PipelineState;
  }
  return { ran, state };
}

describe('a chain of steps', () => {
  it('runs the default plan in order', () => {
    const planned = plan([]);
    const { ran, state } = drive(planned, () => ({ kind: 'done' }));
    expect(ran).toEqual(['warmup', 'profile', 'analyze', 'optimize', 'execute', 'learn']);
    expect(isFinished(planned, state)).toBe(true);
    expect(state.failed).toBeNull();
  });

  it('offers one step at a time', () => {
    const planned = noops([true, true]);
    const first = start(planned);
    expect(names(ready(planned, first))).toEqual(['s1']);
    expect(isFinished(planned, first)).toBe(false);
    expect(names(ready(planned, complete(planned, first, 's1', { kind: 'done' })))).toEqual(['s2']);
  });

  it('goes on after a skipped step, and keeps the reason', () => {
    const { ran, state } = drive(noops([true, true, true]), (step) => (step.index === 2 ? { kind: 'skipped', reason: 'no findings' } : { kind: 'done' }));
    expect(ran).toEqual(['s1', 's2', 's3']);
    expect(state.skipped).toEqual([{ step: 's2', reason: 'no findings' }]);
  });

  it('ends at a failed step, and keeps the error', () => {
    const planned = noops([true, true, true]);
    const { ran, state } = drive(planned, (step) => (step.index === 2 ? { kind: 'failed', error: 'red' } : { kind: 'done' }));
    expect(ran).toEqual(['s1', 's2']);
    expect(state.failed).toEqual({ step: 's2', error: 'red' });
    expect(isFinished(planned, state)).toBe(true);
  });

  it('passes over disabled steps wherever they stand', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), (enabled) => {
        const { ran, state } = drive(noops(enabled), () => ({ kind: 'done' }));
        expect(ran).toEqual(enabled.flatMap((on, position) => (on ? [`s${position + 1}`] : [])));
        expect(state.failed).toBeNull();
      }),
    );
  });

  it('leaves the earlier state as it was', () => {
    const planned = noops([true, true, true]);
    const first = start(planned);
    const frozen = JSON.stringify(first);
    complete(planned, first, 's1', { kind: 'skipped', reason: 'x' });
    const again = complete(planned, first, 's1', { kind: 'done' });
    expect(JSON.stringify(first)).toBe(frozen);
    expect(names(ready(planned, again))).toEqual(['s2']);
    expect(again.skipped).toEqual([]);
  });

  it('does not grow with the steps that are done', () => {
    const planned = noops(Array.from({ length: 20_000 }, () => true));
    const { ran, state } = drive(planned, () => ({ kind: 'done' }));
    expect(ran).toHaveLength(20_000);
    expect(JSON.stringify(state).length).toBeLessThan(100);
  });

  it('takes the end of a step that was not ready for a bug', () => {
    const planned = noops([true, true]);
    const first = start(planned);
    expect(() => complete(planned, first, 's2', { kind: 'done' })).toThrow('step s2 ended and was not ready; ready: s1');
    const second = complete(planned, first, 's1', { kind: 'done' });
    expect(() => complete(planned, second, 's1', { kind: 'done' })).toThrow('was not ready');
    expect(() => complete(planned, complete(planned, second, 's2', { kind: 'failed', error: 'x' }), 's2', { kind: 'done' })).toThrow('ready: none');
  });
});
