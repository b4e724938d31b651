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
  const folds = foldsOf(whole);
  if (folds.length === 0) return whole;
  const hidden = new Set(folds.flatMap((fold) => fold.hidden));
  const byLast = new Map(folds.map((fold) => [fold.last, fold]));
  const kept: Drawn[] = [];
  const placeOf = new Map<number, number>();
  for (const [place, step] of whole.entries()) {
    if (!hidden.has(place)) placeOf.set(place, kept.push(step) - 1);
    const fold = byLast.get(place);
    if (fold === undefined) continue;
    kept.push(manyOf(fold.hidden.flatMap((one) => whole[one] ?? []), step));
    for (const one of fold.hidden) placeOf.set(one, kept.length - 1);
  }
  for (const step of kept) step.needs = [...new Set(step.needs.flatMap((need) => placeOf.get(need) ?? []))].toSorted((one, other) => one - other);
  return kept;
}

/** Places of what is alike and not drawn, and of the last of what it is like: behind that it is counted. */
interface Fold {
  hidden: number[];
  last: number;
}

function foldsOf(steps: readonly DrawnStep[]): Fold[] {
  const dependents: number[][] = steps.map(() => []);
  for (const [place, { needs }] of steps.entries()) for (const need of needs) dependents[need]?.push(place);
  const alike = groupBy(steps.map((_, place) => place), (place) => JSON.stringify([likeness(steps[place] as DrawnStep), steps[place]?.needs, dependents[place]]));
  return [...alike.values()]
    .filter((places) => places.length > mostAlike + 1)
    .map((places) => ({ hidden: places.toSorted((one, other) => weight(steps[one]) - weight(steps[other]) || one - other).slice(mostAlike).toSorted((one, other) => one - other), last: places.at(-1) ?? 0 }));
}

function likeness({ type, when, jumps, notes, members }: DrawnStep): unknown {
  return [type, when, jumps.map(({ text }) => text), notes, members.map((member) => (member.kind === 'many' ? [member.type, member.count] : likeness(member)))];
}

/** The lower, the sooner it is drawn. */
function weight(step: DrawnStep | undefined): number {
  return step?.state === 'failed' ? 0 : step?.state === 'running' || step?.state === 'asking' ? 1 : 2;
}

function manyOf(hidden: readonly DrawnStep[], { type, needs }: DrawnStep): DrawnMany {
  const states: DrawnMany['states'] = {};
  for (const { state } of hidden) if (state !== null) states[state] = (states[state] ?? 0) + 1;
  return { kind: 'many', type, count: hidden.length, first: hidden[0]?.name ?? '', last: hidden.at(-1)?.name ?? '', states, needs };
}

/** `12 done, 3 waiting`. */
export function statesText(states: Partial<Record<StepState, number>>): string {
  return Object.entries(states).map(([state, count]) => `${count} ${state}`).join(', ');
}
