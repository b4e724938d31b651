import type { Series } from '../benchmark/series.js';
import type { StepReading } from '../benchmark/step-reading.js';
import type { CandidateRef } from '../candidate.js';
import { benchmarksText } from '../config/benchmarks.js';
import type { Config } from '../config/schema.js';
import type { Recheck } from '../fleet/fleet-run.js';
import type { RunInput, JudgeInput } from '../inputs.js';
import type { Decide, SetBudget } from '../messages.js';
import type { Dump } from '../pipeline/machine/dump.js';
import type { PipelineState } from '../pipeline/state.js';
import type { DecisionRecord, SteerRecord, RunEvidence, RunStatus, TrialState, TrialSummary } from '../status.js';
import type { CommitRef } from '../target.js';
import type { Noise } from '../verdict/noise.js';
import type { ArtifactRef } from '../artifact.js';
import type { BaseTests } from './contracts.js';
import type { Lease } from './lease.js';
import type { CompletedStep } from './progress.js';
import { formatDuration } from '../duration-text.js';
import { saidBy } from '../said-by.js';
import { openQuestion, openQuestions } from './questions.js';
import { metricRules } from '../verdict/metrics.js';
import { protocolOf } from '../verdict/rule.js';

/** The whole state of a run: plain JSON, carried through continue-as-new. */
export interface RunModel {
  v: 1;
  status: RunStatus;
  champion: CommitRef;
  /** Commits of trials that passed, by trial id, until they are accepted or dropped. */
  passed: Record<string, CommitRef>;
  noise: (Noise & { host: string }) | null;
  lease: Lease | null;
  pipeline: PipelineState | null;
  /** Of a round whose steps form a graph: how far it is, while the run goes on in a new execution. Absent in runs of earlier versions. */
  graph?: Dump | null;
  /** What steps of type `benchmark` read, by series. Absent: nothing. */
  benchmarks?: Record<string, Series>;
  /** What they read in this round and the one before it, with how much it varied. Absent: nothing. */
  readings?: StepReading[];
  /** Steps that a round whose steps form a graph has completed, with what they left, for a run that goes on after this one. */
  completed?: CompletedStep[];
  /** Executions of steps that have begun in this round. Absent: none. */
  begun?: number;
  survey: ArtifactRef | null;
  profile: ArtifactRef | null;
  /** What `profile` was taken of, and where. Absent where the user brought it, and in runs that earlier versions began. */
  profiled?: { commit: string; host: string; /** Taken when a candidate was accepted: the next round need not take it again. */ accepted: boolean };
  findings: ArtifactRef | null;
  /** Lessons that models wrote in this run, the latest first. Absent where there are none. */
  notes?: string[];
  /** The last round of which a model wrote lessons. */
  noted?: number;
  /** Absent where there are no tests, and in runs that earlier versions began. */
  tests?: BaseTests;
  ranked: CandidateRef[];
  /** Candidates that were not tried alone since they passed as parts of another one. Absent: there are none. */
  aside?: CandidateRef[];
  /** What building and testing the base took in the warm-up, in seconds. Absent in runs that earlier versions began. */
  preparingSeconds?: number;
  /** Samples of this round's trials against this champion on this host, the latest first. Absent where none are shared. */
  shared?: { host: string; champion: string; samples: ArtifactRef[] };
  /** Keys of worktrees of champions, to be removed at the end of the round. */
  opened: string[];
  /** Rounds in a row that accepted nothing. */
  dry: number;
  /** Accepted candidates when the round began. */
  acceptedBefore: number;
  paused: boolean;
  stopping: boolean;
  /** Ids of what people were told. Absent: nothing. */
  told?: string[];
  /** When the phase of the status began, workflow time, ms. Absent while steps of a graph have phases of their own, and in runs of earlier versions. */
  phaseSince?: number;
  /** When each candidate began to wait for a person, by trial id. Workflow time, ms. */
  waiting: Record<string, number>;
  /** How often each step has asked a person, by its name. Absent: none has. */
  asked?: Record<string, number>;
  /** Milliseconds in which nothing went on but a person was asked, by a step or at the end: no part of the budget. Absent: none. */
  askingMs?: number;
  /** Since when nothing goes on but a person is asked. Workflow time, ms. Absent: that is not so. */
  askingSince?: number;
  /** What is to be judged again before the steps, as long as that is not done. Absent: nothing. */
  recheck?: Recheck;
  /** What of each trial is in the store already, by trial id. */
  recorded: Record<string, string>;
}

/** The state at the start. `now` is workflow time in milliseconds. */
export function newModel(input: RunInput | JudgeInput, kind: 'run' | 'judge', now: number): RunModel {
  const { loop } = input.config;
  const status: RunStatus = {
    v: 1,
    run: input.run,
    kind,
    target: { id: input.target.id, name: input.target.name, origin: input.target.origin, base: input.target.base.commit },
    ...('fleet' in input && input.fleet !== undefined ? { fleet: input.fleet } : {}),
    ...('recheck' in input && input.recheck !== undefined ? { reused: { patches: { run: input.recheck.run, count: input.recheck.candidates.length } } } : {}),
    state: 'running',
    round: kind === 'run' ? 1 : 0,
    rounds: kind === 'run' ? loop.rounds : 0,
    phase: 'start',
    doing: 'looking for a machine',
    champion: input.target.base.commit,
    accepted: 0,
    speedup: null,
    plan: null,
    findings: 0,
    trials: [],
    decisions: [],
    final: null,
    warnings: [...input.warnings],
    error: null,
    budget: { trials: 0, maxTrials: kind === 'run' ? loop.max_trials : 1, wallMs: 0, maxWallMs: loop.max_wall, ...('budgetMs' in input && input.budgetMs !== undefined ? { maxWallMs: input.budgetMs, enforced: true as const } : {}) },
    samplesSpent: 0,
    evidence: { metrics: metricRules(input.config.metrics, input.config.benchmarks), protocol: protocolOf(input.config.verdict), benchmark: benchmarksText(input.config), ...severalOf(input.config), findings: [], environment: null },
    startedAt: now,
    endedAt: null,
    ...('regression' in input && input.regression !== undefined ? { regression: input.regression } : {}),
  };
  return {
    v: 1,
    status,
    champion: input.target.base,
    passed: {},
    noise: null,
    lease: null,
    pipeline: null,
    survey: null,
    profile: null,
    findings: null,
    ranked: [],
    opened: [],
    dry: 0,
    acceptedBefore: 0,
    paused: false,
    stopping: false,
    waiting: {},
    recorded: {},
    phaseSince: now,
  };
}

function severalOf({ benchmarks = [] }: Partial<Pick<Config, 'benchmarks'>>): Pick<RunEvidence, 'benchmarks'> {
  return benchmarks.length === 0 ? {} : { benchmarks: benchmarks.map(({ name, run }) => ({ name, run })) };
}

export function newTrial(model: RunModel, id: string, candidate: CandidateRef, now: number): TrialSummary {
  const trial: TrialSummary = {
    id,
    round: model.status.round,
    candidate,
    state: 'preparing',
    champion: model.champion.commit,
    commit: null,
    verdict: null,
    samples: null,
    diff: null,
    startedAt: now,
    endedAt: null,
  };
  model.status.trials.push(trial);
  return trial;
}

export function findTrial(model: RunModel, idOrCandidate: string): TrialSummary | undefined {
  const { trials } = model.status;
  // A candidate can have several trials; the latest is the one that a person sees waiting.
  return trials.find((trial) => trial.id === idOrCandidate) ?? trials.findLast((trial) => trial.candidate.id === idOrCandidate);
}

export function setTrialState(model: RunModel, id: string, state: TrialState): void {
  const trial = findTrial(model, id);
  // A late signal of a finished trial must not reopen it.
  if (trial !== undefined && trial.state !== 'decided' && trial.state !== 'passed' && trial.state !== 'awaiting-approval') trial.state = state;
}

/**
 * Why a decision cannot be taken, or null when it can. Pure, so that an update validator may call it. `asking`: names of steps
 * that ask a person.
 */
export function refuseDecision(model: RunModel, message: Decide, asking: readonly string[] = []): { code: 'PL_ALREADY_DECIDED' | 'PL_NO_SUCH_CANDIDATE' | 'PL_NOT_AWAITING'; text: string } | null {
  if (model.status.decisions.some((decision) => decision.id === message.decisionId)) return null;
  if (openQuestion(model.status, message.candidate) !== undefined) return null;
  if (message.candidate === 'final') {
    if ('final' in model.waiting) return null;
    const decided = model.status.decisions.some((decision) => decision.trial === 'final');
    return decided ? { code: 'PL_ALREADY_DECIDED', text: 'the branch was already decided on' } : { code: 'PL_NOT_AWAITING', text: 'the branch does not wait for a decision' };
  }
  const trial = findTrial(model, message.candidate);
  if (trial === undefined && asking.includes(message.candidate.replace(/@\d+$/, ''))) return notAsked(model, message.candidate);
  if (trial === undefined) return { code: 'PL_NO_SUCH_CANDIDATE', text: `no candidate ${message.candidate} in this run` };
  const earlier = model.status.decisions.find((decision) => decision.trial === trial.id);
  if (earlier !== undefined) return { code: 'PL_ALREADY_DECIDED', text: `${trial.id} was already ${earlier.approve ? 'approved' : 'rejected'} by ${earlier.who}` };
  if (!(trial.id in model.waiting)) return { code: 'PL_NOT_AWAITING', text: `${trial.id} does not wait for a decision: it is ${trial.state}` };
  return null;
}

function notAsked({ status }: RunModel, named: string): NonNullable<ReturnType<typeof refuseDecision>> {
  const earlier = status.decisions.find((decision) => decision.trial === named);
  if (earlier !== undefined) return { code: 'PL_ALREADY_DECIDED', text: `${named} was already ${earlier.approve ? 'approved' : 'rejected'} by ${earlier.who}` };
  const asks = openQuestions(status).map(({ id }) => id);
  return { code: 'PL_NOT_AWAITING', text: `the step ${named} does not wait for a decision${asks.length === 0 ? '' : `; what waits is ${asks.join(', ')}`}` };
}

/** Takes a decision. Idempotent by decision id; an impossible one changes nothing. */
export function decide(model: RunModel, message: Decide, now: number): DecisionRecord | null {
  if (model.status.decisions.some((decision) => decision.id === message.decisionId)) return null;
  if (refuseDecision(model, message) !== null) return null;
  const question = openQuestion(model.status, message.candidate);
  const trial = question !== undefined ? question.id : message.candidate === 'final' ? 'final' : (findTrial(model, message.candidate)?.id ?? message.candidate);
  const record: DecisionRecord = { id: message.decisionId, trial, approve: message.approve, who: message.who, comment: message.comment, at: now };
  model.status.decisions.push(record);
  delete model.waiting[trial];
  return record;
}

export function decisionOn(model: RunModel, trial: string): DecisionRecord | undefined {
  return model.status.decisions.find((decision) => decision.trial === trial);
}

export function setBudget(model: RunModel, change: SetBudget): void {
  const { status } = model;
  if (change.maxTrials !== undefined) status.budget.maxTrials = change.maxTrials;
  if (change.maxWallMs !== undefined) status.budget.maxWallMs = change.maxWallMs;
  if (change.rounds !== undefined) status.rounds = change.rounds;
}

/** More than people do by hand; a program that sends signals must not fill the history. */
const mostSteered = 200;

/** Notes who steered the run, when and why. */
export function steered({ status }: RunModel, what: SteerRecord['what'], message: unknown, now: number): void {
  const { maxTrials, maxWallMs, rounds }: Partial<SetBudget> = what === 'setBudget' && typeof message === 'object' && message !== null ? message : {};
  status.steered = [...(status.steered ?? []), { what, ...saidBy(message, now), ...(what === 'setBudget' ? { budget: { ...(maxTrials === undefined ? {} : { maxTrials }), ...(maxWallMs === undefined ? {} : { maxWallMs }), ...(rounds === undefined ? {} : { rounds }) } } : {}) }].slice(-mostSteered);
}

/** A person is not asked any more. `counts`: the time that it took is none of the budget's. */
export function endAsking(model: RunModel, now: number, counts = true): void {
  const since = model.askingSince ?? now;
  delete model.askingSince;
  if (counts) model.askingMs = (model.askingMs ?? 0) + now - since;
}

/** What is left of the budget of wall time, in milliseconds, negative where more is used; what the run only waited for a person is none of it. */
export function wallLeft({ status, askingMs = 0 }: RunModel, now: number): number {
  return status.budget.maxWallMs - (now - status.startedAt - askingMs);
}

/** Why no further trial may start, or null. */
export function exhausted(model: RunModel, now: number): string | null {
  const { budget } = model.status;
  if (model.stopping) return 'stopped by request';
  if (budget.trials >= budget.maxTrials) return `the budget of ${budget.maxTrials === 1 ? 'one trial' : `${budget.maxTrials} trials`} is used`;
  return outOfTime(model, now);
}

/** Whether the budget of wall time is used, in words; null where it is not. */
export function outOfTime(model: RunModel, now: number): string | null {
  const { budget } = model.status;
  return wallLeft(model, now) <= 0 ? `the budget of ${formatDuration(budget.maxWallMs)} of wall time is used` : null;
}

/** A run that ends before its time leaves no trial under way: what was not decided never will be. */
export function closeTrials(model: RunModel, text: string): void {
  for (const trial of model.status.trials) if (trial.state !== 'decided') closeTrial(trial, text);
}

/** What it was is kept where it has a verdict that somebody had yet to carry out: a run that goes on may. */
export function closeTrial(trial: TrialSummary, text: string): void {
  const { state, verdict } = trial;
  if (verdict !== null && (state === 'passed' || state === 'awaiting-approval')) trial.undecided = { state, verdict };
  trial.state = 'decided';
  trial.verdict = { kind: 'rejected', measured: verdict?.measured ?? null, reasons: [...(verdict?.reasons ?? []), { code: 'stopped', text }] };
}
