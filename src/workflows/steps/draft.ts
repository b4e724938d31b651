import type { Work } from '../../core/pipeline/machine/ready.js';
import type { CommandOutcome, CommandRole, WorktreeRef } from '../../core/run/contracts.js';
import { draftKey, type Draft } from '../../core/run/draft.js';
import type { CommitRef } from '../../core/target.js';
import { refusal } from '../failures.js';
import type { HostHandle } from '../host-session.js';
import { championWorktree, scopeOfStep, type Phases } from '../phases.js';

/** The draft of the branch; null where there is none. */
export function draftOf(work: Work): Draft | null {
  return (work.state.get(draftKey) as Draft | null | undefined) ?? null;
}

/** A worktree of the draft, set up and built; of the best commit where there is no draft. It is removed at the end of the round. */
export async function worktreeOfBranch(on: HostHandle, phases: Phases, work: Work): Promise<WorktreeRef> {
  const draft = draftOf(work);
  return draft === null ? championWorktree(on, phases) : builtWorktree(on, phases, work, 'draft', draft.commit);
}

/** A worktree of a commit, set up and built. Fails the step where that is not possible. `purpose`: names it. */
export async function builtWorktree(on: HostHandle, phases: Phases, work: Work, purpose: 'draft' | 'base', commit: CommitRef): Promise<WorktreeRef> {
  const { input: { run, target, config }, model } = phases;
  const scope = scopeOfStep(phases, work);
  const key = `${run}/${purpose}/${commit.commit.slice(0, 12)}`;
  if (!model.opened.includes(key)) model.opened.push(key);
  const [worktree] = await on.host('openWorktrees', `worktree of ${commit.commit.slice(0, 10)}`, { ...scope, target, config, worktrees: [{ key, commit }] });
  if (worktree === undefined) throw new Error('one worktree was asked for');
  for (const role of ['setup', 'build'] as const) {
    const command = role === 'setup' ? config.target.setup : config.commands[role];
    if (command === undefined) continue;
    const outcome = await on.host('runCommand', `${role} ${purpose}`, { ...scope, target, config, worktree, role, command, cache: true });
    if (!outcome.ok) throw commandFailed(work.name, role, outcome, command.run);
  }
  return worktree;
}

/** How a step ends whose command failed: with the end of what that printed. */
export function commandFailed(step: string, role: CommandRole | 'check', { problem, tail }: Pick<CommandOutcome, 'problem' | 'tail'>, command: string): Error {
  return refusal('PL_STEP_FAILED', `the ${role} command failed: ${problem}\n${tail}`.trimEnd(), { where: `steps: ${step}: ${command}` });
}
