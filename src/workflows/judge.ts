import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { CandidateRef } from '../core/candidate.js';
import type { Config } from '../core/config/schema.js';
import type { JudgeInput, RunInput } from '../core/inputs.js';
import { newModel, newTrial, type RunModel } from '../core/run/model.js';
import { withFlags } from '../core/run/person.js';
import type { RunStatus, TrialSummary } from '../core/status.js';
import { timeText, type Budget } from '../core/verdict/budget.js';
import { unknownInterval } from '../core/verdict/measured.js';
import { RunControl } from './control.js';
import { runTrial } from './execute.js';
import { applicationCause, hasCode } from './failures.js';
import { HostSession } from './host-session.js';
import { scopeOf, warmup, warn } from './phases.js';
import { ChampionOnce } from './steps/champion-once.js';
import { OneAtATime } from './steps/one-at-a-time.js';
import { guarded } from './run.js';

/** One change against its base: the same warm-up, trial and verdict as in a run, without a proposer. */
export async function judge(input: JudgeInput): Promise<RunStatus> {
  const model = newModel(input, 'judge', Date.now());
  const control = new RunControl(model, input.queuePrefix);
  const session = new HostSession(input.queuePrefix, scopeOf(input, 'judge'), input.config.machine.tag, null, (why) => warn(model, `The work began again: ${why}.`));
  // A run that proposes nothing: what a trial needs of its input is the same.
  const asRun: RunInput = { v: 1, run: input.run, target: input.target, config: forOneTrial(input.config), queuePrefix: input.queuePrefix, who: input.who, warnings: [] };
  const budget = input.budgetMs === undefined ? undefined : { totalMs: input.budgetMs, deadline: model.status.startedAt + input.budgetMs };
  const phases = { input: asRun, model, control, session, exclusive: new OneAtATime(), prepared: new ChampionOnce(), ...(budget === undefined ? {} : { budget }), ...(input.regression === undefined ? {} : { onlySpeed: true as const }) };
  return guarded(phases, async () => {
    control.show();
    await control.record();
    const summary = await withinBudget(model, budget, candidateOf(input), async () => {
      await warmup(asRun, phases, false);
      return runTrial(phases, 'candidate', candidateOf(input), 'full');
    });
    if (summary.verdict !== null) summary.verdict = withFlags(input.config.approval.mode, summary.verdict, summary.flags ?? []);
    summary.state = 'decided';
    if (summary.verdict?.kind === 'accepted') {
      model.status.accepted = 1;
      const { ratio, ci95 } = summary.verdict.measured;
      model.status.speedup = { ratio, ci95, final: false };
    }
  });
}

/**
 * Does the work of a judgement within its budget. Where that holds no way to an acceptance, or is used up while something
 * else than a sampling is under way, the judgement is inconclusive: samplings end by themselves before it.
 */
async function withinBudget(model: RunModel, budget: Budget | undefined, candidate: CandidateRef, work: () => Promise<TrialSummary>): Promise<TrialSummary> {
  if (budget === undefined) return work();
  try {
    return await CancellationScope.withTimeout(Math.max(1, budget.deadline - Date.now()), work);
  } catch (error) {
    const ended = isCancellation(error) && !CancellationScope.current().consideredCancelled;
    if (!ended && !hasCode(error, 'PL_BUDGET')) throw error;
    const text = ended ? `the budget of ${timeText(budget.totalMs / 1000)} was used up while it was ${model.status.doing === '' ? 'at work' : `at this: ${model.status.doing}`}` : (applicationCause(error)?.message ?? '');
    const summary = model.status.trials[0] ?? newTrial(model, 'candidate', candidate, Date.now());
    summary.verdict = { kind: 'inconclusive', measured: { ...nothingMeasured, samples: model.status.samplesSpent, delta: model.status.plan?.delta ?? 0 }, reasons: [{ code: 'budget', text }] };
    summary.endedAt = Date.now();
    return summary;
  }
}

const nothingMeasured = { ratio: 1, ci95: unknownInterval, pairs: 0 };

/** One trial and no final measurement: what it will cost is said of that. */
function forOneTrial(config: Config): Config {
  return { ...config, loop: { ...config.loop, candidates_per_round: 1 }, verdict: { ...config.verdict, final_pairs: 0 } };
}

function candidateOf(input: JudgeInput): CandidateRef {
  return {
    id: input.candidate.commit.slice(0, 12),
    proposer: 'judge',
    recipe: null,
    title: input.candidateRevision,
    findingId: null,
    file: '',
    line: 0,
    language: 'other',
    share: null,
    patch: input.patch,
    expected: 0,
  };
}
