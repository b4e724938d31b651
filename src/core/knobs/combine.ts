import type { Candidate, SpanEdit } from '../candidate.js';
import type { KnobRef } from './search.js';

/** A candidate that turns a knob. */
export type KnobCandidate = Candidate & { knob: KnobRef };

type Edits = KnobCandidate & { change: { kind: 'edits'; edits: SpanEdit[] } };

/**
 * The candidates that a search ends with: all winners as one, where there are several, and each alone to fall back upon. The
 * winners come best first; one whose edits touch those of a better one is left to itself, since the two cannot both be made, and
 * so is one that a training has made, since its profile is of the program as it was. What is joined is in the order of the ids,
 * so that the same settings are the same candidate whichever of them is the best.
 */
export function proposals(winners: readonly KnobCandidate[], idOf: (knob: KnobRef, edits: readonly SpanEdit[]) => string): Candidate[] {
  const apart: Edits[] = [];
  for (const winner of winners.filter(isEdits)) if (apart.every((other) => !overlap(other.change.edits, winner.change.edits))) apart.push(winner);
  const together = apart.toSorted((one, other) => (one.knob.id < other.knob.id ? -1 : 1));
  const [first] = together;
  if (first === undefined || together.length === 1) return [...winners];
  const edits = together.flatMap(({ change }) => change.edits);
  const changesResults = together.find((one) => one.changesResults !== undefined)?.changesResults;
  const knob: KnobRef = { id: together.map((one) => one.knob.id).join('+'), kind: first.knob.kind, value: together.map((one) => one.knob.value).join(', ') };
  const joined: Candidate = {
    ...first,
    id: idOf(knob, edits),
    recipe: together.map(({ recipe }) => recipe ?? '').join('+'),
    title: together.map(({ title }) => title).join(', and '),
    rationale: together.map(({ title, rationale }) => `${title}. ${rationale}`).join('\n\n'),
    knob,
    change: { kind: 'edits', edits },
  };
  delete joined.changesResults;
  return [changesResults === undefined ? joined : { ...joined, changesResults }, ...winners];
}

function isEdits(candidate: KnobCandidate): candidate is Edits {
  return candidate.change.kind === 'edits';
}

/** Touching ones count: two insertions at one place have no order. */
function overlap(some: readonly SpanEdit[], others: readonly SpanEdit[]): boolean {
  return some.some((one) => others.some((other) => one.file === other.file && one.start <= other.end && other.start <= one.end));
}
