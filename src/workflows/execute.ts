import { CancellationScope, executeChild, ParentClosePolicy, patched, WorkflowIdReusePolicy, ChildWorkflowCancellationType } from '@temporalio/workflow';
import type { CandidateRef } from '../core/candidate.js';
import { acceptanceOrder, compoundSpeedup, firstTrials } from '../core/run/round.js';
import { trialsAtOnce } from '../core/run/trials-at-once.js';
import { approvedVerdict, askedAgain, flagWarnings, personNeeded } from '../core/run/person.js';
import { overruledVerdict } from '../core/run/explained.js';
import { noteMachine } from '../core/run/machine.js';
import { decisionOn, newTrial, type RunModel } from '../core/run/model.js';
import type { TrialSummary } from '../core/status.js';
import { sharesChampion } from '../core/verdict/shared-champion.js';
import type { Verdict } from '../core/verdict/verdict.js';
import { CandidateQueue } from './candidate-queue.js';
import type { Phases } from './phases.js';
import { scopeOf, warn } from './phases.js';
import { profileAccepted } from './profile-accepted.js';
import { trial } from './trial.js';
import type { TrialInput, TrialResult } from './trial-input.js';

/** Tries the ranked candidates, each against the champion that opened the round; then accepts what passed. */
export async function execute(phases: Phases): Promise<void> {
  const { model, control, input } = phases;
  control.enter('execute', '');
  const queue = new CandidateQueue(phases);
  let number = numbered(model);
  const lane = async (): Promise<void> => {
    for (let candidate = await queue.next(); candidate !== null; candidate = await queue.next()) {
      number += 1;
      conclude(phases, await runTrial(phases, `r${model.status.round}-${number}`, candidate, 'full'));
      await control.record();
    }
  };
  await sideBySide(trialsAtOnce(input.config, { noise: model.noise, plan: model.status.plan, preparingSeconds: model.preparingSeconds ?? null }), lane);
  await phases.late?.end();
  delete phases.late;
  model.ranked = [];
  await acceptPassed(phases);
  await acceptApproved(phases);
}

/** A trial has its verdict: a person is asked, or it waits to be accepted, or it is over. */
export function conclude(phases: Phases, summary: TrialSummary): void {
  if (personNeeded(phases.input.config.approval.mode, summary) !== null) askPerson(phases, summary);
  else if (summary.verdict?.kind === 'accepted') summary.state = 'passed';
  else settle(summary, summary.verdict);
}

/** So many lanes of the same work. The first failure ends the others, which have ended when it is thrown. */
async function sideBySide(lanes: number, lane: () => Promise<void>): Promise<void> {
  if (lanes === 1) return lane();
  const scope = new CancellationScope();
  let failure: unknown;
  await scope.run(() => Promise.all(Array.from({ length: lanes }, async () => {
    try {
      await lane();
    } catch (error) {
      failure ??= error;
      scope.cancel();
    }
  })));
  if (failure !== undefined) throw failure;
}

/** How many trials the round has: a second `execute` goes on counting. Those of earlier versions began anew. */
export function numbered({ status }: RunModel): number {
  const earlier = firstTrials(status);
  return earlier > 0 && patched('numbered-in-round') ? earlier : 0;
}

function askPerson({ model }: Phases, summary: TrialSummary): void {
  summary.state = 'awaiting-approval';
  model.waiting[summary.id] = Date.now();
}

/** The best of the round is accepted; each other one is measured afresh on the new champion first. */
async function acceptPassed(phases: Phases): Promise<void> {
  const { model, control } = phases;
  for (const summary of acceptanceOrder(model.status.trials)) {
    await acceptOne(phases, summary);
    await control.record();
  }
}

/** Called with a trial that is about to be accepted. What it notes there may overrule that. */
export type BeforeAccepting = (summary: TrialSummary) => Promise<void>;

/** Accepts what passed; on another champion than it passed on it is measured afresh first. */
export async function acceptOne(phases: Phases, summary: TrialSummary, before?: BeforeAccepting): Promise<void> {
  const { model } = phases;
  if (summary.champion === model.champion.commit) await accept(phases, summary, null, before);
  else if (model.stopping) settle(summary, superseded(summary, 'the run was stopped before it could be measured on the new champion'));
  else await confirmAfresh(phases, summary, null, before);
}

/** Carries out what people decided meanwhile. An approval that comes late is confirmed on the champion of now. */
export async function acceptApproved(phases: Phases): Promise<void> {
  const { model, control } = phases;
  for (const summary of model.status.trials.filter((other) => other.state === 'awaiting-approval')) {
    const decision = decisionOn(model, summary.id);
    if (decision === undefined) continue;
    if (!decision.approve) {
      settle(summary, { kind: 'rejected', measured: summary.verdict?.measured ?? null, reasons: [...(summary.verdict?.reasons ?? []), { code: 'not-approved', text: `Rejected by ${decision.who}${decision.comment === '' ? '.' : `: ${decision.comment}`}` }] });
    } else if (summary.champion === model.champion.commit) await accept(phases, summary, decision.who);
    else await confirmAfresh(phases, summary, decision.who);
    await control.record();
  }
}

async function confirmAfresh(phases: Phases, earlier: TrialSummary, approvedBy: string | null, before?: BeforeAccepting): Promise<void> {
  const afresh = `${earlier.id}c`;
  const { verdict: told, explained } = earlier;
  settle(earlier, superseded(earlier, `It passed against the champion of its time and is measured afresh on the new one as ${afresh}.`));
  const summary = await runTrial(phases, afresh, earlier.candidate, 'confirm', earlier.champion);
  // A person approved the change as it was explained then.
  if (approvedBy !== null && explained !== undefined) summary.explained = explained;
  const needed = personNeeded(phases.input.config.approval.mode, summary);
  const again = approvedBy === null || (askedAgain(needed, told) && patched('quarantine-asked-again'));
  // On the new champion it can be another change; who approved the first one has not seen this.
  if (needed !== null && again) askPerson(phases, summary);
  else if (summary.verdict?.kind === 'accepted' || needed !== null) await accept(phases, summary, approvedBy, before);
  else settle(summary, summary.verdict);
}

async function accept(phases: Phases, summary: TrialSummary, approvedBy: string | null, before?: BeforeAccepting): Promise<void> {
  const { input, model, control, session } = phases;
  const commit = model.passed[summary.id];
  if (commit === undefined) throw new Error(`no commit of ${summary.id}`);
  await before?.(summary);
  if (summary.explained?.overruled === true) {
    delete model.passed[summary.id];
    return settle(summary, overruledVerdict(summary.verdict, summary.explained));
  }
  control.enter('execute', `accepting ${summary.candidate.title}`);
  const publish = input.config.approval.mode !== 'final';
  const earlier = model.champion.commit;
  const accepted = await session.onHost((on) => on.host('accept', `accept ${summary.id}`, { ...scopeOf(input, summary.id), target: input.target, champion: model.champion, commit, summary, who: approvedBy, publish }));
  model.champion = accepted;
  model.status.champion = accepted.commit;
  model.status.accepted += 1;
  summary.commit = accepted.commit;
  settle(summary, approvedVerdict(summary.verdict, approvedBy));
  const speedup = compoundSpeedup(model.status.trials.filter((trial) => trial.state === 'decided'));
  model.status.speedup = speedup === null ? null : { ...speedup, final: false };
  delete model.passed[summary.id];
  // It is in the commit.
  delete summary.explained?.commitMessage;
  await profileAccepted(phases, summary, earlier);
}

/** Runs a trial; its result is in the summary. */
export async function runTrial(phases: Phases, id: string, candidate: CandidateRef, mode: 'full' | 'confirm', madeFor?: string): Promise<TrialSummary> {
  const { model, control } = phases;
  const summary = newTrial(model, id, candidate, Date.now());
  model.status.budget.trials += 1;
  control.enter('execute', `trial ${id}: ${candidate.title}`);
  const result = await runChild(phases, id, candidate, mode, madeFor);
  summary.verdict = result.verdict;
  summary.samples = result.samples;
  if (result.samples !== null && result.lease !== null) summary.device = noteMachine(model.status, result.lease);
  summary.diff = result.diff;
  if (result.checked !== undefined) summary.checked = result.checked;
  summary.commit = result.commit?.commit ?? null;
  summary.endedAt = Date.now();
  if (result.flags !== undefined && result.flags.length > 0) summary.flags = result.flags;
  if (result.again !== undefined) summary.again = result.again;
  for (const text of result.notes) warn(model, text);
  const { mode: approval } = phases.input.config.approval;
  if (approval === 'never') for (const text of flagWarnings(summary)) warn(model, text);
  if (result.commit !== null && (result.verdict.kind === 'accepted' || personNeeded(approval, summary) !== null)) model.passed[id] = result.commit;
  return summary;
}

/** Runs the child workflow of a trial. */
export async function runChild(phases: Phases, id: string, candidate: CandidateRef, mode: TrialInput['mode'], madeFor?: string): Promise<TrialResult> {
  const { input, model, session, budget, onlySpeed } = phases;
  const result: TrialResult = await executeChild(trial, {
    workflowId: `${input.run}/${id}`,
    args: [{ v: 1, run: input.run, trial: id, target: input.target, config: input.config, queuePrefix: input.queuePrefix, champion: model.champion, candidate, lease: session.lease, noise: model.noise, mode, ...(madeFor === undefined ? {} : { madeFor }), ...(model.tests === undefined ? {} : { tests: model.tests }), ...(budget === undefined ? {} : { budget }), ...(onlySpeed === undefined ? {} : { onlySpeed }), ...(mode === 'full' ? sharedIn(phases) : {}) }],
    staticSummary: `${id}: ${candidate.title}`,
    staticDetails: `${candidate.proposer}${candidate.recipe === null ? '' : ` (${candidate.recipe})`}, ${candidate.file}:${candidate.line}, on ${model.champion.commit.slice(0, 10)}`,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    workflowTaskTimeout: '5 seconds',
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  });
  session.lease = result.lease;
  model.lease = result.lease;
  model.status.samplesSpent += result.spent;
  if (result.baseTests !== undefined) model.tests = result.baseTests;
  if (mode === 'full') keepShared(phases, result);
  return result;
}

/** More of them would be of long ago. */
const mostShared = 3;

/** The champion's samples that the next trial may share, if any may be. */
function sharedIn({ input, model }: Phases): Pick<TrialInput, 'shared'> {
  const { shared, champion, noise } = model;
  if (shared?.champion !== champion.commit || !sharesChampion(input.config.verdict, noise)) return {};
  return { shared: { host: shared.host, samples: shared.samples } };
}

function keepShared({ input, model }: Phases, { samples, lease }: TrialResult): void {
  const { shared, champion, noise } = model;
  if (samples === null || lease === null || !sharesChampion(input.config.verdict, noise)) return;
  const earlier = shared?.champion === champion.commit && shared.host === lease.host ? shared.samples : [];
  model.shared = { host: lease.host, champion: champion.commit, samples: [samples, ...earlier].slice(0, mostShared) };
}

function settle(summary: TrialSummary, verdict: Verdict | null): void {
  summary.verdict = verdict;
  summary.state = 'decided';
}

function superseded(summary: TrialSummary, text: string): Verdict {
  const { measured = null, reasons = [], ...rest } = summary.verdict ?? {};
  return { ...rest, kind: 'rejected', measured, reasons: [...reasons, { code: 'superseded', text }] };
}

