import { nothingToTryNote } from '../core/run/notes.js';
import { triedCandidates } from '../core/run/round.js';
import { deltaOf } from '../core/verdict/noise.js';
import type { CostPlan } from '../core/status.js';
import { hardwareOf } from '../core/run/lease.js';
import { hubActivities } from './activities.js';
import { refusal } from './failures.js';
import { championWorktree, scopeOf, warn, type Phases } from './phases.js';
import { proposalsOf } from './proposals.js';

/** Asks every proposer for candidates of the findings, and ranks them all. */
export async function optimize(phases: Phases): Promise<void> {
  const { input, model, control, session } = phases;
  const { config, target } = input;
  const findings = model.findings;
  if (findings === null) throw refusal('PL_NO_FINDINGS', 'the optimize step has no findings to work on', { where: '[[steps]]', fix: 'Enable the analyze step before it.' });
  await session.onHost(async (on) => {
    control.enter('optimize', 'proposing candidates');
    const worktree = await championWorktree(on, phases);
    const proposals = await proposalsOf(phases, { on, worktree, findings });
    const known = await hubActivities(input.queuePrefix).priors.executeWithOptions({ summary: 'what earlier trials taught' }, [{ v: 1, target: target.id }]);
    const proposed = await on.host('propose', 'candidates', {
      ...scopeOf(input, `optimize-${model.status.round}`), target, config, champion: model.champion, worktree, findings,
      delta: model.noise === null ? Math.log1p(config.verdict.min_gain) : deltaOf(config.verdict.min_gain, model.noise),
      ...(Array.isArray(known) ? {} : { known }), hardware: hardwareOf(on.lease), trialSeconds: trialSecondsOf(model.status.plan), tried: triedCandidates(model.status.trials), limit: config.loop.candidates_per_round,
      ...(proposals.length === 0 ? {} : { proposals }),
    });
    model.ranked = proposed.ranked;
    const { evidence } = model.status;
    if (evidence !== undefined && proposed.choice !== undefined) evidence.choices = [...(evidence.choices ?? []), proposed.choice];
    for (const { title, why } of proposed.hopeless) warn(model, `Not tried: ${title}: ${why}`);
    const nothing = nothingToTryNote({ findings: model.status.findings, ranked: proposed.ranked.length, hopeless: proposed.hopeless.length, triedBefore: model.status.trials.length });
    if (nothing !== null) warn(model, nothing);
  });
}

/** What the plan expects of one trial; null where there is none. */
function trialSecondsOf(plan: CostPlan | null): number | null {
  return plan === null || plan.trials === 0 ? null : plan.expectedSeconds / plan.trials;
}
