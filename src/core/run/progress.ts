import type { CandidateRef } from '../candidate.js';
import type { DoneStep } from '../pipeline/machine/state.js';
import type { RunInput } from '../inputs.js';
import type { RunStatus, TrialSummary } from '../status.js';
import type { Target } from '../target.js';
import { closeTrials, newModel, type RunModel } from './model.js';
import { stillLeft } from './not-judged.js';
import { compoundSpeedup, triedCandidates } from './round.js';

/** A step of a graph that this round has completed. Its hash follows from the config, which no run changes. */
export type CompletedStep = Omit<DoneStep, 'hash'>;

/** What another run needs to go on where this one ended. The rest of it is in its status. */
export interface Progress {
  v: 1;
  target: Target;
  model: Omit<RunModel, 'status'>;
}

/** What a run answers that is asked for all that it knows. */
export interface RunLeft {
  v: 1;
  target: Target;
  model: RunModel;
}

/** How far a run is that ended without a word of its own. Changes the model. `why`: of its trials. `now`: milliseconds. */
export function endedWithout({ target, model }: RunLeft, why: string, now: number): { status: RunStatus; progress: Progress | null } {
  closeTrials(model, why);
  if (model.status.endedAt === null) {
    model.status.state = 'failed';
    model.status.endedAt = now;
  }
  return { status: model.status, progress: progressOf(model, target) };
}

/** Null for what has nothing left to be done: judgements, and runs that came to their end. */
export function progressOf(model: RunModel, target: Target): Progress | null {
  const { status, shared: _shared, ...rest } = model;
  if (status.kind !== 'run' || (status.state === 'done' && !model.stopping)) return null;
  return { v: 1, target, model: { ...rest, lease: null, graph: null, opened: [], waiting: {}, recorded: {} } };
}

/**
 * The model with which a run goes on where another one ended: in its round, with its champion, trials, notes and warnings.
 * What was under way then is tried again. The budget of trials goes on, that of wall time begins anew. `now`: milliseconds.
 * `open`: ids of trials on which a step has yet to decide, which are as they were.
 */
export function resumedModel(input: RunInput, before: { status: RunStatus; progress: Progress }, now: number, open: readonly string[] = []): RunModel {
  const { status: earlier, progress } = before;
  const fresh = newModel(input, 'run', now);
  const { error: _error, ablations: _ablations, steps: _steps, questions: _questions, waiting: _waiting, reused: _reused, notJudged: _notJudged, ...kept } = earlier;
  const trials = earlier.trials.map((trial) => (open.includes(trial.id) && trial.id in progress.model.passed ? reopened(trial) : trial));
  const speedup = compoundSpeedup(earlier.trials.filter(({ dropped }) => dropped !== true));
  const status: RunStatus = {
    ...kept,
    // What is yet to be judged again is counted anew.
    ...stillLeft(earlier, (progress.model.recheck?.candidates ?? []).filter(({ id }) => !triedCandidates(earlier.trials).includes(id))),
    trials,
    run: input.run,
    resumes: earlier.run,
    state: 'running',
    phase: 'start',
    doing: fresh.status.doing,
    rounds: fresh.status.rounds,
    speedup: speedup === null ? null : { ...speedup, final: false },
    final: null,
    warnings: [...new Set([...earlier.warnings, ...input.warnings])],
    error: null,
    budget: { ...fresh.status.budget, trials: earlier.budget.trials },
    startedAt: now,
    endedAt: null,
  };
  const asked = trials.filter(({ id, state }) => state === 'awaiting-approval' && !earlier.decisions.some((decision) => decision.trial === id));
  const { askingMs: _askingMs, askingSince: _askingSince, ...model } = progress.model;
  return { ...model, ranked: leftToTry(progress.model.ranked, status), waiting: Object.fromEntries(asked.map(({ id }) => [id, now])), status, paused: false, stopping: false, phaseSince: now };
}

function reopened({ undecided, ...trial }: TrialSummary): TrialSummary {
  return undecided === undefined ? trial : { ...trial, ...undecided };
}

/** Those whose trials the end interrupted, then those that were not begun. */
function leftToTry(ranked: readonly CandidateRef[], { trials, round }: RunStatus): CandidateRef[] {
  const interrupted = trials.filter((trial) => trial.round === round && trial.verdict?.reasons.some(({ code }) => code === 'stopped') === true);
  const tried = new Set(triedCandidates(trials));
  const byId = new Map([...interrupted.map(({ candidate }) => candidate), ...ranked].map((candidate) => [candidate.id, candidate]));
  return [...byId.values()].filter(({ id }) => !tried.has(id));
}
