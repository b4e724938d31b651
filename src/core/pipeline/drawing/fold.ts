import { groupBy } from '../../group-by.js';
import type { StepState } from '../step-states.js';
import type { Drawn, DrawnMany, DrawnStep } from './drawn.js';

/** So many beside each other can be drawn whatever they are. */
const mostBeside = 24;
/** So many that are alike are drawn. */
const mostAlike = 6;

/** The same steps, where many beside each other are alike with but a few of them drawn: those that run or failed before others. O(steps + needs). */
export function folded(steps: readonly DrawnStep[]): Drawn[] {
  const whole = steps.map((step): DrawnStep => ({ ...step, members: folded(step.members as DrawnStep[]) }));
  if (whole.length <= mostBeside) return whole;
  const hidden = hiddenOf(whole);
  if (hidden.size === 0) return whole;
  const kept: Drawn[] = [];
  const placeOf = new Map<number, number>();
  const many = new Map<string, number>();
  for (const [place, step] of whole.entries()) {
    const key = hidden.get(place);
    const known = key === undefined ? undefined : many.get(key);
    if (key === undefined) placeOf.set(place, kept.push(step) - 1);
    else if (known === undefined) {
      many.set(key, kept.push(first(step)) - 1);
      placeOf.set(place, kept.length - 1);
    } else {
      add(kept[known] as DrawnMany, step);
      placeOf.set(place, known);
    }
  }
  for (const step of kept) step.needs = [...new Set(step.needs.flatMap((need) => placeOf.get(need) ?? []))].toSorted((one, other) => one - other);
  return kept;
}

/** What is not drawn: its place, with what it is alike in. */
function hiddenOf(steps: readonly DrawnStep[]): Map<number, string> {
  const dependents: number[][] = steps.map(() => []);
  for (const [place, { needs }] of steps.entries()) for (const need of needs) dependents[need]?.push(place);
  const alike = groupBy(steps.map((_, place) => place), (place) => JSON.stringify([likeness(steps[place] as DrawnStep), steps[place]?.needs, dependents[place]]));
  const hidden = new Map<string, number[]>();
  for (const [key, places] of alike) if (places.length > mostAlike + 1) hidden.set(key, places.toSorted((one, other) => weight(steps[one]) - weight(steps[other]) || one - other).slice(mostAlike));
  return new Map([...hidden].flatMap(([key, places]) => places.toSorted((one, other) => one - other).map((place) => [place, key] as const)));
}

function likeness({ type, when, jumps, notes, members }: DrawnStep): unknown {
  return [type, when, jumps.map(({ text }) => text), notes, members.map((member) => (member.kind === 'many' ? [member.type, member.count] : likeness(member)))];
}

/** The lower, the sooner it is drawn. */
function weight(step: DrawnStep | undefined): number {
  return step?.state === 'failed' ? 0 : step?.state === 'running' ? 1 : 2;
}

function first({ type, name, state, needs }: DrawnStep): DrawnMany {
  return { kind: 'many', type, count: 1, first: name, last: name, states: state === null ? {} : { [state]: 1 }, needs };
}

function add(many: DrawnMany, { name, state }: DrawnStep): void {
  many.count += 1;
  many.last = name;
  if (state !== null) many.states[state] = (many.states[state] ?? 0) + 1;
}

/** `12 done, 3 waiting`. */
export function statesText(states: Partial<Record<StepState, number>>): string {
  return Object.entries(states).map(([state, count]) => `${count} ${state}`).join(', ');
}
