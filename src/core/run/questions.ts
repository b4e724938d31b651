import type { StepConfig } from '../config/steps-schema.js';
import type { Question, RunStatus } from '../status.js';
import type { RunModel } from './model.js';

/** Names of the steps that ask a person, also those within groups. */
export function askingSteps(steps: readonly StepConfig[]): string[] {
  return steps.flatMap(({ type, name, steps: members = [] }) => [...(type === 'approve' ? [name ?? type] : []), ...askingSteps(members)]);
}

/** Asks. Each asking of a step has a name of its own, so that a decision that comes late never answers another one. */
export function ask(model: RunModel, question: Omit<Question, 'id'>): Question {
  const { step } = question;
  const before = Object.hasOwn(model.asked ?? {}, step) ? (model.asked?.[step] ?? 0) : 0;
  model.asked = Object.fromEntries([...Object.entries(model.asked ?? {}), [step, before + 1]]);
  const asked: Question = { id: before === 0 ? step : `${step}@${before + 1}`, ...question };
  model.status.questions = [...(model.status.questions ?? []), asked];
  return asked;
}

/** What a step has asked and nobody took back; answered or not. */
export function askedBy({ questions = [] }: RunStatus, step: string): Question | undefined {
  return questions.find((question) => question.step === step);
}

/** What waits for an answer. */
export function openQuestions({ questions = [], decisions }: Pick<RunStatus, 'questions' | 'decisions'>): Question[] {
  if (questions.length === 0) return [];
  const decided = new Set(decisions.map(({ trial }) => trial));
  return questions.filter(({ id }) => !decided.has(id));
}

/** The open question that a person means: by its name, or by that of its step. */
export function openQuestion(status: RunStatus, named: string): Question | undefined {
  return openQuestions(status).find(({ id, step }) => id === named || step === named);
}

/** The step is over, whatever ended it. */
export function takeBack({ status }: RunModel, step: string): void {
  const left = (status.questions ?? []).filter((question) => question.step !== step);
  if (left.length === 0) delete status.questions;
  else status.questions = left;
}
