import { patched } from '@temporalio/workflow';
import type { TrialSummary } from '../core/status.js';
import { applicationCause, wasCancelled } from './failures.js';
import { readyWorktrees } from './ground.js';
import { scopeOf, warn, type Phases } from './phases.js';

/**
 * Profiles the champion with what was just accepted, and notes what differs from the profile of the one before. It costs a run of
 * the benchmark, which the next round then saves. `earlier`: the champion that it was accepted on; without a profile of that one
 * there is nothing to compare with. A profile that fails stops nothing.
 */
export async function profileAccepted({ input, model, control, session }: Phases, summary: TrialSummary, earlier: string): Promise<void> {
  const { profile: before, profiled } = model;
  if (before === null || profiled?.commit !== earlier || model.stopping || !patched('profile-accepted')) return;
  const { target, config, run } = input;
  const scope = scopeOf(input, `profile-${summary.id}`);
  control.enter('execute', `profiling ${summary.candidate.title}`);
  try {
    await session.onHost((on) => on.withWorktrees({ ...scope, target, keys: [`${run}/profile/${summary.id}`] }, async ([key = '']) => {
      const [worktree] = await readyWorktrees(on, input, scope, [{ key, commit: model.champion }], { cacheBuild: true, code: 'PL_CHAMPION_RED' });
      if (worktree === undefined) throw new Error('one worktree was asked for');
      // Times of two hosts say nothing about the change.
      const comparable = profiled.host === on.lease.host ? { before } : {};
      const { profile: after, diff } = await on.bench('profile', `profile of ${summary.id}`, { ...scope, target, config, lease: on.lease, worktree, brought: null, ...comparable });
      model.profile = after;
      model.profiled = { commit: model.champion.commit, host: on.lease.host, accepted: true };
      model.lease = on.lease;
      if (diff !== undefined) summary.profile = { before, after, diff };
    }));
  } catch (error) {
    if (wasCancelled(error)) throw error;
    warn(model, `${summary.id} was accepted, but what it changed in the profile is not known: ${applicationCause(error)?.message ?? (error instanceof Error ? error.message : String(error))}`);
  }
}
