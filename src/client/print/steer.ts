import type { Style } from '../style.js';
import { durationText } from './numbers.js';
import type { BudgetGiven } from '../verbs/budget.js';
import type { Decided } from '../verbs/decide.js';
import type { Steered, Steering } from '../verbs/steer.js';

export function printDecided({ run, candidate, approve, delivery }: Decided, style: Style): string {
  const done = `${candidate} of ${style('bold', run)} ${approve ? style('green', 'approved') : style('red', 'rejected')}`;
  return delivery === 'taken' ? done : `${done}: sent, but no worker answered; the run takes it when one is back (\`perfloop show ${run}\`)`;
}

const sentText: Record<Steering, string> = {
  pause: 'pauses after the current trial',
  resume: 'goes on',
  stop: 'ends after the current trial',
  cancel: 'is being cancelled: its processes are ended and its worktrees removed',
};

export function printSteered({ run, sent }: Steered, style: Style): string {
  return `${style('bold', run)} ${sentText[sent]}`;
}

export function printBudget({ run, changed, budget }: BudgetGiven, style: Style): string {
  const parts = [`${budget.trials} of ${budget.maxTrials} trials used`, `at most ${durationText(budget.maxWallMs)} of wall time`, ...(changed.rounds === undefined ? [] : [`${changed.rounds} rounds`])];
  return `${style('bold', run)} has another budget: ${parts.join(', ')}`;
}
