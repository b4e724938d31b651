import { refusal } from '../failures.js';
import { championWorktree, scopeOfStep, warn } from '../phases.js';
import type { StepRunner } from './run-step.js';

/** Frames without a name, such as `[unknown]`. */
const unknownFrames = ['^\\[.*\\]$'];

/** Runs a command of the user in a worktree of the best commit; the functions that it prints become the findings. */
export const analyzeCommand: StepRunner = (phases, { command, ignore = unknownFrames }, work) => phases.exclusive.run(async () => {
  const { input, model, session, control } = phases;
  const { name } = work;
  if (command === undefined) throw refusal('PL_STEPS_INVALID', 'it has no command');
  control.enterStep('analyze', name);
  const scope = scopeOfStep(phases, work);
  const { target, config } = input;
  const found = await session.onHost(async (on) => {
    const worktree = await championWorktree(on, { input, model });
    const outcome = await on.host('runCommand', name, { ...scope, target, config, worktree, role: 'command', command, cache: false, read: { json: false, metrics: {}, stdout: true } });
    if (!outcome.ok) throw refusal('PL_STEP_FAILED', `${outcome.problem}\n${outcome.tail}`.trimEnd(), { where: `steps: ${name}: ${command.run}` });
    const printed = outcome.read?.stdout;
    if (printed === undefined) throw refusal('PL_WORKER_OLD', `the worker of ${on.lease.host} does not keep what a command prints`, { fix: 'Start it again with this version of perfloop.' });
    return on.host('printedFindings', 'findings', { ...scope, config, worktree, command, printed, ignore, survey: model.survey });
  });
  const { findings, count, rows, ignored, outside, ambiguous, unclear } = found;
  model.findings = findings;
  model.status.findings = count;
  model.status.evidence?.findings.push(findings);
  for (const { function: unclearName, files } of unclear) warn(model, `${name}: ${unclearName} is defined in ${files.join(' and ')}, so it was left out. Let the command print files.`);
  return { output: { findings: count, rows, ignored, outside, ambiguous } };
});
