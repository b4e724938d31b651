import { takeEach } from './combine.js';
import type { Sample } from '../core/sample.js';
import { openLauncher } from './start-command.js';
import { drawSeed } from './run-environment.js';
import { takeSample, type SampleRequest } from './sample.js';
import { rulesOfBenchmark, type SampledBenchmark, type Side } from './take-pair.js';
import { nothingUndone, withUndone, type Tidy } from './tidy.js';

export interface SeriesRequest extends Pick<SampleRequest, 'rules' | 'cpus' | 'cold' | 'limits' | 'journal' | 'secretsFrom' | 'signal'> {
  side: Side;
  /** Each is executed in every run, in this order. */
  benchmarks: readonly SampledBenchmark[];
  /** Runs that are thrown away, before `runs` that count. */
  warmups: number;
  runs: number;
  /** The host lock, taken exclusively. */
  lock: { fd: number };
  /** What an attempt before this one had taken. After it one run warms up, where warm-ups are wanted, and is thrown away. */
  earlier?: readonly SeriesRun[];
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
 * aborted. With what an earlier attempt had taken it goes on after that.
 */
export async function takeSeries(request: SeriesRequest): Promise<SeriesRun[]> {
  const { side, lock, onRun, earlier = [] } = request;
  const taken = [...earlier];
  const left = leftOf(request, taken);
  const launcher = await openLauncher([lock.fd], request.cpus);
  try {
    await side.tidy?.restore();
    for (const warmup of left) {
      const run = await takeRun(request, launcher, taken.length, warmup, taken.length === earlier.length);
      taken.push(run);
      await onRun(run);
      if (!run.sample.ok) break;
    }
    return taken;
  } finally {
    await launcher?.close();
  }
}

/** Whether each of the runs that are left is a warm-up. A process that was restarted finds caches and clock cold. */
function leftOf({ warmups, runs }: SeriesRequest, taken: readonly SeriesRun[]): boolean[] {
  const warm = taken.filter(({ warmup }) => warmup).length;
  const counting = runs - (taken.length - warm);
  if (counting === 0) return [];
  const again = taken.length > 0 && warmups > 0 ? 1 : 0;
  return [...Array<boolean>(Math.max(again, warmups - warm)).fill(true), ...Array<boolean>(counting).fill(false)];
}

async function takeRun(request: SeriesRequest, launcher: SampleRequest['launcher'] | null, before: number, warmup: boolean, first: boolean): Promise<SeriesRun> {
  const { benchmarks, lock, side, rules, warmups: _warmups, onRun: _onRun, runs: _runs, earlier: _earlier, ...conditions } = request;
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
  return { number: before + 1, warmup, at, seed, sample: withUndone(sample, await undone(tidy, first)), printed };
}

/** What the first run leaves stays until it changes, as caches do in any sample. */
async function undone(tidy: Tidy | undefined, first: boolean): ReturnType<Tidy['restore']> {
  if (tidy === undefined) return nothingUndone;
  if (first) tidy.keep(await tidy.added());
  return tidy.restore();
}
