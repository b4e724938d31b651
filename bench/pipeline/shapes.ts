import type { StepDefinition } from '../../src/core/pipeline/graph/definition.js';

export const keys = 1_000;
export const readsPerStep = 10;

/** The keys that a step reads, and the one that it writes; the peers' programs have the same two lines. */
export const readKeys = (step: number): string[] => Array.from({ length: readsPerStep }, (_, read) => `k${(step * 7 + read * 13) % keys}`);
export const writtenKey = (step: number): string => `k${step % keys}`;

export function chain(steps: number): StepDefinition[] {
  return Array.from({ length: steps }, (_, index) => ({ type: 'work', name: `s${index}` }));
}

/** One step, `width` that need it, and one that needs all of those. */
export function fan(width: number): StepDefinition[] {
  const branches = Array.from({ length: width }, (_, index) => `s${index + 1}`);
  return [{ type: 'work', name: 's0' }, ...branches.map((name) => ({ type: 'work', name, needs: ['s0'] })), { type: 'work', name: `s${width + 1}`, needs: branches }];
}
