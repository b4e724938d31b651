import { randomInt } from 'node:crypto';
import { loadavg } from 'node:os';
import type { OutputRule } from '../core/check/printed-rule.js';
import type { Pair, Sample, Stage } from '../core/sample.js';
import type { Before } from './calm.js';
import { combine } from './combine.js';
import type { CommandRequest } from './command.js';
import type { Launcher } from './launcher/launcher.js';
import type { MetricReading } from './metrics.js';
import { compareSides, countingOutput, digestOf, type SidesOutput } from './pair-output.js';
import { drawSeed } from './run-environment.js';
import { takeSample, type SampleRequest } from './sample.js';
import type { Sandbox } from './sandbox/sandbox.js';
import { byOther, nothingUndone, undoneIn, withUndone, type Tidy } from './tidy.js';

/** One side of a comparison: a commit, built in a worktree. */
export interface Side {
  /** What is in the worktree: commit and build. Samples of another identity are never mixed in. */
  identity: string;
  worktree: string;
  /** See `SampleRequest`. */
  failsWithoutFolder?: boolean;
  /** From `drawLayoutSeed`, once a build. Default 0: no padding. */
  layoutSeed?: number;
  /** Variables that its executions have besides those of the command. */
  environment?: Record<string, string>;
  sandbox?: Sandbox;
  /** Keeps what an execution leaves there from the next one. */
  tidy?: Tidy | undefined;
}

export type Sides = Record<'a' | 'b', Side>;

export interface SampledBenchmark {
  name: string | null;
  command: SampleRequest['command'];
}

/** What is executed, and how. */
export interface PairRequest {
  stage: Stage;
  /** Where pairs are taken, as they tell; see `deviceName`. Absent: they do not. */
  device?: string;
  sides: Sides;
  /** Each is executed on both sides of a pair. One alone has no name. */
  benchmarks: readonly SampledBenchmark[];
  rules: readonly MetricReading[];
  /** How what the benchmark prints is compared; null: it is not. */
  output?: OutputRule | null;
  cpus?: SampleRequest['cpus'];
  cold?: boolean;
  limits?: CommandRequest['limits'];
  jobs?: CommandRequest['journal'];
  secretsFrom?: SampleRequest['secretsFrom'];
  /** The host lock, taken exclusively. */
  lock: { fd: number };
  signal?: AbortSignal;
}

/**
 * One pair: two fresh processes in random order, of several benchmarks two of each, in random order too. Whatever happens to
 * one of them, all are executed.
 */
export async function takePair(request: PairRequest, launcher: Launcher | null, index: number, before: Before): Promise<PairAndFiles> {
  const load = loadavg()[0] ?? 0;
  const at = Date.now();
  // The same inputs for all of the pair.
  const seed = drawSeed();
  const turns = inRandomOrder(request.benchmarks).map((benchmark) => ({ benchmark, order: randomInt(2) === 0 ? ('ab' as const) : ('ba' as const) }));
  // Both sides of a benchmark one right after the other: what drifts meanwhile hardly tells them apart. A failure changes
  // nothing of that, so that it is always known whose it is.
  const takeBoth = async (): Promise<TakenPair> => {
    const taken: TakenPair = { a: new Map(), b: new Map() };
    for (const { benchmark, order } of turns) {
      for (const side of order === 'ab' ? (['a', 'b'] as const) : (['b', 'a'] as const)) taken[side].set(benchmark.name, await takeSide(request, launcher, benchmark, side, seed));
    }
    return taken;
  };
  const taken = await takeBoth();
  const order = turns[0]?.order ?? 'ab';
  const named = turns.flatMap((turn) => (turn.benchmark.name === null ? [] : [{ benchmark: turn.benchmark.name, order: turn.order }]));
  const pair: Pair = { stage: request.stage, index, order, ...(named.length === 0 ? {} : { turns: named }), a: sampleOf(request, taken.a), b: sampleOf(request, taken.b), ...(request.device === undefined ? {} : { device: request.device }), load, at, seed, ...before };
  const whole = await withPrinted(request, pair, taken, takeBoth);
  // What is wrong with a side is evidence, whatever else the machine did.
  if (isFailure(whole) || whole.printed?.kind === 'differs' || whole.b.left?.written !== undefined) delete whole.aside;
  return { pair: whole, touched: [...taken.a.values()].some((one) => one.touched) };
}

export interface PairAndFiles {
  pair: Pair;
  /** Whether the champion changed a file that was kept after the warm-up. What the candidate does voids no pair. */
  touched: boolean;
}

/** What one side of a pair came to, by benchmark. */
export type TakenSide = Map<string | null, Taken>;
type TakenPair = Record<'a' | 'b', TakenSide>;

interface Taken {
  sample: Sample;
  /** What it printed, where that is compared. */
  stdout: string;
  /** Whether it changed a kept file. */
  touched: boolean;
}

/** The pair with what comparing its output came to. */
async function withPrinted(request: PairRequest, pair: Pair, taken: TakenPair, takeBoth: () => Promise<TakenPair>): Promise<Pair> {
  const counting = countingIn(request, taken);
  if (!request.output || counting === null) return pair;
  // Between two worktrees of one commit any difference is what is being learned.
  let second: TakenPair | null = null;
  const again = async (): Promise<SidesOutput | null> => countingIn(request, (second = await takeBoth()));
  const printed = await compareSides(counting, request.output, request.stage === 'noise' ? null : again);
  const side = (of: 'a' | 'b'): Sample => ({ ...[...(second?.[of].values() ?? [])].reduce((sample, taken) => withUndone(sample, undoneIn(taken.sample)), pair[of]), outputDigest: digestOf(counting[of]) });
  return { ...pair, a: side('a'), b: side('b'), printed };
}

/** What counts of the outputs; null where a side failed, or nothing is compared. */
function countingIn({ output, sides, benchmarks }: PairRequest, taken: TakenPair): SidesOutput | null {
  if (!output || [...taken.a.values(), ...taken.b.values()].some(({ sample }) => !sample.ok)) return null;
  const of = (side: 'a' | 'b'): string => countingOutput(new Map(benchmarks.map(({ name }) => [name, taken[side].get(name)?.stdout ?? ''])), sides[side].worktree, output);
  return { a: of('a'), b: of('b') };
}

/** One benchmark alone is its own sample. */
export function sampleOf({ benchmarks }: PairRequest, taken: TakenSide): Sample {
  const alone = taken.get(null)?.sample;
  if (alone !== undefined) return alone;
  return combine(benchmarks.flatMap(({ name }) => {
    const sample = taken.get(name)?.sample;
    return name === null || sample === undefined ? [] : [{ name, sample }];
  }));
}

export async function takeSide(request: PairRequest, launcher: Launcher | null, benchmark: SampledBenchmark, name: 'a' | 'b', seed: string): Promise<Taken> {
  const { worktree, failsWithoutFolder = false, layoutSeed, environment, sandbox, tidy } = request.sides[name];
  let stdout = '';
  const sample = await takeSample({
    command: benchmark.command,
    worktree,
    failsWithoutFolder,
    rules: rulesOfBenchmark(benchmark, request.rules),
    seed,
    secretsFrom: request.secretsFrom,
    hold: [request.lock.fd],
    ...(launcher === null ? {} : { launcher }),
    ...(request.cpus === undefined ? {} : { cpus: request.cpus }),
    cold: request.cold === true,
    ...(request.limits === undefined ? {} : { limits: request.limits }),
    ...(layoutSeed === undefined ? {} : { layoutSeed }),
    ...(environment === undefined ? {} : { environment }),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(request.jobs === undefined ? {} : { journal: request.jobs }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    ...(request.output ? { onOutput: (text: string) => { stdout = text; } } : {}),
  });
  const undone = (await tidy?.restore()) ?? nothingUndone;
  // Without a sandbox, one side can write where the other one runs, and answers for it.
  const other = request.sides[name === 'a' ? 'b' : 'a'].tidy;
  const foreign = (sandbox === undefined && other !== tidy ? await other?.restore() : null) ?? nothingUndone;
  // Where the champion writes a file each time, the candidate does not find it either.
  if (name === 'a') await other?.drop(undone.touched);
  return { sample: withUndone(withUndone(sample, undone), byOther(foreign)), stdout, touched: undone.touched.length > 0 };
}

/** The metrics that are taken of a benchmark. */
export function rulesOfBenchmark<R extends MetricReading>({ name }: Pick<SampledBenchmark, 'name'>, rules: readonly R[]): R[] {
  return rules.filter((rule) => name === null || rule.benchmark === name);
}

/** Fisher and Yates. */
export function inRandomOrder<T>(all: readonly T[]): T[] {
  const shuffled = [...all];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}

/** Nothing that is sampled after it changes the verdict. */
export function isFailure(pair: Pair): boolean {
  const kind = pair.printed?.kind;
  return !pair.a.ok || !pair.b.ok || (pair.stage !== 'noise' && (kind === 'differs' || kind === 'unrepeatable'));
}
