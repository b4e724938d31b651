import { jsonCopy } from '../../../../src/core/json-value.js';
import type { StepDefinition } from '../../../../src/core/pipeline/graph/definition.js';
import type { Outcome } from '../../../../src/core/pipeline/machine/complete.js';
import type { Work } from '../../../../src/core/pipeline/machine/ready.js';
import type { Write } from '../../../../src/core/pipeline/keys/view.js';

/**
 * A chain of stages, each of which is a random graph, a parallel group or a race, with a gate after it that may jump back.
 * What runs at once never jumps at once, and of a race one member alone is ever successful: who is quicker decides nothing.
 */
export function randomPipeline(random: () => number): StepDefinition[] {
  const below = (most: number): number => Math.floor(random() * most);
  let made = 0;
  const name = (kind: string): string => `${kind}${made++}`;
  const plain = (more: Partial<StepDefinition> = {}): StepDefinition => ({
    type: random() < 0.15 ? 'flaky' : 'work',
    name: name('w'),
    ...(random() < 0.1 ? { enabled: false } : {}),
    ...(random() < 0.1 ? { on_fail: 'continue' as const, type: 'red' } : {}),
    retry: { attempts: 3 },
    ...more,
  });
  const graph = (type: 'parallel' | 'pipeline', depth: number): StepDefinition => {
    const steps: StepDefinition[] = [];
    const byNeeds = random() < 0.5;
    for (let count = 2 + below(5); count > 0; count--) {
      const needs = steps.flatMap(({ name: needed }) => (random() < 0.4 ? [needed ?? ''] : []));
      const first = needs[0];
      const when = first !== undefined && random() < 0.25 ? { when: `defined(steps.${first}.output) and steps.${first}.status == "success" and (not defined(state.k0) or state.k0 != 0)` } : {};
      const one = depth > 0 && random() < 0.25 ? (random() < 0.4 ? race() : graph('pipeline', depth - 1)) : plain();
      steps.push(byNeeds ? { ...one, needs, ...when } : one);
    }
    return { type, name: name('g'), steps };
  };
  const race = (): StepDefinition => {
    const members = Array.from({ length: 2 + below(2) }, (): StepDefinition => ({ type: 'red', name: name('r') }));
    const winner = below(members.length);
    return { type: 'race', name: name('race'), steps: members.map((member, index) => (index === winner ? { ...member, type: 'work' } : member)) };
  };
  const loop = (): StepDefinition => {
    const [first, last] = [name('l'), name('l')];
    return { type: 'parallel', name: name('g'), steps: [{ type: 'pipeline', name: name('g'), steps: [{ type: 'work', name: first }, { type: 'work', name: last, next: [{ to: first, when: `steps.${last}.count % 3 != 0` }] }] }, plain(), graph('pipeline', 0)] };
  };
  const stages: StepDefinition[] = [];
  for (let count = 2 + below(3); count > 0; count--) {
    stages.push(random() < 0.2 ? race() : random() < 0.3 ? loop() : graph(random() < 0.5 ? 'parallel' : 'pipeline', 2));
    const gate = name('gate');
    const target = stages[below(stages.length)]?.name ?? gate;
    stages.push({ type: 'gate', name: gate, ...(random() < 0.5 ? { next: [{ to: target, when: `steps.${gate}.count % 2 == 1` }] } : {}) });
  }
  // A gate runs whether or not the stage before it was skipped: a stage is never skipped as a whole here.
  return stages;
}

/** What a step does: a function of its name, count, attempt, input and of the state that it sees. */
export function behaviour(work: Work): Outcome {
  const { type } = work.step.definition;
  if (type === 'red' || (type === 'flaky' && work.attempt < 3)) return { kind: 'failed', error: { message: 'red' } };
  const seen = Object.fromEntries(work.state.keys().map((key) => [key, work.state.get(key)]));
  const token = hash(JSON.stringify([work.name, work.count, inputOf(work) ?? null, seen]));
  const writes: Write[] = [[`k${token % 7}`, token % 5 === 0 ? 0 : [work.name, work.count, token]]];
  if (token % 4 === 0) writes.push([`k${(token >>> 3) % 7}`]);
  return { kind: 'done', output: token, writes: writes.filter(([key], index) => writes.findIndex(([other]) => other === key) === index) };
}

function inputOf(work: Work): unknown {
  try {
    return jsonCopy(work.input ?? null);
  } catch {
    return 'of a disabled step';
  }
}

function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return (state ^ (state >>> 15)) >>> 0;
}
