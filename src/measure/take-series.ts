import { takeEach } from './combine.js';
import type { Sample } from '../core/sample.js';
import { openLauncher } from './start-command.js';
import { drawSeed } from './run-environment.js';
import { takeSample, type SampleRequest } from './sample.js';
import { rulesOfBenchmark, type SampledBenchmark, type Side } from './take-pair.js';
import { nothingUndone, withUndone, type Tidy } from './tidy.js';

export interface SeriesRequest extends Pick<SampleRequest, 'rules' | 'cpus' | 'cold' | 'journal' | 'secretsFrom' | 'signal'> {
  side: Side;
  /** Each is executed in every run, in this order. */
  benchmarks: readonly SampledBenchmark[];
  /** Runs that are thrown away, before `runs` that count. */
  warmups: number;
  runs: number;
  /** The host lock, taken exclusively. */
  lock: { fd: number };
  /** After each run: one that fails is the last. */
  onRun: (run: SeriesRun) => Promise<void>;
}

/** One run of a series: an execution of every benchmark. */
export interface SeriesRun {
  /** From 1, the warm-ups among them. */
  number: number;
  warmup: boolean;
  /** Milliseconds since the epoch when it began. */
  at: number;
  /** PERFLOOP_SEED of its executions. */
  seed: string;
  sample: Sample;
  /** What each execution printed, as far as it is kept. */
  printed: { benchmark: string | null; stdout: string; stderr: string }[];
}

/**
 * Executes the benchmarks of one side again and again, in fresh processes under the conditions of any sample: what a run
 * leaves behind is undone before the next one. Ends with the first run that fails; throws the signal's reason when it is
 * aborted.
 */
export async function takeSeries(request: SeriesRequest): Promise<SeriesRun[]> {
  const { warmups, runs, side, lock, onRun } = request;
  const taken: SeriesRun[] = [];
  const launcher = await openLauncher([lock.fd], request.cpus);
  try {
    await side.tidy?.restore();
    while (taken.length < warmups + runs && taken.at(-1)?.sample.ok !== false) {
      const run = await takeRun(request, launcher, taken.length);
      taken.push(run);
      await onRun(run);
    }
    return taken;
  } finally {
    await launcher?.close();
  }
}

async function takeRun(request: SeriesRequest, launcher: SampleRequest['launcher'] | null, before: number): Promise<SeriesRun> {
  const { benchmarks, warmups, lock, side, rules, onRun: _onRun, runs: _runs, ...conditions } = request;
  const { tidy, worktree, failsWithoutFolder = false, layoutSeed, environment, sandbox } = side;
  const [seed, at] = [drawSeed(), Date.now()];
  const printed: SeriesRun['printed'] = [];
  const sample = await takeEach(benchmarks, (benchmark) => takeSample({
    ...conditions,
    command: benchmark.command,
    rules: rulesOfBenchmark(benchmark, rules),
    worktree,
    failsWithoutFolder,
    seed,
    hold: [lock.fd],
    ...(launcher == null ? {} : { launcher }),
    ...(layoutSeed === undefined ? {} : { layoutSeed }),
    ...(environment === undefined ? {} : { environment }),
    ...(sandbox === undefined ? {} : { sandbox }),
    onOutput: (stdout, stderr) => void printed.push({ benchmark: benchmark.name, stdout, stderr }),
  }));
  return { number: before + 1, warmup: before < warmups, at, seed, sample: withUndone(sample, await undone(tidy, before)), printed };
}

/** What the first run leaves stays until it changes, as caches do in any sample. */
async function undone(tidy: Tidy | undefined, before: number): ReturnType<Tidy['restore']> {
  if (tidy === undefined) return nothingUndone;
  if (before === 0) tidy.keep(await tidy.added());
  return tidy.restore();
}
