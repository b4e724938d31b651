import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { ResumeInput, RunInput } from '../../core/inputs.js';
import type { DoneStep } from '../../core/pipeline/machine/state.js';
import { chainAfter, doneOfChain, takenOfGraph } from '../../core/pipeline/resume.js';
import type { PipelineState } from '../../core/pipeline/state.js';
import { usesGraph } from '../../core/pipeline/uses-graph.js';
import { judgedDrafts } from '../../core/run/draft.js';
import { resumedModel } from '../../core/run/progress.js';
import type { EarlierRun } from './earlier-run.js';
import { hashOf, measuredHash, stepHashes } from './hashes.js';

/** Where a run goes on after an earlier one. */
export interface Continuation {
  earlier: EarlierRun;
  /** Names of the steps of the round that are done and stay done. */
  taken: string[];
  done: DoneStep[];
  hashes: Map<string, string>;
  pipeline: PipelineState | null;
}

/** Throws `PL_RESUME_CHANGED` where trials of the earlier run were measured by other rules than the config has now. */
export function continuationOf(earlier: EarlierRun, config: Config): Continuation {
  const { status, progress: { model } } = earlier;
  if (status.trials.length > 0 && measuredHash(earlier.config) !== measuredHash(config)) {
    throw new PerfloopError('PL_RESUME_CHANGED', `run ${status.run} has measured by other rules than the config has now, and their verdicts do not go together`, { where: 'perfloop.toml: metrics, verdict, benchmarks, check, commands', fix: 'Start a new run without --resume, or put these settings back.' });
  }
  const [before, hashes] = [stepHashes(earlier.config), stepHashes(config)];
  const none: Continuation = { earlier, taken: [], done: [], hashes, pipeline: null };
  if (usesGraph(config.steps) !== usesGraph(earlier.config.steps)) return none;
  if (!usesGraph(config.steps)) {
    const { pipeline, taken } = chainAfter(config.steps, doneOfChain(earlier.config.steps, model.pipeline), (step) => before.get(step) === hashes.get(step));
    return { ...none, pipeline, taken };
  }
  const done = (model.completed ?? []).map((step): DoneStep => ({ ...step, hash: before.get(step.step) ?? '' }));
  return { ...none, done, taken: takenOfGraph(config, done, hashes) };
}

/** What the workflow begins with. `now`: milliseconds. */
export function resumeInput({ earlier, done, hashes, pipeline, taken }: Continuation, input: RunInput, now: number): ResumeInput {
  // A step that judges is not run again, so that its trial must be there for the step that decides.
  const open = judgedDrafts(done.filter(({ step }) => taken.includes(step)));
  const { completed: _completed, ...model } = resumedModel(input, earlier, now, open);
  const resume: ResumeInput = { model: { ...model, pipeline }, done, hashes: [...hashes] };
  const { steps: _before, loop: _loopBefore, approval: _approvalBefore, ...before } = earlier.config;
  const { steps: _steps, loop: _loop, approval: _approval, ...rest } = input.config;
  if (hashOf(before) === hashOf(rest)) return resume;
  // Noise, tests and profile are of what the config said then.
  const { tests: _tests, preparingSeconds: _preparing, profiled: _profiled, ...known } = resume.model;
  return { ...resume, model: { ...known, noise: null } };
}
