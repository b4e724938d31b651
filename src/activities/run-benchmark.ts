import { writeFile } from 'node:fs/promises';
import { benchmarksOfStep, metricsOfStep } from '../core/benchmark/measured.js';
import { summaryOf, type SummedMetric } from '../core/benchmark/summary.js';
import { namedVariables } from '../core/config/named-variables.js';
import { PerfloopError } from '../core/errors.js';
import type { BenchActivities } from '../core/run/contracts.js';
import { valueOf, type MetricRule } from '../core/verdict/metrics.js';
import { identityOf } from '../measure/sample-journal.js';
import { openSeriesJournal } from '../measure/series-journal.js';
import { sandboxHint } from '../measure/sandbox/hint.js';
import { takeSeries, type SeriesRun } from '../measure/take-series.js';
import { redactorOf } from '../models/redact.js';
import { metrics as telemetry } from '../telemetry/metrics.js';
import { activity } from './activity.js';
import { BenchmarkLog } from './benchmark-log.js';
import type { Dependencies } from './dependencies.js';
import { jobs, logPath, unlessGone, withHostLock, worktreeOf } from './ground.js';
import { environmentFor, refuseDraining } from './lease.js';
import { pristineOf } from './pristine.js';
import { conditionsOf, sideOf } from './sampling.js';
import { problemOfSample } from './try-benchmark.js';

/** Runs a benchmark a fixed number of times, alone on the machine, and sums up what it says. An attempt goes on after the runs that one before it took. */
export function runBenchmarkActivity(deps: Dependencies): BenchActivities['runBenchmark'] {
  return activity(async (input, attempt) => {
    const { config, worktree, step, lease } = input;
    const opened = await worktreeOf(deps, worktree);
    const [benchmarks, rules] = [benchmarksOfStep(config, step), metricsOfStep(config, step)];
    if (benchmarks.length === 0) throw new PerfloopError('PL_CONFIG_NO_BENCHMARK', 'there is no benchmark to run', { where: 'commands.benchmark', fix: 'Add `benchmark = "…"` under [commands] of perfloop.toml, or a `command` to the step.' });
    const redactor = redactorOf(deps.env, namedVariables(config));
    const [warmups, runs] = [step.warmups ?? 3, step.runs ?? 10];
    const series = identityOf([lease.host, lease.device, benchmarks, rules.map(({ name, source, pattern, match }) => [name, source, pattern, match])]);
    const journal = await openSeriesJournal(await logPath(deps, input, 'series.jsonl'), { v: 1, commit: worktree.commit, series, warmups, runs });
    try {
      const log = await BenchmarkLog.open({ runs: await logPath(deps, input, 'runs.jsonl'), printed: await logPath(deps, input, 'benchmark.log') }, rules, redactor, journal.entries);
      const taken = await unlessGone(deps, [worktree], () => withHostLock(deps, 'exclusive', attempt, () => attempt.report({ doing: 'waiting' }), async (lock) => {
        const side = await sideOf(deps, input, opened, await pristineOf(deps, input, opened));
        attempt.report({ doing: 'benchmark', run: journal.entries.length, of: warmups + runs });
        const onRun = async (run: SeriesRun): Promise<void> => {
          if (!run.warmup) telemetry.samples.add(1, { stage: 'benchmark' });
          attempt.report({ doing: 'benchmark', run: run.number, of: warmups + runs });
          // One that fails ends the series, and is tried again by the next attempt.
          if (run.sample.ok) await journal.append({ ...run, printed: [] });
          await log.add(run);
          if (run.sample.ok) refuseDraining(deps);
        };
        return { side, all: await takeSeries({ side, benchmarks, rules, warmups, runs, lock, journal: jobs(deps, input, 'benchmark'), secretsFrom: environmentFor(deps, input.run), ...conditionsOf(config), signal: attempt.signal, earlier: journal.entries, onRun }) };
      }));
      const lines = await deps.artifacts.put('log', log.lines());
      const failed = taken.all.find(({ sample }) => !sample.ok);
      if (failed !== undefined && !failed.sample.ok) {
        const { problem, tail } = problemOfSample(failed.sample.failure);
        const hint = taken.side.sandbox === undefined ? '' : sandboxHint(tail);
        return { ok: false, problem: redactor.text([`${placeOf(failed, taken.all)} of ${failed.warmup ? warmups : runs}: ${problem}`, hint].filter((text) => text !== '').join('. ')), tail: redactor.text(tail), lines };
      }
      const metrics = summed(taken.all.filter(({ warmup }) => !warmup), rules);
      await writeFile(await logPath(deps, input, 'summary.json'), `${JSON.stringify({ step: input.trial, commit: worktree.commit, warmups, runs, metrics }, null, 2)}\n`);
      return { ok: true, metrics, lines, series };
    } finally {
      await journal.close();
    }
  });
}

/** Such as `run 2`: among those of its kind. */
function placeOf(run: SeriesRun, all: readonly SeriesRun[]): string {
  const alike = all.filter(({ warmup }) => warmup === run.warmup);
  return `${run.warmup ? 'warm-up' : 'run'} ${alike.indexOf(run) + 1}`;
}

function summed(runs: readonly SeriesRun[], rules: readonly MetricRule[]): SummedMetric[] {
  return rules.map((rule) => {
    const values = runs.map(({ sample }) => valueOf(sample, rule)).filter((value) => value !== null);
    if (values.length !== runs.length) throw new PerfloopError('PL_BENCHMARK_FAILED', `the metric ${rule.name} is no finite number in ${runs.length - values.length} of ${runs.length} runs`, { where: `metrics: ${rule.name}`, fix: 'Check what the benchmark prints.' });
    const { name, goal, unit, primary, weight } = rule;
    return { name, goal, unit, primary, weight, summary: summaryOf(values) };
  });
}
