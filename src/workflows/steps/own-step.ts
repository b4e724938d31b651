import { ExpressionError } from '../../core/expression/error.js';
import type { Json } from '../../core/json-value.js';
import type { Work } from '../../core/pipeline/machine/ready.js';
import { refusal } from '../failures.js';
import { scopeOfStep } from '../phases.js';
import type { StepRunner } from './run-step.js';
import { worktreeOfCommand } from './worktree-of-command.js';

/** Characters of JSON: more belongs into a file. */
const largestInput = 200_000;

/** A function of a user's module, in a worktree of the draft of its branch, or of the best commit so far. */
export const ownStep: StepRunner = async (phases, { type }, work) => {
  const { input: { run, target, config }, model, session, control } = phases;
  const { name, count, attempt } = work;
  control.enterStep(type, name);
  const settings = settingsOf(work);
  const input = work.inputIfAny ?? null;
  const { length } = JSON.stringify([settings, input]);
  if (length > largestInput) throw refusal('PL_STEP_SETTINGS', `step ${name}: its settings and input are ${Math.round(length / 1000)} KB, and at most ${largestInput / 1000} are handed over`, { where: `steps: ${name}`, fix: 'Let steps write large results to files, and hand on their paths.' });
  const worktreeOf = worktreeOfCommand(phases, work);
  const { output, writes } = await session.onHost(async (on) => {
    const worktree = await worktreeOf(on);
    const context = { input, run, round: model.status.round, step: { name, count, attempt }, commit: worktree.commit };
    return on.host('ownStep', name, { ...scopeOfStep(phases, work), target, config, worktree, type, settings, context });
  });
  return { output, writes };
};

function settingsOf(work: Work): Json {
  try {
    return work.settings;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw refusal('PL_STEP_SETTINGS', `step ${work.name}: with asks for what is not there: ${error.message}`, { where: `steps: ${work.name}`, fix: 'Let a step before it write that key of the state, or have such an output.' });
  }
}
