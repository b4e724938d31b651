import { refusal } from '../failures.js';
import { scopeOfStep } from '../phases.js';
import type { StepRunner } from './run-step.js';
import { worktreeOfCommand } from './worktree-of-command.js';

/** Runs a command of the user in a worktree of the draft of its branch, or of the best commit so far. */
export const command: StepRunner = async (phases, { command: asked, output = 'none', metrics }, work) => {
  const { input, session, control } = phases;
  if (asked === undefined) throw refusal('PL_STEPS_INVALID', 'it has no command');
  control.enterStep('command', work.name);
  const scope = scopeOfStep(phases, work);
  const worktreeOf = worktreeOfCommand(phases, work);
  const outcome = await session.onHost(async (on) => {
    const worktree = await worktreeOf(on);
    return on.host('runCommand', work.name, { ...scope, target: input.target, config: input.config, worktree, role: 'command', command: asked, cache: false, ...(output === 'none' && metrics === undefined ? {} : { read: { json: output === 'json', metrics: metrics ?? {} } }) });
  });
  if (!outcome.ok) throw refusal('PL_STEP_FAILED', `${outcome.problem}\n${outcome.tail}`.trimEnd(), { where: `steps: ${work.name}: ${asked.run}` });
  const { wallMs, read } = outcome;
  if (output === 'json') return { output: read?.json ?? null };
  return { output: { wall_ms: wallMs, ...(read === undefined ? {} : { metrics: read.metrics }) } };
};
