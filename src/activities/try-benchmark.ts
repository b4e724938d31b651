import { commandsOf } from '../core/config/benchmarks.js';
import type { BenchActivities } from '../core/run/contracts.js';
import type { Sample, SampleFailure } from '../core/sample.js';
import { metricRules } from '../core/verdict/metrics.js';
import { takeEach } from '../measure/combine.js';
import { environmentFingerprint } from '../measure/environment.js';
import { takeSample } from '../measure/sample.js';
import { sandboxHint } from '../measure/sandbox/hint.js';
import { rulesOfBenchmark } from '../measure/take-pair.js';
import { withUndone } from '../measure/tidy.js';
import { activity } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { jobs, repositoryOf, unlessGone, withHostLock, worktreeOf } from './ground.js';
import { benchmarkSources } from './guard-protected.js';
import { environmentFor } from './lease.js';
import { pristineOf } from './pristine.js';
import { benchmarksFrom, conditionsOf } from './sampling.js';
import { sandboxOf, unsandboxedNotes } from './sandbox.js';

/** One execution of the benchmark: whether it works here, and what it leaves behind. */
export function tryBenchmarkActivity(deps: Dependencies): BenchActivities['tryBenchmark'] {
  return activity(async (input, attempt) => {
    const { config, worktree } = input;
    const opened = await worktreeOf(deps, worktree);
    const sandbox = await sandboxOf(deps, input, opened, 'measured');
    const { sample, notes } = await unlessGone(deps, [worktree], () => withHostLock(deps, 'exclusive', attempt, () => {}, async (lock) => {
      const tidy = await pristineOf(deps, input, opened);
      await tidy.restore();
      const taken = await takeEach(benchmarksFrom(config), (benchmark) => takeSample({ command: benchmark.command, worktree: opened.path, rules: rulesOfBenchmark(benchmark, metricRules(config.metrics, config.benchmarks)), journal: jobs(deps, input, 'benchmark'), ...(sandbox === undefined ? {} : { sandbox }), hold: [lock.fd], ...conditionsOf(config), layoutSeed: opened.layoutSeed, secretsFrom: environmentFor(deps, input.run), signal: attempt.signal }));
      const undone = await tidy.restore();
      return { sample: withUndone(taken, undone), notes: leftNotes(taken, undone.changed) };
    }));
    if (sample.ok) return { ok: true, wallMs: sample.wallMs, metrics: sample.metrics, sources: await benchmarkSources(await repositoryOf(deps, input.target), input.target, config), environment: await deps.artifacts.put('json', JSON.stringify(await environmentFingerprint(commandsOf(config)))), notes: [...(await unsandboxedNotes(config)), ...notes] };
    const { problem, tail } = problemOfSample(sample.failure);
    return { ok: false, problem: [problem, sandbox === undefined ? '' : sandboxHint(tail)].filter((text) => text !== '').join('. '), tail };
  });
}

/** What a person should know of what the benchmark leaves at the base. */
function leftNotes({ left }: Sample, changed: readonly string[]): string[] {
  const names = (all: readonly string[]): string => `${all.slice(0, 5).join(', ')}${all.length > 5 ? ` and ${all.length - 5} more` : ''}`;
  const processes = left?.processes ?? [];
  return [
    ...(processes.length === 0 ? [] : [`The benchmark leaves processes behind (${names(processes)}): they are ended 200 ms after its exit, and their work is not in the wall time.`]),
    ...(changed.length === 0 ? [] : [`The benchmark changes files of the build (${names(changed)}): they are put back after each sample.`]),
  ];
}

/** What is wrong with an execution of a benchmark, with what a person can do about it. */
export function problemOfSample(failure: SampleFailure): { problem: string; tail: string } {
  const { benchmark } = failure;
  const of = benchmark === undefined ? '' : `${benchmark}: `;
  if (failure.kind === 'timeout') return { problem: `${of}it was stopped after ${Math.round(failure.afterMs / 1000)} s`, tail: '' };
  if (failure.kind === 'exit' && failure.exceeded !== undefined) return { problem: `${of}${failure.exceeded}`, tail: failure.tail };
  if (failure.kind === 'exit') return { problem: `${of}${failure.signal === null ? `it ended with exit code ${failure.code}` : `it was ended by ${failure.signal}`}`, tail: failure.tail };
  const found = { none: 'is not in its output', several: 'is there more than once: set `match = "last"` or `"median"` (of one stream: matches on stdout and on stderr are refused), or make the pattern narrower', 'not-a-number': 'is not a number' }[failure.problem];
  return { problem: `${of}the metric ${failure.metric} ${found}`, tail: failure.tail };
}
