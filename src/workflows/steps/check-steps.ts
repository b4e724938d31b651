import { hasCases } from '../../core/check/cases/has-cases.js';
import type { Json } from '../../core/json-value.js';
import type { Work } from '../../core/pipeline/machine/ready.js';
import { testCandidate } from '../candidate-tests.js';
import { refusal } from '../failures.js';
import { firstDifference } from '../ground.js';
import type { HostHandle } from '../host-session.js';
import { championWorktree, scopeOfStep, warn, type Phases } from '../phases.js';
import { builtWorktree, commandFailed, draftOf, worktreeOfBranch } from './draft.js';
import type { StepRunner } from './run-step.js';

/**
 * What can be asked of the draft of a branch, or of the best commit where there is none, before anything is measured. A
 * failure fails the step, with the end of what its command printed. A trial asks all of it again.
 */
export const checkSteps = { build: onBranch(build), test: onBranch(test), smoke: onBranch(smoke), check: onBranch(check) } satisfies Record<string, StepRunner>;

function onBranch(run: (on: HostHandle, phases: Phases, work: Work) => Promise<Json>): StepRunner {
  return async (phases, { type }, work) => {
    phases.control.enterStep(type, work.name);
    return { output: await phases.session.onHost((on) => run(on, phases, work)) };
  };
}

async function build(on: HostHandle, phases: Phases, work: Work): Promise<Json> {
  const { commit } = await worktreeOfBranch(on, phases, work);
  return { commit };
}

/** Compares with the results of the base's tests, as trials do. */
async function test(on: HostHandle, phases: Phases, work: Work): Promise<Json> {
  const { input, model } = phases;
  const { target, config } = input;
  const a = await championWorktree(on, phases);
  const b = await worktreeOfBranch(on, phases, work);
  const tested = await testCandidate(on, { scope: scopeOfStep(phases, work), target, config }, a, b, model.tests ?? null);
  if (tested === null) throw hasNone(work, 'commands.test');
  if (tested.base !== null) model.tests = tested.base;
  for (const note of tested.notes) warn(model, note);
  const why = tested.refused?.reasons.map(({ text }) => text).join('\n');
  if (why !== undefined) throw commandFailed(work.name, 'test', { problem: why, tail: '' }, config.commands.test?.run ?? '');
  return { text: tested.text, wall_ms: tested.wallMs };
}

async function smoke(on: HostHandle, phases: Phases, work: Work): Promise<Json> {
  const { target, config } = phases.input;
  const { smoke: command } = config.commands;
  if (command === undefined) throw hasNone(work, 'commands.smoke');
  const worktree = await worktreeOfBranch(on, phases, work);
  const outcome = await on.host('runCommand', work.name, { ...scopeOfStep(phases, work), target, config, worktree, role: 'smoke', command, cache: false });
  if (!outcome.ok) throw commandFailed(work.name, 'smoke', outcome, command.run);
  return { wall_ms: outcome.wallMs };
}

/** Compares the outputs of the draft with those of the best commit; of the best commit with those of the base. */
async function check(on: HostHandle, phases: Phases, work: Work): Promise<Json> {
  const { input } = phases;
  const { config, target } = input;
  if (config.commands.check === undefined && !hasCases(config)) throw hasNone(work, 'commands.check');
  const a = draftOf(work) === null ? await builtWorktree(on, phases, work, 'base', target.base) : await championWorktree(on, phases);
  const b = await worktreeOfBranch(on, phases, work);
  const differs = await firstDifference(on, input, scopeOfStep(phases, work), a, b, work.name);
  if (differs !== null) throw commandFailed(work.name, 'check', differs.outcome, differs.by === 'check' ? (config.commands.check?.run ?? '') : 'cases');
  return { same: true };
}

function hasNone({ name }: Work, key: string): Error {
  return refusal('PL_STEPS_INVALID', `it has nothing to run: the config has no \`${key}\``, { where: `steps: ${name}`, fix: `Set \`${key}\`, or leave the step out.` });
}
