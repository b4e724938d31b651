import type { ArtifactRef } from '../core/artifact.js';
import type { Config } from '../core/config/schema.js';
import { knobSearchOf } from '../core/config/knob-search.js';
import { proposingModels } from '../core/config/proposing-models.js';
import { nothingToTryNote } from '../core/run/notes.js';
import { triedCandidates } from '../core/run/round.js';
import { deltaOf } from '../core/verdict/noise.js';
import type { CostPlan } from '../core/status.js';
import type { WorktreeRef } from '../core/run/contracts.js';
import { hardwareOf } from '../core/run/lease.js';
import { agentSources } from './agents.js';
import { modelSources } from './ask-models.js';
import { refusal } from './failures.js';
import type { HostHandle } from './host-session.js';
import { knownOf } from './known.js';
import { LateProposals } from './late-proposals.js';
import { championWorktree, scopeOf, warn, type Phases } from './phases.js';
import { knobSources } from './knobs.js';
import { proposalsOf, type ProposalGround } from './proposals.js';

/** Asks every proposer for candidates of the findings, and ranks them all; models may go on while they are tried. */
export async function optimize(phases: Phases): Promise<void> {
  const { control, session } = phases;
  const findings = findingsOf(phases);
  await session.onHost(async (on) => {
    control.enter('optimize', 'proposing candidates');
    const worktree = await championWorktree(on, phases);
    const proposals = findings === null ? [] : await others(phases, { on, worktree, findings });
    // A search of knobs samples, so it comes after those that build and test.
    proposals.push(...(await proposalsOf(phases, knobSources(phases, { on, worktree }))));
    if (phases.late !== undefined) phases.late.others = proposals;
    await rank(phases, on, worktree, phases.late?.all() ?? proposals);
  });
}

/** What models and agents propose; models that may go on while candidates are tried are only begun. */
async function others(phases: Phases, ground: ProposalGround): Promise<ArtifactRef[]> {
  if (overlaps(phases.input.config)) phases.late ??= new LateProposals(phases, ground.findings);
  // Agents build and test, which no sample may overlap; so they end before the first trial.
  return proposalsOf(phases, [...(phases.late === undefined ? modelSources(phases, ground) : []), ...agentSources(phases, ground)]);
}

/** Ranks what is yet to be tried in the round, with what came meanwhile. */
export async function rankAgain(phases: Phases, late: LateProposals): Promise<void> {
  await phases.session.onHost(async (on) => rank(phases, on, await championWorktree(on, phases), late.all()));
}

async function rank(phases: Phases, on: HostHandle, worktree: WorktreeRef, proposals: ArtifactRef[]): Promise<void> {
  const { input, model, late } = phases;
  const { config, target } = input;
  const findings = findingsOf(phases);
  const known = await knownOf(phases);
  const tried = triedCandidates(model.status.trials);
  // Of inputs of earlier versions; those of now are judged before.
  const again = (input.recheck?.inOrder === true ? [] : (input.recheck?.candidates ?? [])).filter(({ id }) => !tried.includes(id));
  const proposed = await on.host('propose', 'candidates', {
    ...scopeOf(input, `optimize-${model.status.round}`), target, config, champion: model.champion, worktree, ...(findings === null ? {} : { findings }), round: model.status.round,
    delta: model.noise === null ? Math.log1p(config.verdict.min_gain) : deltaOf(config.verdict.min_gain, model.noise),
    ...known, hardware: hardwareOf(on.lease), trialSeconds: trialSecondsOf(model.status.plan), tried: [...tried, ...again.map(({ id }) => id)], limit: late?.placesLeft(config.loop.candidates_per_round) ?? config.loop.candidates_per_round,
    ...(proposals.length === 0 ? {} : { proposals }),
  });
  // What was accepted before is the surest there is.
  model.ranked = [...again, ...proposed.ranked];
  const { evidence } = model.status;
  if (evidence !== undefined && proposed.choice !== undefined) evidence.choices = [...(evidence.choices ?? []), proposed.choice];
  for (const { title, why } of proposed.hopeless) warn(model, `Not tried: ${title}: ${why}`);
  const isAgain = late !== undefined && model.status.trials.some(({ round }) => round === model.status.round);
  const nothing = late?.pending === true || isAgain ? null : nothingToTryNote({ findings: findings === null ? null : model.status.findings, ranked: model.ranked.length, hopeless: proposed.hopeless.length, triedBefore: model.status.trials.length });
  if (nothing !== null) warn(model, nothing);
}

/** Null where nothing was profiled, and knobs are searched all the same. */
function findingsOf({ model, input }: Phases): ArtifactRef | null {
  if (model.findings === null && knobSearchOf(input.config) === null) throw refusal('PL_NO_FINDINGS', 'the optimize step has no findings to work on', { where: '[[steps]]', fix: 'Enable the analyze step before it.' });
  return model.findings;
}

/** Models may go on while candidates are tried, where any are to be tried: of a graph's steps no more than that is known here. */
function overlaps(config: Config): boolean {
  // Configs in inputs of earlier versions lack it.
  const { overlap = false } = config.propose as Partial<Config['propose']>;
  return overlap && proposingModels(config).length > 0 && (config.steps.length === 0 || config.steps.some(({ type, enabled }) => enabled && type === 'execute'));
}

/** What the plan expects of one trial; null where there is none. */
function trialSecondsOf(plan: CostPlan | null): number | null {
  return plan === null || plan.trials === 0 ? null : plan.expectedSeconds / plan.trials;
}
