import { condition } from '@temporalio/workflow';
import type { StepConfig } from '../../core/config/steps-schema.js';
import type { Work } from '../../core/pipeline/machine/ready.js';
import { decide, decisionOn } from '../../core/run/model.js';
import { questionFacts, type Asked } from '../../core/run/question-facts.js';
import { ask, askedBy } from '../../core/run/questions.js';
import type { Question } from '../../core/status.js';
import { refusal } from '../failures.js';
import { scopeOfStep, type Phases } from '../phases.js';
import { draftOf } from './draft.js';
import type { StepRunner } from './run-step.js';

/** Characters of a question, with what was filled in. */
const longestQuestion = 8000;

/**
 * Asks a person and waits for the decision, which a message brings; see `decide`. Nothing runs meanwhile, so that it may take
 * days. What was asked is state of the run: a new execution of the workflow goes on waiting for the same answer.
 */
export const approve: StepRunner = async (phases, step, work) => {
  const { model } = phases;
  const question = isAsked(phases, work) ?? (await askAnew(phases, step, work));
  const decision = () => decisionOn(model, question.id);
  const left = question.until - Date.now();
  if (decision() === undefined && (left <= 0 || !(await condition(() => decision() !== undefined, left)))) {
    decide(model, { v: 1, decisionId: `timeout-${question.id}`, candidate: question.id, approve: question.onTimeout === 'approve', who: 'perfloop', comment: `nobody decided within ${Math.round((question.until - question.since) / 1000)} s` }, Date.now());
  }
  const { approve: approved = false, who = '', comment = '', at = null } = decision() ?? {};
  if (!approved && (step.on_reject ?? 'fail') === 'fail') throw refusal('PL_STEP_REJECTED', `${who} rejected it${comment === '' ? '' : `: ${comment}`}`, { where: `steps: ${work.name}`, fix: 'Where a rejection is to end no run, give the step a jump with `on = "fail"`, or `on_reject = "continue"`.' });
  return { output: { approved, who, comment, at } };
};

/** The same execution has asked already, before the run went on in a new execution of the workflow. */
function isAsked({ model: { status } }: Phases, { name, count, attempt }: Work): Question | undefined {
  const asked = askedBy(status, name);
  return asked?.round === status.round && asked.count === count && asked.attempt === attempt ? asked : undefined;
}

async function askAnew(phases: Phases, step: StepConfig, work: Work): Promise<Question> {
  const { input: { config: { approval } }, model, control } = phases;
  const { name, count, attempt } = work;
  const draft = await draftToShow(phases, work);
  const text = work.question ?? (draft === null ? `May the run go on after ${name}?` : 'May the run go on with this draft?');
  const since = Date.now();
  control.enterStep('approve', `${name} waits for a decision`);
  return ask(model, {
    step: name,
    round: model.status.round,
    count,
    attempt,
    text: text.length > longestQuestion ? `${text.slice(0, longestQuestion)}…` : text,
    facts: questionFacts(model.status, draft),
    ...(draft === null ? {} : { diff: draft.diff }),
    since,
    until: since + (step.timeout ?? approval.timeout),
    onTimeout: step.on_timeout === 'approve' || step.on_timeout === 'reject' ? step.on_timeout : approval.on_timeout,
  });
}

async function draftToShow(phases: Phases, work: Work): Promise<(Asked & Pick<Question, 'diff'>) | null> {
  const draft = draftOf(work);
  if (draft === null) return null;
  const { candidate, diff, trial } = draft;
  const { stat } = await phases.session.onHost((on) => on.host('diffStat', `${work.name}: what the draft changes`, { ...scopeOfStep(phases, work), diff }));
  return { candidate, stat, trial, diff };
}
