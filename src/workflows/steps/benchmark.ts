import { withReading } from '../../core/benchmark/step-reading.js';
import { compareReading, type Reading } from '../../core/benchmark/series.js';
import type { RunModel } from '../../core/run/model.js';
import { refusal } from '../failures.js';
import { scopeOfStep } from '../phases.js';
import { draftOf, worktreeOfBranch } from './draft.js';
import type { StepRunner } from './run-step.js';

/** Series that a run remembers; of more the oldest is forgotten. */
const mostSeries = 100;

/** Runs the benchmark of the draft of its branch, or of the best commit, a fixed number of times: a plain reading, upon which nothing is accepted. */
export const benchmark: StepRunner = async (phases, { command, metrics, goals, warmups, runs }, work) => {
  const { name } = work;
  const { input, model, session, control } = phases;
  control.enterStep('benchmark', name);
  const scope = scopeOfStep(phases, work);
  const draft = draftOf(work);
  const { taken, commit } = await session.onHost(async (on) => {
    const worktree = await worktreeOfBranch(on, phases, work);
    return { commit: worktree.commit, taken: await on.bench('runBenchmark', name, { ...scope, target: input.target, config: input.config, lease: on.lease, worktree, step: { command, metrics, goals, warmups, runs } }) };
  });
  if (!taken.ok) throw refusal('PL_STEP_FAILED', `${taken.problem}\n${taken.tail}`.trimEnd(), { where: `steps: ${name}`, fix: 'Run the benchmark by hand in a fresh clone; benchmark.log has what every run printed.' });
  const reading: Reading = { round: model.status.round, step: name, commit, ...(draft === null ? {} : { candidate: draft.candidate.id }), metrics: Object.fromEntries(taken.metrics.map((metric) => [metric.name, metric.summary.median])) };
  const { compared, after } = compareReading(model.benchmarks?.[taken.series], reading, taken.metrics, input.config.loop.baseline, (candidate) => isAccepted(model, candidate));
  model.benchmarks = remembered(model.benchmarks ?? {}, taken.series, after);
  model.readings = withReading(model.readings ?? [], { round: reading.round ?? 0, step: name, draft: draft !== null }, taken.metrics);
  model.status.benchmark = { reading, ...compared };
  return { output: { ...reading, summary: Object.fromEntries(taken.metrics.map((metric) => [metric.name, { ...metric.summary }])), ...compared, runs: taken.lines, verdict: 'none: this is a plain reading of one build' } };
};

function isAccepted(model: RunModel, candidate: string): boolean {
  return model.status.trials.some((trial) => trial.candidate.id === candidate && trial.verdict?.kind === 'accepted' && trial.dropped !== true);
}

function remembered(all: NonNullable<RunModel['benchmarks']>, name: string, series: NonNullable<RunModel['benchmarks']>[string]): NonNullable<RunModel['benchmarks']> {
  const others = Object.entries(all).filter(([other]) => other !== name);
  return Object.fromEntries([...others.slice(1 - mostSeries), [name, series]]);
}
