import type { ArtifactRef } from '../core/artifact.js';
import type { KnobArm, KnobStatus } from '../core/knobs/search.js';
import type { BenchActivities, Scope, Sides } from '../core/run/contracts.js';
import { assessStage } from '../core/verdict/assess.js';
import { exhausted, type RunModel } from '../core/run/model.js';
import { needsWarmUp } from '../core/verdict/noise.js';
import type { ChampionPair } from './knob-ground.js';
import type { SearchEnd } from './knobs.js';
import { moreBuilds } from './more-builds.js';
import { warn, type Phases } from './phases.js';
import { unlessStopped } from './unless-stopped.js';

/** Measures the settings that a search ended with for advice, the best first, while its time lasts. */
export async function adviseAll(phases: Phases, pair: ChampionPair, end: SearchEnd, status: KnobStatus): Promise<void> {
  const { model, control } = phases;
  for (; end.advised < end.advise.length; end.advised += 1) {
    await control.whilePaused();
    const why = overWith(model, end);
    if (why !== null) return warn(model, `Knobs: not measured for advice: ${end.advise.slice(end.advised).map(({ id }) => id).join(', ')}: ${why}.`);
    const arm = end.advise[end.advised];
    if (arm !== undefined && (await advise(phases, pair, end, arm, status))) status.sampled.push(arm.id);
  }
}

/** Why nothing more is measured for advice, or null. */
function overWith(model: RunModel, { deadline }: SearchEnd): string | null {
  const now = Date.now();
  return exhausted(model, now) ?? (now > deadline ? "the search's part of the run's time is used (propose.knobs.share)" : null);
}

/**
 * Measures a setting of the environment by the rule of a confirmation: the champion with it and without, on fresh builds. What
 * the rule finds faster becomes advice, and is never counted as accepted. True where the rule decided.
 */
async function advise(phases: Phases, { on, rule, noise, keys }: ChampionPair, end: SearchEnd, arm: KnobArm, status: KnobStatus): Promise<boolean> {
  const { input, model, control } = phases;
  const { target, config, run } = input;
  const round = model.status.round;
  const scope: Scope = { v: 1, run, trial: `knobs-${round}-advice-${end.advised + 1}` };
  const notMeasured = (why: string): false => {
    warn(model, `Knobs: ${arm.id} was not measured for advice: ${why}.`);
    return false;
  };
  control.enter('optimize', `measuring ${arm.id} for advice`);
  const warmth = needsWarmUp(noise) ? {} : { coldIsAsFast: true as const };
  const first = assessStage('confirm', [], rule);
  const built: Sides[] = [];
  let earlier: ArtifactRef | null = null;
  for (let wanted = first.kind === 'more' ? first.builds : 1; ; ) {
    const made = await moreBuilds(on, scope, { target, config, a: model.champion, b: model.champion, purpose: 'advice', from: built.length, to: wanted, stage: 'confirm', cache: true }, `builds of the champion with and without ${arm.id}`, (...more) => void keys.push(...more));
    if (made.kind === 'failed') return notMeasured(`the ${made.role} command failed on the champion when it ran again: ${made.outcome.problem}`);
    built.push(...made.builds);
    const [sides, ...others] = built as [Sides, ...Sides[]];
    const sampled: Awaited<ReturnType<BenchActivities['sampleStage']>> | null = await unlessStopped(model, () => on.bench('sampleStage', `${arm.id}, for advice`, { ...scope, target, config, lease: on.lease, rule, ...warmth, ...sides, ...(others.length === 0 ? {} : { others }), environment: arm.set, stage: 'confirm', earlier }));
    if (sampled === null) return false;
    model.status.samplesSpent += sampled.spent;
    if (sampled.kind === 'more') {
      earlier = sampled.samples;
      wanted = sampled.builds;
      await control.whilePaused();
      const over = overWith(model, end);
      if (over !== null) return notMeasured(over);
      continue;
    }
    if (sampled.kind === 'passed') throw new Error('the confirmation stage always decides');
    const { verdict, samples } = sampled;
    const why = verdict.reasons.map(({ text }) => text).join(' ');
    if ((verdict.kind === 'accepted' || verdict.kind === 'quarantined') && verdict.measured !== null) {
      status.advice.push({ round, knob: arm.knob, value: arm.value, title: arm.title, rationale: arm.rationale, set: arm.set, ...(arm.elsewhere === undefined ? {} : { elsewhere: arm.elsewhere }), champion: model.champion.commit, measured: verdict.measured, doubt: verdict.kind === 'accepted' ? '' : why, samples });
    } else warn(model, `Knobs: ${arm.id} looked faster in the search, and the verdict's rule does not say so: ${why}`);
    return true;
  }
}
