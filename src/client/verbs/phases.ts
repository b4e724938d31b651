import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { CostPlan, RunStatus, ShownTests } from '../../core/status.js';
import type { Survey } from '../../core/survey.js';
import type { Analysis } from '../../profile/rules/analyze.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import type { CliContext } from '../context.js';
import type { Watched } from '../watch.js';
import { run } from './run.js';

export interface PhaseOptions {
  dir: string;
  config?: string;
}

/** What a phase came to; or how the run ended where it came to nothing. */
export type Phase<T> = { kind: 'done'; result: T } | { kind: 'ended'; watched: Watched };

export type TargetAnalysis = Analysis & { run: string };

export interface WarmedUp {
  run: string;
  target: RunStatus['target'];
  survey: Survey | null;
  /** Of the base; null where there are none, or only their exit code is known. */
  tests: ShownTests | null;
  /** What a run will cost, from the noise of base against base. */
  plan: CostPlan | null;
  warnings: string[];
}

/** A run of only the profile and analyze steps: profiles the target by its config, and gives what all rules say. */
export async function analyzeTarget(context: CliContext, options: PhaseOptions): Promise<Phase<TargetAnalysis>> {
  return phase(context, options, ['profile', 'analyze'], async ({ run: id, evidence }) => {
    const analysis = evidence?.analyses?.at(-1);
    if (analysis === undefined) throw new PerfloopError('PL_NO_FINDINGS', 'the run left no findings', { where: id, fix: 'A worker of an earlier version took it: update the workers.' });
    return { run: id, ...(await artifactsOf(context.home).getJson<Analysis>(analysis)) };
  });
}

/** A run of only the warm-up: builds and tests the base, surveys the repository, measures base against base. */
export async function warmupTarget(context: CliContext, options: PhaseOptions): Promise<Phase<WarmedUp>> {
  return phase(context, options, ['warmup'], async ({ run: id, target, evidence, tests = null, plan, warnings }) => ({
    run: id,
    target,
    survey: evidence?.survey === undefined ? null : await artifactsOf(context.home).getJson<Survey>(evidence.survey),
    tests,
    plan,
    warnings,
  }));
}

async function phase<T>(context: CliContext, { dir, config }: PhaseOptions, types: Config['steps'][number]['type'][], result: (status: RunStatus) => Promise<T>): Promise<Phase<T>> {
  const watched = await run(context, { dir, rounds: 1, steps: types.map((type) => ({ type, enabled: true })), ...(config === undefined ? {} : { config }) });
  if (watched.detached || watched.status?.state !== 'done') return { kind: 'ended', watched };
  return { kind: 'done', result: await result(watched.status) };
}
