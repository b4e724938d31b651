import type { Attempt } from '../activity.js';
import type { Dependencies } from '../dependencies.js';
import { changeState, groundOf, worktreesOf, type SandboxState } from './state.js';
import { openAnew, stepsOfChange, testsOfBase, type Step } from './steps.js';

/**
 * Sets the change up, builds, tests and tries it, up to the first step that fails. Its tests are compared with those of the base, which run the
 * first time. `isLatest`: false where another change was put there meanwhile. Throws PL_NO_SUCH_SANDBOX where the sandbox was
 * removed meanwhile.
 */
export async function validate(deps: Dependencies, state: SandboxState, attempt: Attempt): Promise<{ steps: Step[]; commit: string; valid: boolean; isLatest: boolean }> {
  const { a, b } = worktreesOf(state);
  const ground = groundOf(state);
  const tests = state.tests ?? (await testsOfBase(deps, ground, a, attempt));
  await openAnew(deps, ground, [b]);
  const steps = await stepsOfChange(deps, ground, b, tests, attempt);
  const valid = steps.every(({ ok }) => ok);
  const known = tests === null || 'why' in tests ? {} : { tests };
  const isLatest = await changeState(deps.home, state, { ...known, ...(valid ? { valid: b.commit, passed: steps.map(({ step }) => step) } : { valid: null, passed: [] }) });
  return { steps, commit: b.commit, valid, isLatest };
}
