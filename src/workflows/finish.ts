import { condition, patched } from '@temporalio/workflow';
import { noteMachine } from '../core/run/machine.js';
import { decide, decisionOn, endAsking, findTrial } from '../core/run/model.js';
import { leaveForNext } from '../core/run/not-judged.js';
import { putBack } from '../core/run/put-back.js';
import { ruleFrom, schedulesOfRule, type Rule } from '../core/verdict/rule.js';
import { ablate } from './ablation.js';
import { acceptApproved, execute } from './execute.js';
import { learn } from './learn.js';
import { scopeOf, warn, type Phases } from './phases.js';
import { firstDifference, readyWorktrees } from './ground.js';
import type { CheckOutcome, Scope, Sides, WorktreeRef } from '../core/run/contracts.js';
import { applicationCause, hasCode } from './failures.js';
import type { HostHandle } from './host-session.js';
import { moreBuilds } from './more-builds.js';
import { noiseOnHost } from './noise.js';

/** After the last round: pending approvals, what each accepted candidate is worth, the final measurement, the result branch, the last lessons. */
export async function finish(phases: Phases): Promise<void> {
  const { model, input } = phases;
  const awaiting = () => model.status.trials.filter((trial) => trial.state === 'awaiting-approval');
  while (awaiting().length > 0) {
    // What was decided while another decision was carried out has waited long enough.
    if (awaiting().every((trial) => trial.id in model.waiting)) await awaitDecisions(phases);
    const undecided = awaiting().map(({ id }) => id);
    await acceptApproved(phases);
    // No later round searches them again.
    const back = putBack(model, undecided);
    if (back.length > 0 && !model.stopping && patched('alone-after-refusal')) {
      model.ranked = back;
      await execute(phases);
    }
  }
  if (model.status.accepted > 0) {
    await ablate(phases);
    await finalMeasurement(phases);
    if (input.config.approval.mode !== 'final' || (await approveBranch(phases))) await publish(phases);
  }
  await learn(phases);
}

/** Waits until everything was decided on; what nobody decided in time is decided by the config. */
async function awaitDecisions({ input, model, control }: Phases): Promise<void> {
  const { timeout, on_timeout: then } = input.config.approval;
  const asked = Object.keys(model.waiting);
  const oldest = Math.min(...Object.values(model.waiting));
  model.askingSince = Date.now();
  control.enter('approval', `waiting for a decision on ${asked.join(', ')}`);
  await control.record();
  const left = Math.max(0, oldest + timeout - Date.now());
  // A decision may have come while the state was being recorded.
  const answered = () => asked.some((trial) => !(trial in model.waiting));
  const happened = left > 0 && (await condition(() => answered() || model.stopping, left));
  // The time that a person takes is not the run's work. Runs of earlier versions counted it.
  endAsking(model, Date.now(), patched('asking-costs-no-time'));
  if (happened && !model.stopping) return;
  for (const [trial, began] of Object.entries(model.waiting)) {
    if (!model.stopping && Date.now() - began < timeout) continue;
    // Of what an earlier run had accepted, that is no answer: the next one asks again.
    const { candidate, verdict } = findTrial(model, trial) ?? {};
    if (model.stopping && candidate !== undefined) leaveForNext(model.status, [candidate]);
    // Nobody answers for what is too good to believe by being away.
    const approve = !model.stopping && then === 'approve' && verdict?.kind !== 'quarantined';
    decide(model, { v: 1, decisionId: `timeout-${trial}`, candidate: trial, approve, who: 'perfloop', comment: model.stopping ? 'the run was stopped before anybody decided' : `nobody decided within ${Math.round(timeout / 1000)} s` }, Date.now());
  }
}

async function approveBranch(phases: Phases): Promise<boolean> {
  const { model } = phases;
  model.waiting['final'] = Date.now();
  while ('final' in model.waiting) await awaitDecisions(phases);
  const decision = decisionOn(model, 'final');
  if (decision?.approve === true) return true;
  warn(model, `The branch was not published: ${decision?.who ?? 'nobody'} rejected it${decision?.comment ? `: ${decision.comment}` : ''}.`);
  return false;
}

/** Champion against the original base, on fresh builds, a fixed number of pairs, reported whatever it shows. */
async function finalMeasurement(phases: Phases): Promise<void> {
  const { input, model, control, session } = phases;
  const { target, config, run } = input;
  const scope = scopeOf(input, 'final');
  control.enter('final', 'measuring the champion against the base');
  await control.record();
  await session.onHost((on) => on.withWorktrees({ ...scope, target, keys: [`${run}/final/a`, `${run}/final/b`] }, async (keys) => {
    const wanted = [{ key: keys[0] as string, commit: target.base }, { key: keys[1] as string, commit: model.champion }];
    const [a, b] = (await readyWorktrees(on, input, scope, wanted, { cacheBuild: false, code: 'PL_CHAMPION_RED' })) as [WorktreeRef, WorktreeRef];
    // Each was compared with the champion of its time, and what each may change within a tolerance adds up.
    if (model.status.accepted > 1 && patched('output-against-base')) {
      const differs = await firstDifference(on, input, scope, a, b, 'compare outputs with the base');
      if (differs !== null) warn(model, againstBase(differs.outcome));
    }
    const noise = model.noise !== null && model.noise.host === on.lease.host ? model.noise : (await noiseOnHost(on, { ...input, trial: 'final' }, [{ a, b: a }])).noise;
    const rule = ruleFrom(config, noise);
    const others = patched('final-builds') ? await moreForFinal(on, phases, scope, rule, keys) : [];
    const measured = await orWithoutNumbers(on.bench('sampleFinal', 'champion against base', { ...scope, target, config, lease: on.lease, a, b, ...(others.length === 0 ? {} : { others }), rule }));
    if (typeof measured === 'string') return warn(model, `The champion was not measured as a whole against the base: ${measured} Run the benchmark at both by hand and see why it fails.`);
    const { final, spent } = measured;
    model.status.final = final;
    model.status.samplesSpent += spent;
    noteMachine(model.status, on.lease);
    model.status.speedup = { ratio: final.measured.ratio, ci95: final.measured.ci95, final: true };
    if (final.measured.ci95[0] < 1) warn(model, 'The final measurement does not exclude that the champion is no faster than the base.');
  }));
}

/** What the final measurement came to, or why it has no numbers: no reason to throw away what was accepted. */
async function orWithoutNumbers<T>(measuring: Promise<T>): Promise<T | string> {
  try {
    return await measuring;
  } catch (error) {
    if (!hasCode(error, 'PL_FINAL_SAMPLES') || !patched('final-without-numbers')) throw error;
    return applicationCause(error)?.message ?? '';
  }
}

/** Further builds of both sides, as many as a confirmation has, so that the luck of one is no part of what is reported. Puts their keys to the others. */
async function moreForFinal(on: HostHandle, { input, model }: Phases, scope: Scope, rule: Rule, keys: string[]): Promise<Sides[]> {
  const { target, config } = input;
  const to = Math.min(schedulesOfRule(rule).confirm.builds, config.verdict.final_pairs);
  if (to < 2) return [];
  const made = await moreBuilds(on, scope, { target, config, a: target.base, b: model.champion, purpose: 'final', from: 1, to, stage: 'final', cache: false }, `final: builds 2 to ${to} of each side`, (...opened) => keys.push(...opened));
  if (made.kind === 'built') return made.builds;
  warn(model, `The final measurement is of one build of each side: ${made.role} failed on the ${made.side === 'a' ? 'base' : 'champion'} when it ran again: ${made.outcome.problem}.`);
  return [];
}

function againstBase({ whose, problem }: CheckOutcome): string {
  const what = whose === 'a' ? 'What was accepted could not be compared with the base' : 'Taken together, what was accepted differs from the base by more than each was allowed';
  return `${what}: with the base as the champion, ${problem}`;
}

async function publish({ input, model, control, session }: Phases): Promise<void> {
  control.enter('publish', 'writing the result branch');
  await session.onHost((on) => on.host('publish', 'result branch', { ...scopeOf(input, 'publish'), target: input.target, champion: model.champion }));
}
