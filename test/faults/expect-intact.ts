import { expect, onTestFinished } from 'vitest';
import { countingTarget, type CountingTarget, type Effect, type Role } from '../support/counting-target.js';
import { patience, type Loop } from '../support/loop.js';

/** A target that is gone when the test is over. */
export function testTarget(...options: Parameters<typeof countingTarget>): CountingTarget {
  const made = countingTarget(...options);
  onTestFinished(() => made.remove());
  return made;
}

/** Steps that a worktree needs once. */
const onceEach: readonly Role[] = ['setup', 'build', 'test'];

/**
 * What holds after every run, whatever happened to it: the user's checkout is as it was, no process and no worktree is
 * left, no two attempts of a step worked at once, and no step was done again but those that were interrupted, at most
 * `interruptions`.
 */
export async function expectIntact(loop: Pick<Loop, 'worktrees'>, target: CountingTarget, { before, interruptions }: { before: string; interruptions: number }): Promise<void> {
  expect(target.fingerprint(), 'the checkout').toBe(before);
  await expect.poll(() => target.processes(), patience).toEqual([]);
  await expect.poll(() => loop.worktrees(), patience).toEqual([]);
  const effects = target.effects();
  expect(effects.filter(({ what }) => what === 'overlap')).toEqual([]);
  const again = repeated(effects);
  expect(again.length, `done again: ${JSON.stringify(again)}`).toBeLessThanOrEqual(interruptions);
}

/** The beginnings of steps beyond the first in their worktree. */
function repeated(effects: readonly Effect[]): Effect[] {
  const seen = new Set<string>();
  return effects.filter(({ role, what, worktree }) => {
    if (what !== 'begin' || !onceEach.includes(role)) return false;
    const key = `${role} ${worktree}`;
    const known = seen.has(key);
    seen.add(key);
    return known;
  });
}
