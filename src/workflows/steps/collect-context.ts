import type { TargetFunction } from '../../core/targets/target-function.js';
import { refusal } from '../failures.js';
import { championWorktree, scopeOfStep } from '../phases.js';
import type { StepRunner } from './run-step.js';
import { targetsKey } from './select-targets.js';

/** The key of the state under which a branch has the source of its targets: a reference to JSON of FunctionContext[]. */
export const contextKey = 'context';

/** Collects the source of the targets of the branch and the places that call them. */
export const collectContext: StepRunner = async (phases, { call_sites: callSites = 5, snippet_lines: snippetLines = 80 }, work) => {
  const { session, control } = phases;
  const { name, state } = work;
  const targets = state.get(targetsKey) as TargetFunction[] | undefined;
  if (targets === undefined) throw refusal('PL_NO_TARGETS', 'it has no targets', { where: `steps: ${name}`, fix: 'Put a select_targets step before it.' });
  control.enterStep('collect_context', name);
  const { context, functions, callSites: sites, lines } = await session.onHost(async (on) => on.host('collectContext', name, { ...scopeOfStep(phases, work), worktree: await championWorktree(on, phases), targets, callSites, snippetLines }));
  return { output: { context, functions, call_sites: sites, lines }, writes: [[contextKey, context]] };
};
