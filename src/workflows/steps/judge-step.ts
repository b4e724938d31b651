import { draftKey, type Draft } from '../../core/run/draft.js';
import { closeTrial, exhausted, type RunModel } from '../../core/run/model.js';
import type { Decision } from '../../core/run/explained.js';
import { firstTrials } from '../../core/run/round.js';
import type { TrialSummary } from '../../core/status.js';
import { acceptOne, conclude, runTrial } from '../execute.js';
import { refusal } from '../failures.js';
import type { Phases } from '../phases.js';
import { draftOf } from './draft.js';
import { explain, type Explaining } from './explain.js';
import type { StepResult, StepRunner } from './run-step.js';

/** Characters of reasons in an output. */
const mostReasons = 1000;

/** The usual trial of the draft against the best commit: nothing is accepted by anything less. */
export const judge: StepRunner = (phases, _step, work) => phases.exclusive.run(async () => {
  const { model, control } = phases;
  const draft = draftToJudge(draftOf(work), work.name);
  const spent = exhausted(model, Date.now());
  if (spent !== null) throw refusal('PL_BUDGET_SPENT', `nothing more is tried: ${spent}`);
  const id = `r${model.status.round}-${firstTrials(model.status) + 1}`;
  const summary = await runTrial(phases, id, draft.candidate, 'full', draft.champion === model.champion.commit ? undefined : draft.champion);
  conclude(phases, summary);
  await control.record();
  return { output: { ...shown(summary), trial: id }, writes: [[draftKey, { ...draft, trial: id }]] };
});

/** Accepts the draft or drops it, by the verdict of its trial. The branch has no draft afterwards. */
export const decide: StepRunner = (phases, step, work) => {
  const began = Date.now();
  return phases.exclusive.run(async () => decideOn(phases, { step, work, draft: draftToJudge(draftOf(work), work.name), began }));
};

async function decideOn(phases: Phases, asked: Explaining): Promise<StepResult> {
  const { model, control } = phases;
  const { work, draft: { trial: id } } = asked;
  const summary = model.status.trials.find((trial) => trial.id === id);
  if (summary === undefined) throw refusal('PL_STEP_NOT_JUDGED', 'it has no verdict to decide by', { where: `steps: ${work.name}`, fix: 'Put a step of type judge before it.' });
  control.enterStep('decide', `${work.name}: ${summary.candidate.title}`);
  if (summary.state === 'passed') await acceptOne(phases, summary, (passed) => explain(phases, asked, passed, 'accepted'));
  // Where another draft was accepted meanwhile, it was measured afresh.
  const last = model.status.trials.find((trial) => trial.id === `${id}c`) ?? summary;
  const decision = decisionOf(last);
  if (last.explained === undefined && decision !== 'accepted') await explain(phases, asked, last, decision);
  await control.record();
  return { output: { ...shown(last), ...explanationOf(last), decision, trial: last.id, commit: decision === 'accepted' ? last.commit : null }, writes: [[draftKey, undefined]] };
}

function explanationOf({ explained }: TrialSummary): { explanation?: string; explained_by?: string; overruled?: boolean } {
  return explained === undefined ? {} : { explanation: explained.explanation, explained_by: explained.by, overruled: explained.overruled === true };
}

/** `waiting`: a person decides, and what that comes to is carried out at the end of the run. */
function decisionOf({ state, verdict }: TrialSummary): Decision {
  if (state === 'awaiting-approval') return 'waiting';
  return verdict?.kind === 'accepted' ? 'accepted' : 'dropped';
}

/** What conditions ask about. A jump back to an agent tells it the message. */
function shown({ verdict }: TrialSummary): { verdict: string | null; ratio: number | null; ci95: [number, number] | null; message: string } {
  const { ratio = null, ci95 = null } = verdict?.measured ?? {};
  return { verdict: verdict?.kind ?? null, ratio, ci95, message: (verdict?.reasons ?? []).map(({ text }) => text).join('\n').slice(0, mostReasons) };
}

/** What was judged in a round and no step decided on is not accepted. */
export function dropUndecided({ status }: RunModel): void {
  for (const trial of status.trials) {
    if (trial.state === 'passed') closeTrial(trial, 'It passed, and no step of type decide accepted it before the round ended.');
  }
}

function draftToJudge(draft: Draft | null, step: string): Draft {
  if (draft === null) throw refusal('PL_STEP_NO_DRAFT', 'it has no draft: nothing was edited in its branch', { where: `steps: ${step}`, fix: 'Put a step of type agent before it.' });
  return draft;
}
