import { knobSearchOf } from '../core/config/knob-search.js';
import type { KnobSearchConfig } from '../core/config/knobs-schema.js';
import { fairly, planHalving, winners } from '../core/knobs/halving.js';
import type { KnobArm, KnobRecord, KnobStatus } from '../core/knobs/search.js';
import { settled } from '../core/knobs/settled.js';
import { groupBy } from '../core/group-by.js';
import { hardwareOf } from '../core/run/lease.js';
import { wallLeft, type RunModel } from '../core/run/model.js';
import { triedCandidates } from '../core/run/round.js';
import { undecidedTrialOf } from '../core/run/turned.js';
import type { Scope } from '../core/run/contracts.js';
import type { TrialSummary } from '../core/status.js';
import type { ArtifactRef } from '../core/artifact.js';
import { adviseAll } from './knob-advice.js';
import { buildArms } from './knob-builds.js';
import { withChampionPair } from './knob-ground.js';
import { knownOf } from './known.js';
import { searchRungs, type Searched } from './knob-rungs.js';
import { scopeOf, warn, type Phases } from './phases.js';
import type { KnobGround, ProposalSource } from './proposals.js';

/** The search of what can be turned without a change of code, where the config asks for it. It samples, so nothing else may run beside it. */
export function knobSources(phases: Phases, ground: KnobGround): ProposalSource[] {
  const search = knobSearchOf(phases.input.config);
  return search === null ? [] : [{ name: 'knobs', propose: async () => await searchKnobs(phases, ground, search) }];
}

/** Settings of the environment that are measured as a verdict is, the best of a round. */
const mostAdvice = 3;

/** How the search of a round ended. What begins again on other ground, since a host or a worktree was lost, goes on from it. */
export interface SearchEnd {
  round: number;
  /** Commit. */
  champion: string;
  /** JSON of Candidate[] each. */
  proposals: ArtifactRef[];
  /** Settings of the environment to be measured for advice, best first. */
  advise: KnobArm[];
  /** So many of them were dealt with. */
  advised: number;
  /** Workflow time, milliseconds since the epoch. */
  deadline: number;
}

async function searchKnobs(phases: Phases, ground: KnobGround, search: KnobSearchConfig): Promise<ArtifactRef[]> {
  const { input, model, knobs: end } = phases;
  const scope = scopeOf(input, `knobs-${model.status.round}`);
  const status = (model.status.knobs ??= { searches: [], advice: [], sampled: [] });
  if (end?.round !== model.status.round || end.champion !== model.champion.commit) return searchAnew(phases, ground, search, scope, status);
  if (end.advised < end.advise.length) await withChampionPair(phases, ground.on, scope, (pair) => adviseAll(phases, pair, end, status));
  return end.proposals;
}

async function searchAnew(phases: Phases, { on, worktree }: KnobGround, search: KnobSearchConfig, scope: Scope, status: KnobStatus): Promise<ArtifactRef[]> {
  const { input, model, control } = phases;
  const { config, target } = input;
  const { round, trials } = model.status;
  const began = Date.now();
  control.enter('optimize', 'looking for what can be turned');
  const known = await knownOf(phases);
  const found = await on.host('findKnobs', 'knobs', { ...scope, target, config, champion: model.champion, worktree, ...known, hardware: hardwareOf(on.lease), tried: triedCandidates(trials), sampled: status.sampled });
  const waiting = found.arms.flatMap(({ id, knob }) => waitingFor(id, undecidedTrialOf(trials, { id: knob })));
  const free = found.arms.filter(({ id }) => !waiting.some((one) => one.id === id));
  const skipped = [...found.left, ...waiting];
  tellLeft(model, skipped);
  const budget = budgetOf(model, search, free);
  const plan = planHalving(free.length, budget.pairs);
  const arms = fairly(free, plan.arms);
  if (arms.length < free.length) warn(model, `Knobs: of ${free.length} settings the search of round ${round} could sample ${arms.length}: ${budget.why}.`);
  if (arms.length === 0) return [];

  return withChampionPair(phases, on, scope, async (pair) => {
    const deadline = began + budget.ms;
    const built = await buildArms(phases, { on, scope, champion: pair.wanted, control: pair.control, arms, opened: (key) => void pair.keys.push(key), deadline });
    const searched = await searchRungs(phases, { ...pair, arms: built.arms, plan, deadline });
    const better = winners(searched.left, searched.gains, searched.last, searched.control);
    const record: KnobRecord = { v: 1, gains: searched.gains, control: searched.control, rungs: searched.rungs, left: [...skipped, ...built.left, ...searched.out], samples: searched.samples };
    const patches = better.map(({ candidate }) => candidate).filter((candidate) => candidate !== null);
    const kept = await on.host('keepKnobs', 'keep what the search saw', { ...scope, record, winners: patches });
    // Nothing is awaited until the end is kept: what is lost later begins again with it, and what settled stays so.
    status.sampled.push(...settled({ gains: searched.gains, failed: [...built.left, ...searched.out], open: searched.cut ? searched.left : better }));
    status.searches.push({ round, knobs: found.knobs, settings: found.settings, searched: arms.length, rungs: searched.rungs.length, samples: searched.spent, last: lastOf(searched, better), record: kept.record });
    model.status.samplesSpent += searched.spent;
    const advise = better.filter(({ candidate }) => candidate === null).slice(0, mostAdvice);
    const end: SearchEnd = { round, champion: model.champion.commit, proposals: kept.proposals === null ? [] : [kept.proposals], advise, advised: 0, deadline };
    phases.knobs = end;
    await adviseAll(phases, pair, end, status);
    return end.proposals;
  });
}

/** A knob whose trial a person has yet to decide on is left as it is meanwhile. */
function waitingFor(id: string, trial: TrialSummary | undefined): KnobRecord['left'] {
  return trial === undefined ? [] : [{ id, why: `${trial.id} turns it, and is not decided on yet` }];
}

function lastOf({ left, gains }: Searched, better: readonly KnobArm[]): KnobStatus['searches'][number]['last'] {
  return left.map((arm) => {
    const own = gains[arm.id] ?? [];
    return { id: arm.id, ratio: Math.exp(own.reduce((sum, gain) => sum + gain, 0) / Math.max(1, own.length)), pairs: own.length, better: better.includes(arm) };
  });
}

/** Pairs that a search may take, and the milliseconds after which it ends; building counts. */
function budgetOf(model: RunModel, { samples, share }: KnobSearchConfig, arms: readonly KnobArm[]): { pairs: number; ms: number; why: string } {
  const { status: { budget: { maxWallMs } }, noise } = model;
  const ms = Math.max(0, Math.min(share * maxWallMs, wallLeft(model, Date.now())));
  const bySamples = { pairs: Math.floor(samples / 2), ms, why: `propose.knobs.samples is ${samples}` };
  if (noise === null) return bySamples;
  const building = (noise.buildSeconds ?? 0) * arms.filter(({ candidate }) => candidate !== null).length;
  const pairs = Math.max(0, Math.floor((ms / 1000 - building) / (2 * noise.secondsPerSample)));
  return pairs < bySamples.pairs ? { pairs, ms, why: `propose.knobs.share leaves ${Math.round(ms / 1000)} s for it, building included` } : bySamples;
}

/** Each reason once, with the settings that it is about. */
function tellLeft(model: RunModel, left: readonly { id: string; why: string }[]): void {
  for (const [why, settings] of groupBy(left, (one) => one.why)) warn(model, `Not turned: ${settings.map(({ id }) => id).join(', ')}: ${why}.`);
}
