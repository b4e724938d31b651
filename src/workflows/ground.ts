import { hasCases } from '../core/check/cases/has-cases.js';
import type { Config } from '../core/config/schema.js';
import type { CheckOutcome, CommandOutcome, CommandRole, Scope, WorktreeRef } from '../core/run/contracts.js';
import type { CommitRef, Target } from '../core/target.js';
import { refusal } from './failures.js';
import type { HostHandle } from './host-session.js';

export interface Work {
  run: string;
  target: Target;
  config: Config;
  queuePrefix: string;
}

/** Opens worktrees and sets them up and builds them; fails the run where that is not possible. */
export async function readyWorktrees(on: HostHandle, work: Work, scope: Scope, wanted: { key: string; commit: CommitRef }[], options: { cacheBuild: boolean; code: string; /** Told whether the result of an earlier one stood in. */ found?: (role: 'setup' | 'build', cached: boolean) => void }): Promise<WorktreeRef[]> {
  const { target, config } = work;
  const opened = await on.host('openWorktrees', `worktree of ${wanted[0]?.commit.commit.slice(0, 10)}`, { ...scope, target, config, worktrees: wanted });
  for (const worktree of opened) {
    const setup = await mustRun(on, work, scope, worktree, 'setup', true, options.code);
    if (setup !== null) options.found?.('setup', setup.cached);
    const build = await mustRun(on, work, scope, worktree, 'build', options.cacheBuild, options.code);
    if (build !== null) options.found?.('build', build.cached);
  }
  return opened;
}

/** Runs a command of the config, if there is one, and fails the run when it fails. Null when there is none. */
export async function mustRun(on: HostHandle, work: Work, scope: Scope, worktree: WorktreeRef, role: Exclude<CommandRole, 'command'>, cache: boolean, code: string): Promise<CommandOutcome | null> {
  const { target, config } = work;
  const command = role === 'setup' ? config.target.setup : config.commands[role];
  if (command === undefined) return null;
  const outcome = await on.host('runCommand', role, { ...scope, target, config, worktree, role, command, cache });
  if (!outcome.ok) {
    throw refusal(code, `the ${role} command failed on ${worktree.commit.slice(0, 10)}: ${outcome.problem}\n${outcome.tail}`.trimEnd(), {
      where: `commands.${role}: ${command.run}`,
      fix: 'Make it pass in a fresh clone of that revision first. What it needs besides git belongs in `target.setup` or `target.link`.',
    });
  }
  return outcome;
}

/** What the check command and the functions of [[cases]] show differently on two worktrees; null: nothing. */
export async function firstDifference(on: HostHandle, { target, config }: Work, scope: Scope, a: WorktreeRef, b: WorktreeRef, summary: string): Promise<{ by: 'check' | 'cases'; outcome: CheckOutcome } | null> {
  const both = { ...scope, target, config, a, b };
  if (config.commands.check !== undefined) {
    const outcome = await on.host('compareOutputs', summary, both);
    if (!outcome.ok) return { by: 'check', outcome };
  }
  if (!hasCases(config)) return null;
  const outcome = await on.host('compareCases', summary, both);
  return outcome.ok ? null : { by: 'cases', outcome };
}

/** Fails the run when the checks do not show the same on two worktrees of one commit: they would refuse good candidates. */
export async function mustAgree(on: HostHandle, work: Work, scope: Scope, a: WorktreeRef, b: WorktreeRef): Promise<void> {
  const differs = await firstDifference(on, work, scope, a, b, 'is the check repeatable?');
  if (differs === null) return;
  const { problem, tail } = differs.outcome;
  if (differs.by === 'check') {
    throw refusal('PL_CHECK_UNUSABLE', `the check command cannot tell a right candidate from a wrong one: on two checkouts of the base, ${problem}\n${tail}`.trimEnd(), {
      where: `commands.check: ${work.config.commands.check?.run ?? ''}`,
      fix: 'It must end with 0 and print the same each time: fix the seeds, sort what has no order, leave out times and paths; for numbers set `check.compare` and `check.tolerance`.',
    });
  }
  throw refusal('PL_CHECK_UNUSABLE', `the cases cannot tell a right candidate from a wrong one: on two checkouts of the base, ${problem}`, {
    where: 'cases',
    fix: 'A function that is compared must give the same each time for the same arguments. Correct its name and the types of its arguments; leave out functions that depend on the time, on random numbers or on files.',
  });
}
