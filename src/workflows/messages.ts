import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { messageNames, type Decide, type SetBudget, type Steer } from '../core/messages.js';
import type { RunLeft } from '../core/run/progress.js';
import type { DecisionRecord, RunStatus, TrialState } from '../core/status.js';

export const decideUpdate = defineUpdate<DecisionRecord | null, [Decide]>(messageNames.decide);
export const setBudgetUpdate = defineUpdate<RunStatus['budget'], [SetBudget]>(messageNames.setBudget);
export const decideSignal = defineSignal<[Decide]>(messageNames.decide);
export const pauseSignal = defineSignal<[Steer?]>(messageNames.pause);
export const resumeSignal = defineSignal<[Steer?]>(messageNames.resume);
export const stopSignal = defineSignal<[Steer?]>(messageNames.stop);
/** Sent just before a run is cancelled: the server does not tell it who does that. */
export const cancellingSignal = defineSignal<[Steer?]>(messageNames.cancelling);
export const statusQuery = defineQuery<RunStatus>(messageNames.status);
/** All that a run knows, also of one that was terminated and had no chance to write it down. */
export const progressQuery = defineQuery<RunLeft>(messageNames.progress);

/** A trial tells its run where it is. */
export const trialStateSignal = defineSignal<[{ trial: string; state: TrialState }]>('trialState');
