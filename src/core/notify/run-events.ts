import { exhausted, type RunModel } from '../run/model.js';
import { openQuestions } from '../run/questions.js';
import type { TrialSummary } from '../status.js';
import type { Notification } from './notification.js';

const longestTitle = 200;

/** All that a run has to tell so far, each with an id that stays; most of it was told before. */
export function runEvents(model: RunModel, now: number): Notification[] {
  const { status } = model;
  const { run, target, trials } = status;
  const told = (key: string, event: Notification['event'], title: string, text: string): Notification => ({ v: 1, id: `${run}.${key}`, event, at: now, target: target.name, run, title: `${target.name}: ${title}`.slice(0, longestTitle), text: `${text}\nperfloop show ${run}` });
  const spent = model.stopping ? null : exhausted(model, now);
  return [
    ...Object.keys(model.waiting).map((id) => told(`awaiting.${id}`, 'awaiting', `${id === 'final' ? 'the branch' : id} waits for a person`, `${titleOf(trials, id)}perfloop approve ${run} ${id}, or reject`)),
    ...openQuestions(status).map(({ id, text }) => told(`awaiting.${id}`, 'awaiting', `${id} waits for a person`, `${text}\nperfloop approve ${run} ${id}, or reject`)),
    ...trials.filter(isAccepted).map((trial) => told(`accepted.${trial.id}`, 'accepted', `${trial.id} is accepted${factor(trial)}`, trial.candidate.title)),
    ...(spent === null ? [] : [told('budget', 'budget', 'its budget is spent', `${spent}. What was accepted is kept.`)]),
    ...(status.endedAt === null ? [] : [told('finished', 'finished', status.state === 'done' ? `done, ${status.accepted} accepted${status.speedup === null ? '' : `, ${status.speedup.ratio.toFixed(3)} times as fast`}` : status.state, status.error === null ? `${trials.length} candidates were tried.` : `${status.error.code}: ${status.error.message}`)]),
  ];
}

const isAccepted = ({ state, verdict, dropped }: TrialSummary): boolean => state === 'decided' && verdict?.kind === 'accepted' && dropped !== true;

function factor({ verdict }: TrialSummary): string {
  const measured = verdict?.measured;
  return measured == null ? '' : `, ${measured.ratio.toFixed(3)} times as fast`;
}

function titleOf(trials: readonly TrialSummary[], id: string): string {
  const trial = trials.find((one) => one.id === id);
  return trial === undefined ? '' : `${trial.candidate.title}\n`;
}
