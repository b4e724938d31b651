import type { CommandSpec, StepTypeConfig } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { HostActivities } from '../../core/run/contracts.js';
import { keysOfPerfloop, type OwnStepResult, settingPlace, settingText } from '../../core/step-module.js';
import { runCommand } from '../../measure/run-command.js';
import { runEnvironment } from '../../measure/run-environment.js';
import { askModule, moduleCommand } from '../../step-modules/ask.js';
import type { ModuleAnswer } from '../../step-modules/plan.js';
import { overlayProtected } from '../../workspace/protected-overlay.js';
import { activity } from '../activity.js';
import { commandRequest, withHint } from '../command-request.js';
import type { Dependencies } from '../dependencies.js';
import { logPath, problemOf, repositoryOf, tailOf, unlessGone, withHostLock, worktreeOf } from '../ground.js';
import { rulesOf } from '../guard-protected.js';
import { pristineOf } from '../pristine.js';

type Input = Parameters<HostActivities['ownStep']>[0];

/** Calls a function of a user's module in a process of its own, in a worktree, as commands run there. The module is that of the base. */
export function ownStepActivity(deps: Dependencies): HostActivities['ownStep'] {
  return activity(async (input, attempt) => {
    const { config, target, type, worktree: ref, settings, context } = input;
    const own = config.step_types[type];
    if (own === undefined) throw new PerfloopError('PL_STEPS_INVALID', `there is no [step_types.${type}]`, { where: context.step.name });
    const worktree = await worktreeOf(deps, ref);
    return unlessGone(deps, [ref], () => withHostLock(deps, 'shared', attempt, () => attempt.report({ doing: 'waiting' }), async (lock) => {
      const repository = await repositoryOf(deps, target);
      await overlayProtected(worktree, target.base.commit, await rulesOf(repository, target, config));
      // What it leaves is to be gone before the first sample.
      await pristineOf(deps, input, worktree);
      attempt.report({ doing: type });
      const command: CommandSpec = { run: moduleCommand, cwd: '.', env: own.env, timeout: own.timeout };
      const logFile = await logPath(deps, input, `${type}-${worktree.id}.log`);
      const asked = await commandRequest(deps, 'command', command, { scope: input, worktree, lock, who: 'measured' }, attempt);
      const { answer, result } = await askModule({ module: own.module, root: null, types: [], call: { type, settings, context } }, (program) => runCommand({ ...asked, ...program, env: runEnvironment(asked.env, worktree), logFile }));
      if (result.cancelled) attempt.signal.throwIfAborted();
      if (answer !== null && !result.timedOut) return resultOf(answer, input, own);
      const why = result.ok ? 'its process ended before it had a result' : withHint(problemOf(result, { ...command, run: `${own.module}, ${type}` }), result, asked);
      throw new PerfloopError('PL_STEP_FAILED', `step ${context.step.name} failed: ${why}\n${tailOf(result)}`.trimEnd(), { where: own.module });
    }));
  });
}

function resultOf(answer: ModuleAnswer, { type, context: { step } }: Input, { module }: StepTypeConfig): OwnStepResult {
  const failed = (code: PerfloopError['code'], text: string, fix?: string): PerfloopError => new PerfloopError(code, `step ${step.name}: ${text}`, { where: `${module}, ${type}`, ...(fix === undefined ? {} : { fix }) });
  switch (answer.kind) {
    case 'done': {
      const taken = answer.writes.find(([key]) => keysOfPerfloop.includes(key));
      if (taken !== undefined) throw failed('PL_STEP_OUTPUT', `it set the key ${taken[0]} of the state, which is perfloop's own`, 'Choose another key.');
      return { output: answer.output, writes: answer.writes };
    }
    case 'unfit':
      throw failed('PL_STEP_OUTPUT', answer.text, 'Return plain JSON; let large results go to files, and return their paths.');
    case 'refused':
      throw failed('PL_STEP_SETTINGS', answer.problems.map((problem) => `${settingPlace(problem)}: ${settingText(problem)}`).join('; '), 'Correct `with`, or what its expressions come to.');
    case 'threw':
      throw failed(ownCode(answer.code), answer.text);
    default:
      throw failed('PL_STEP_MODULE', `${module}${'line' in answer && answer.line !== null ? `:${answer.line}` : ''} ${'text' in answer ? answer.text : 'said something else than was asked'}`, 'Correct the module, and commit it: it is read from the base.');
  }
}

/** Codes that begin with PL_ are perfloop's. */
function ownCode(code: string | null): PerfloopError['code'] {
  return code === null || code.startsWith('PL_') ? 'PL_STEP_FAILED' : (code as PerfloopError['code']);
}
