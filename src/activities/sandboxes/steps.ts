import type { CommandOutcome, CommandRole, WorktreeRef } from '../../core/run/contracts.js';
import { judgeTests } from '../../core/tests/judge.js';
import { closeWorktree } from '../../workspace/open-worktree.js';
import type { Attempt } from '../activity.js';
import { commandIn } from '../commands.js';
import type { Dependencies } from '../dependencies.js';
import { repositoryOf } from '../ground.js';
import { openTogether } from '../worktrees.js';
import type { KnownTests, SandboxGround } from './state.js';

export interface Step {
  step: string;
  ok: boolean;
  seconds: number;
  problem: string;
  /** The last lines of its output; empty where it went well. */
  tail: string;
}

/** All that a change goes through before it may be committed, in this order. */
const all = ['setup', 'build', 'test', 'smoke'] as const;
type Role = Exclude<CommandRole, 'command'>;

/** Opens worktrees of a sandbox with what their commits hold: whoever knew their paths may have edited in them. */
export async function openAnew(deps: Dependencies, { target, config }: SandboxGround, sides: readonly WorktreeRef[]): Promise<void> {
  const repository = await repositoryOf(deps, target);
  await repository.ensureCommit(target.base);
  for (const { key } of sides) await closeWorktree(deps.home, key);
  await openTogether(deps, { target, config }, repository, sides.map(({ key, commit }) => ({ key, commit: { ...target.base, commit } })));
}

/** What the tests come to on the code as it was: results to compare with, null where the config names no tests, or why they say nothing. */
export async function testsOfBase(deps: Dependencies, ground: SandboxGround, base: WorktreeRef, attempt: Attempt): Promise<KnownTests | { why: string } | null> {
  if (ground.config.commands.test === undefined) return null;
  await openAnew(deps, ground, [base]);
  for (const role of ['setup', 'build', 'test'] as const) {
    const outcome = await outcomeOf(deps, ground, base, role, attempt);
    if (outcome?.ok === false) return { why: `the ${role} command fails without the change, too: ${outcome.problem}` };
    if (outcome?.tests?.unusable != null) return { why: outcome.tests.unusable.message };
    if (outcome?.tests !== undefined) return { runs: [outcome.tests.results], plain: outcome.tests.plain };
  }
  throw new Error('a test command has results');
}

/** Sets up, builds, tests and tries a change, up to the first step that fails. Tests that are lost, skipped or fail beside those of the base are held against it. */
export async function stepsOfChange(deps: Dependencies, ground: SandboxGround, worktree: WorktreeRef, tests: KnownTests | { why: string } | null, attempt: Attempt): Promise<Step[]> {
  return runSteps(deps, ground, worktree, all, attempt, tests);
}

/** Runs the commands that the config names, until one fails. */
export async function runSteps(deps: Dependencies, ground: SandboxGround, worktree: WorktreeRef, roles: readonly Role[], attempt: Attempt, tests: KnownTests | { why: string } | null = null): Promise<Step[]> {
  const steps: Step[] = [];
  for (const role of roles) {
    const step = role === 'test' && tests !== null && 'why' in tests ? { step: role, ok: false, seconds: 0, problem: tests.why, tail: '' } : stepOf(role, await outcomeOf(deps, ground, worktree, role, attempt, tests));
    if (step === null) continue;
    steps.push(step);
    if (!step.ok) break;
  }
  return steps;
}

/** Null where the config names no such command. */
async function outcomeOf(deps: Dependencies, { scope, target, config }: SandboxGround, worktree: WorktreeRef, role: Role, attempt: Attempt, tests: KnownTests | { why: string } | null = null): Promise<CommandOutcome | null> {
  const command = role === 'setup' ? config.target.setup : config.commands[role];
  if (command === undefined) return null;
  const compared = role === 'test' && tests !== null && 'runs' in tests ? { tests: { base: tests.runs, plain: tests.plain } } : {};
  return commandIn(deps, { ...scope, target, config, worktree, role, command, cache: role === 'setup' || role === 'build', ...compared }, attempt);
}

function stepOf(role: Role, outcome: CommandOutcome | null): Step | null {
  if (outcome === null) return null;
  const { ok, problem, tail, wallMs } = outcome;
  const judged = role === 'test' ? judgeTests({ ok, problem, tail: '' }, outcome.tests?.compared) : null;
  return { step: role, seconds: wallMs / 1000, tail, ...(judged === null ? { ok, problem } : { ok: judged.kind === 'passed', problem: judged.kind === 'passed' ? '' : judged.text }) };
}
