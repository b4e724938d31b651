import type { StepType } from '../../core/config/steps-schema.js';
import type { RunModel } from '../../core/run/model.js';
import { stepFolder } from '../../core/run/step-record.js';
import type { Json } from '../../core/json-value.js';
import { analyze } from '../analyze.js';
import { execute } from '../execute.js';
import { learn } from '../learn.js';
import { optimize } from '../optimize.js';
import { profile, warmup, type Phases } from '../phases.js';
import type { StepRunner } from './run-step.js';

/** The phases of a round as steps: they share the state of the run, so that one goes on at a time. What they tell is for conditions. */
export const phaseSteps: Readonly<Partial<Record<StepType, StepRunner>>> = {
  warmup: phase(async (phases) => (phases.model.noise === null ? warmup(phases.input, phases, true) : undefined), ({ noise, status }) => ({ spread: noise?.spread ?? null, samples_per_trial: status.plan?.samplesPerTrial.expected ?? null })),
  profile: phase(profile, ({ profile: taken }) => ({ profiled: taken !== null })),
  analyze: phase(analyze, ({ status }) => ({ findings: status.findings })),
  optimize: phase(optimize, ({ ranked }) => ({ candidates: ranked.length })),
  execute: phase(execute, ({ status }) => ({ accepted: status.accepted, trials: status.trials.length, ratio: status.speedup?.ratio ?? null })),
  learn: phase(learn, () => ({})),
};

function phase(run: (phases: Phases) => Promise<void>, output: (model: RunModel) => Json): StepRunner {
  return async (phases, _step, { order, name }) => {
    await phases.exclusive.run(async () => {
      phases.folder = stepFolder(phases.model.status.round, order, name);
      await run(phases).finally(() => delete phases.folder);
    });
    return { output: output(phases.model) };
  };
}
