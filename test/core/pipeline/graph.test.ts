import { describe, expect, it } from 'vitest';
import { PerfloopError } from '../../../src/core/errors.js';
import type { StepDefinition } from '../../../src/core/pipeline/graph/definition.js';
import { plan, planProblems } from '../../../src/core/pipeline/graph/plan.js';
import { step } from './support/run.js';

const problems = (steps: readonly StepDefinition[]): string[] => planProblems(steps).map(({ path, text }) => `${path.join('.')}: ${text}`);
const names = (steps: readonly StepDefinition[]): string[] => plan(steps).nodes.toSorted((one, other) => one.position - other.position).flatMap(({ kind, name }) => (kind === 'step' ? [name] : []));

describe('the plan of a pipeline', () => {
  it('is a chain in file order where no step needs anything', () => {
    const { nodes } = plan([step('a'), step('b'), step('c')]);
    const needs = nodes.map(({ name, needs: indices }) => [name, indices.map((index) => nodes[index]?.name)]);
    expect(needs).toEqual([['', []], ['a', ['']], ['b', ['a']], ['c', ['b']], ['', ['c']]]);
  });

  it('begins the members of parallel and race together', () => {
    const { nodes, byName } = plan([{ type: 'parallel', name: 'p', steps: [step('a'), step('b')] }, { type: 'race', name: 'r', steps: [step('c'), { type: 'pipeline', name: 'q', steps: [step('d'), step('e')] }] }]);
    const needs = (name: string): (string | undefined)[] => (byName.get(name)?.needs ?? []).map((index) => `${nodes[index]?.name} ${nodes[index]?.kind}`);
    expect(needs('a')).toEqual(['p open']);
    expect(needs('b')).toEqual(['p open']);
    expect(needs('r')).toEqual(['p close']);
    expect(needs('q')).toEqual(['r open']);
    expect(needs('e')).toEqual(['d step']);
  });

  it('orders steps after what they need, and otherwise as the file has them', () => {
    expect(names([step('z'), step('y'), step('x')])).toEqual(['z', 'y', 'x']);
    expect(names([step('d', { needs: ['b', 'c'] }), step('c', { needs: ['a'] }), step('b', { needs: ['a'] }), step('a')])).toEqual(['a', 'b', 'c', 'd']);
    expect(names([step('a', { needs: [] }), step('b', { needs: [] }), step('c', { needs: ['a'] })])).toEqual(['a', 'b', 'c']);
  });

  it('duplicate names are refused with their places', () => {
    expect(problems([step('a'), step('a'), { type: 'parallel', name: 'p', steps: [step('a')] }])).toEqual([
      '1.name: another step has the name `a` already (step 1 in file order); give each a name of its own',
      '2.steps.0.name: another step has the name `a` already (step 1 in file order); give each a name of its own',
    ]);
  });

  it('missing names are refused, with the nearest one', () => {
    expect(problems([step('build'), step('test', { needs: ['buikd'] })])).toEqual(['1.needs.0: there is no step `buikd`; did you mean build?']);
    expect(problems([step('a', { next: [{ to: 'zzzzzz' }] })])).toEqual(['0.next.0.to: there is no step `zzzzzz` to jump to']);
    expect(problems([step('build'), step('b', { when: 'steps.bild.output' })])).toEqual(['1.when: there is no step `bild`; did you mean build?']);
  });

  it('cycles in needs are refused with the cycle printed, and what waits for one is unreachable', () => {
    expect(problems([step('a', { needs: ['c'] }), step('b', { needs: ['a'] }), step('c', { needs: ['b'] }), step('d', { needs: ['c'] }), step('e', { needs: ['d'] }), step('f')])).toEqual([
      '0.needs: steps need each other in a cycle: a -> c -> b -> a (each needs the next)',
      '3: `d` can never run: it waits for `c`, which is part of a cycle',
      '4: `e` can never run: it waits for `c`, which is part of a cycle',
    ]);
    expect(problems([step('a', { needs: ['a'] })])).toEqual(['0.needs: steps need each other in a cycle: a -> a (each needs the next)']);
    const groups = problems([{ type: 'parallel', name: 'p', needs: ['q'], steps: [step('x'), step('y')] }, { type: 'pipeline', name: 'q', needs: ['p'], steps: [step('z')] }]);
    expect(groups[0]).toBe('0.needs: steps need each other in a cycle: p -> q -> p (each needs the next)');
  });

  it('needs reach neither into a group nor out of one', () => {
    const steps = [step('a'), { type: 'pipeline', name: 'g', steps: [step('b'), step('c', { needs: ['a'] })] }, step('d', { needs: ['b'] }), step('e', { needs: ['g'] })];
    expect(problems(steps)).toEqual([
      '1.steps.1.needs.0: `a` is not beside `c`; a step needs steps of its own group, and a group what all of its members need',
      '2.needs.0: `b` is not beside `d`; a step needs steps of its own group, and a group what all of its members need',
    ]);
    expect(problems([{ type: 'pipeline', name: 'g', steps: [step('b', { needs: ['g'] })] }])).toEqual(['0.steps.0.needs.0: `g` is the group that this step is in; its members begin when it does']);
  });

  it('jumps go to steps beside, or beside a group around, and to no member of a race', () => {
    const inside = { type: 'pipeline', name: 'g', steps: [step('b', { next: [{ to: 'a' }, { to: 'g' }, { to: 'b' }] })] };
    expect(problems([step('a'), inside])).toEqual([]);
    expect(problems([step('a', { next: [{ to: 'b' }] }), inside])).toEqual(['0.next.0.to: `b` is inside of another group; a jump from `a` goes to a step beside it or beside a group around it']);
    expect(problems([{ type: 'race', name: 'r', steps: [step('a'), step('b', { next: [{ to: 'a' }] })] }])).toEqual(['0.steps.1.next.0.to: `a` is a member of the race `r`, whose members begin together; jump to the race itself']);
  });

  it('conditions ask only about steps that are over for certain', () => {
    expect(problems([step('a'), step('b', { when: 'steps.a.output == 1', next: [{ to: 'a', when: 'steps.b.count < 3' }] })])).toEqual([]);
    const refused = problems([step('a', { when: 'steps.b.output' }), step('b', { when: 'steps.b.count > 1' })]);
    expect(refused).toEqual([
      '0.when: asks about `b`, which `a` does not need, so that it may not be over; add it to `needs`',
      '1.when: asks about `b`, which has not run then; only `next` can ask about its own step',
    ]);
  });

  it('settings that cannot be are refused, all problems at once', () => {
    expect(problems([step('a', { timeout: 0 }), step('b', { retry: { attempts: 0, factor: -1 } }), step('c', { retain: 1.5, steps: [] }), { type: 'race', name: 'r', steps: [], retry: { attempts: 2 } }, step('e', { when: '1 +' })])).toEqual([
      '0.timeout: must be more than 0 ms, got 0',
      '1.retry: attempts must be a whole number from 1, got 0',
      '1.retry: factor must be a number from 0, got -1',
      '2.retain: must be a whole number from 0, got 1.5',
      '2.steps: step `c` is of type step; only pipeline, parallel and race have steps',
      '3.steps: group `r` has no steps',
      '3.retry: `r` is a group, which is not tried again as a whole; give its steps a retry, or jump back to it',
      '4.when: expected a value, found the end (at character 4)',
    ]);
    expect(() => plan([step('a', { needs: ['x'] })])).toThrow(PerfloopError);
  });

  it('a file of 10,000 steps is planned, and one with 10,000 mistakes is refused with the first 200', () => {
    const steps = Array.from({ length: 10_000 }, (_, index) => step(`s${index}`, index > 0 ? { when: `steps.s${index - 1}.output == 's'` } : {}));
    expect(plan(steps).steps).toBe(10_000);
    const wrong = steps.map(({ name }) => step(name ?? '', { needs: [`${name}x`], next: [{ to: 'no where' }] }));
    expect(planProblems(wrong)).toHaveLength(200);
    const ring = steps.map((_, index) => step(`s${index}`, { needs: [`s${(index + 1) % steps.length}`] }));
    expect(planProblems(ring)).toHaveLength(1);
    expect(planProblems([...ring, step('behind', { needs: ['s7'] })])).toHaveLength(2);
  });

  it('groups within each other are bounded', () => {
    let nested: StepDefinition = step('a');
    for (let depth = 0; depth < 3_000; depth++) nested = { type: 'pipeline', name: `g${depth}`, steps: [nested] };
    expect(problems([nested])[0]).toContain('groups are nested more than 50 levels deep');
  });
});
