import type { HubActivities } from '../core/run/contracts.js';
import type { TrialSummary } from '../core/status.js';
import type { RunHeader, TimeRecord } from '../store/writer.js';
import { metrics } from '../telemetry/metrics.js';

/** What is counted when the store is told of it for the first time. */

export function countRun({ kind, state, target, startedAt, endedAt, speedup }: RunHeader): void {
  if (endedAt === null) return;
  const labels = { kind, state, target: target.name };
  metrics.runs.add(1, labels);
  metrics.runSeconds.observe((endedAt - startedAt) / 1000, labels);
  if (kind === 'run' && state === 'done') metrics.runSpeedup.observe(speedup?.ratio ?? 1, { target: target.name });
}

/** A run that goes on after another one brings the trials of that along, which were counted. */
export function isOfRun({ startedAt: runStarted }: Pick<RunHeader, 'startedAt'>, { startedAt }: Pick<TrialSummary, 'startedAt'>): boolean {
  return startedAt === null || startedAt >= runStarted;
}

export function countTrial(run: RunHeader, trial: TrialSummary): void {
  const { verdict, candidate, startedAt, endedAt } = trial;
  // One that is measured afresh counts as its successor.
  if (verdict === null || !isOfRun(run, trial) || verdict.reasons.some(({ code }) => code === 'superseded')) return;
  const target = run.target.name;
  metrics.trials.add(1, { verdict: verdict.kind, proposer: candidate.proposer, target });
  if (startedAt !== null && endedAt !== null) metrics.trialSeconds.observe((endedAt - startedAt) / 1000, { verdict: verdict.kind, target });
  if (verdict.kind === 'accepted' && verdict.measured !== null) metrics.trialSpeedup.observe(verdict.measured.ratio, { proposer: candidate.proposer, target });
}

export function countTime({ target }: RunHeader, { phase, began, ended }: TimeRecord): void {
  metrics.phaseSeconds.observe((ended - began) / 1000, { phase, target: target.name });
}

/** Phases of a chain, and steps of a graph by their types. */
export function timesOf({ spells = [], steps = [] }: Parameters<HubActivities['recordRun']>[0]): TimeRecord[] {
  return [
    ...spells.map((spell): TimeRecord => ({ ...spell, step: '', status: 'done' })),
    ...steps.map(({ type, step, began, ended, status }): TimeRecord => ({ phase: type, step, began, ended, status })),
  ];
}
