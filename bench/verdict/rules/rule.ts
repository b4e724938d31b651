import type { Machine } from '../noises/noise.js';

/** The next time of a side, in units of the champion's undisturbed one. */
export type Side = () => number;

/** Another way to decide, as people and programs do: on one build of each side. */
export interface OtherRule {
  name: string;
  /** What it takes and accepts, for people. */
  what: string;
  /** Whether it accepts, and the samples that it took. */
  judge(before: Side, after: Side): { accepted: boolean; samples: number };
}

export function sidesOf(machine: Machine, gain: number): { before: Side; after: Side } {
  const a = machine.build();
  const b = machine.build() - gain;
  return { before: () => Math.exp(machine.sample() + a), after: () => Math.exp(machine.sample() + b) };
}

export function taken(side: Side, count: number): number[] {
  return Array.from({ length: count }, side);
}
