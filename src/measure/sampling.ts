import { randomInt } from 'node:crypto';
import { loadavg } from 'node:os';
import type { OutputRule } from '../core/check/printed-rule.js';
import type { Pair, Sample, Stage } from '../core/sample.js';
import { countedPairs } from '../core/verdict/aside.js';
import { awaitCalm, type Before } from './calm.js';
import { combine } from './combine.js';
import type { CommandRequest } from './command.js';
import type { Launcher } from './launcher/launcher.js';
import type { MetricReading } from './metrics.js';
import { identityOf, openSampleJournal } from './sample-journal.js';
import { compareSides, countingOutput, digestOf, type SidesOutput } from './pair-output.js';
import { drawSeed } from './run-environment.js';
import { takeSample, type SampleRequest } from './sample.js';
import type { Sandbox } from './sandbox/sandbox.js';
import { settleWarmUp, withCarried, withChanged, type Carried, type Tidies, type Tidy } from './tidy.js';
import { openLauncher } from './start-command.js';

/** One side of a comparison: a commit, built in a worktree. */
export interface Side {
  /** What is in the worktree: commit and build. Samples of another identity are never mixed in. */
  identity: string;
  worktree: string;
  /** From `drawLayoutSeed`, once a build. Default 0: no padding. */
  layoutSeed?: number;
  sandbox?: Sandbox;
  /** Keeps what an execution leaves there from the next one. */
  tidy?: Tidy | undefined;
}

export interface SampledBenchmark {
  name: string | null;
  command: SampleRequest['command'];
}

export interface SamplingRequest {
  stage: Stage;
  sides: { a: Side; b: Side };
  /** Each is executed on both sides of a pair. One alone has no name. */
  benchmarks: readonly SampledBenchmark[];
  rules: readonly MetricReading[];
  /** How what the benchmark prints is compared; null: it is not. */
  output?: OutputRule | null;
  /** How many pairs to have before it is asked again, or `stop`. Pairs already there count. */
  next: (pairs: readonly Pair[]) => number | 'stop';
  /** Asked before each pair, the one that warms up included: whether `wanted` pairs can no longer be reached. Ends the sampling. */
  outOfTime?: (pairs: readonly Pair[], wanted: number) => boolean;
  journalFile: string;
  /** Reads the load from outside before a pair, upon which it may be repeated; null: no pair is. Default: as /proc tells. */
  otherLoad?: (() => Promise<number | null>) | null;
  cpus?: SampleRequest['cpus'];
  cold?: boolean;
  jobs?: CommandRequest['journal'];
  secretsFrom?: SampleRequest['secretsFrom'];
  /** The host lock, taken exclusively. */
  lock: { fd: number };
  signal?: AbortSignal;
  /** After each pair, and once when pairs were read back: how many of them. */
  onProgress?: (pairs: readonly Pair[], resumed: number) => void;
}

/**
 * Samples pairs until `next` says stop or a sample fails (its pair is the last one). Each pair is two fresh processes in
 * random order (of several benchmarks two of each, in random order too), and on the disk before the next one begins: after a
 * crash, a call with the same request goes on at the pair it was at. One pair for warming up (page cache, CPU clock) is thrown away at the start and after a resume.
 * Throws the signal's reason when it is aborted; the pairs so far stay in the journal.
 */
export async function samplePairs(request: SamplingRequest): Promise<Pair[]> {
  const { stage, sides, benchmarks, rules, next, onProgress } = request;
  const [first] = benchmarks;
  if (first === undefined) throw new TypeError('nothing to sample');
  const alone = first.name === null;
  const journal = await openSampleJournal(request.journalFile, {
    v: 1,
    stage,
    a: identityOfSide(sides.a),
    b: identityOfSide(sides.b),
    command: identityOf(alone ? first.command : benchmarks),
    rules: identityOf([...rules.map(({ name, source, pattern, match, skip, benchmark }) => ({ name, source, pattern, match, ...(skip === undefined ? {} : { skip }), ...(alone ? {} : { benchmark }) })), ...(request.output ? [request.output] : [])]),
  });
  let launcher: Launcher | null = null;
  try {
    const { pairs } = journal;
    const resumed = pairs.length;
    if (resumed > 0) onProgress?.(pairs, resumed);
    const add = async (pair: Pair): Promise<void> => {
      await journal.append(pair);
      pairs.push(pair);
      onProgress?.(pairs, resumed);
    };
    const tidies: Tidies = { a: sides.a.tidy, b: sides.b.tidy };
    let carried: Carried | null = null;
    let repeats = 0;
    const takePair = async (of: SamplingRequest = request): Promise<PairAndFiles> => pairOf(of, launcher, pairs.length, request.otherLoad === null ? {} : await awaitCalm(pairs, request.otherLoad));
    let warm = false;
    while (!hasFailure(pairs)) {
      const target = next(pairs);
      if (target === 'stop' || target <= countedPairs(pairs).length) break;
      const late = (): boolean => request.outOfTime?.(pairs, pairs.length + target - countedPairs(pairs).length) === true;
      if (late()) break;
      if (!warm) {
        launcher = await openLauncher([request.lock.fd], request.cpus);
        // What tests left, or an execution that was interrupted.
        for (const side of [sides.a, sides.b]) await side.tidy?.restore();
        // Without tidying up: what it leaves is what has to be known.
        const { pair: thrownAway } = await takePair({ ...request, sides: { a: { ...sides.a, tidy: undefined }, b: { ...sides.b, tidy: undefined } } });
        carried = await settleWarmUp(tidies);
        // A failure is evidence, never thrown away.
        if (isFailure(thrownAway)) await add(thrownAway);
        warm = true;
      }
      while (countedPairs(pairs).length < target && !hasFailure(pairs) && !late()) {
        const { pair, touched } = await takePair();
        // It found what an execution before it had left, and is not to be found again.
        if (touched && !isFailure(pair) && repeats++ < mostRepeats) continue;
        await add(carried === null ? pair : withCarried(pair, carried));
        carried = null;
      }
      if (countedPairs(pairs).length < target) break;
    }
    return pairs;
  } finally {
    await launcher?.close();
    await journal.close();
  }
}

/** Not the sandbox: what is hidden in it is what the host has at the time. */
function identityOfSide({ sandbox: _sandbox, tidy: _tidy, ...side }: Side): string {
  return identityOf(side);
}

async function pairOf(request: SamplingRequest, launcher: Launcher | null, index: number, before: Before): Promise<PairAndFiles> {
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
  const pair: Pair = { stage: request.stage, index, order, ...(named.length === 0 ? {} : { turns: named }), a: sampleOf(request, taken.a), b: sampleOf(request, taken.b), load, at, seed, ...before };
  const whole = await withPrinted(request, pair, taken, takeBoth);
  // What is wrong with a side is evidence, whatever else the machine did.
  if (isFailure(whole) || whole.printed?.kind === 'differs') delete whole.aside;
  return { pair: whole, touched: [...taken.a.values(), ...taken.b.values()].some((one) => one.touched) };
}

interface PairAndFiles {
  pair: Pair;
  /** Whether a file that was kept after the warm-up had changed. */
  touched: boolean;
}

/** Such a pair is taken again, as often as this. */
const mostRepeats = 3;

/** What one side of a pair came to, by benchmark. */
type TakenSide = Map<string | null, Taken>;
type TakenPair = Record<'a' | 'b', TakenSide>;

interface Taken {
  sample: Sample;
  /** What it printed, where that is compared. */
  stdout: string;
  /** Whether it changed a kept file. */
  touched: boolean;
}

/** The pair with what comparing its output came to. */
async function withPrinted(request: SamplingRequest, pair: Pair, taken: TakenPair, takeBoth: () => Promise<TakenPair>): Promise<Pair> {
  const counting = countingIn(request, taken);
  if (!request.output || counting === null) return pair;
  // Between two worktrees of one commit any difference is what is being learned.
  const again = request.stage === 'noise' ? null : async () => countingIn(request, await takeBoth());
  const printed = await compareSides(counting, request.output, again);
  return { ...pair, a: { ...pair.a, outputDigest: digestOf(counting.a) }, b: { ...pair.b, outputDigest: digestOf(counting.b) }, printed };
}

/** What counts of the outputs; null where a side failed, or nothing is compared. */
function countingIn({ output, sides, benchmarks }: SamplingRequest, taken: TakenPair): SidesOutput | null {
  if (!output || [...taken.a.values(), ...taken.b.values()].some(({ sample }) => !sample.ok)) return null;
  const of = (side: 'a' | 'b'): string => countingOutput(new Map(benchmarks.map(({ name }) => [name, taken[side].get(name)?.stdout ?? ''])), sides[side].worktree, output);
  return { a: of('a'), b: of('b') };
}

/** One benchmark alone is its own sample. */
function sampleOf({ benchmarks }: SamplingRequest, taken: TakenSide): Sample {
  const alone = taken.get(null)?.sample;
  if (alone !== undefined) return alone;
  return combine(benchmarks.flatMap(({ name }) => {
    const sample = taken.get(name)?.sample;
    return name === null || sample === undefined ? [] : [{ name, sample }];
  }));
}

async function takeSide(request: SamplingRequest, launcher: Launcher | null, benchmark: SampledBenchmark, name: 'a' | 'b', seed: string): Promise<Taken> {
  const { worktree, layoutSeed, sandbox, tidy } = request.sides[name];
  let stdout = '';
  const sample = await takeSample({
    command: benchmark.command,
    worktree,
    rules: rulesOfBenchmark(benchmark, request.rules),
    seed,
    secretsFrom: request.secretsFrom,
    hold: [request.lock.fd],
    ...(launcher === null ? {} : { launcher }),
    ...(request.cpus === undefined ? {} : { cpus: request.cpus }),
    cold: request.cold === true,
    ...(layoutSeed === undefined ? {} : { layoutSeed }),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(request.jobs === undefined ? {} : { journal: request.jobs }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    ...(request.output ? { onOutput: (text: string) => { stdout = text; } } : {}),
  });
  const undone = await tidy?.restore();
  return { sample: withChanged(sample, undone?.changed ?? []), stdout, touched: (undone?.touched.length ?? 0) > 0 };
}

/** The metrics that are taken of a benchmark. */
export function rulesOfBenchmark<R extends MetricReading>({ name }: Pick<SampledBenchmark, 'name'>, rules: readonly R[]): R[] {
  return rules.filter((rule) => name === null || rule.benchmark === name);
}

/** Fisher and Yates. */
function inRandomOrder<T>(all: readonly T[]): T[] {
  const shuffled = [...all];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}

function hasFailure(pairs: readonly Pair[]): boolean {
  const last = pairs.at(-1);
  return last !== undefined && isFailure(last);
}

/** Nothing that is sampled after it changes the verdict. */
function isFailure(pair: Pair): boolean {
  const kind = pair.printed?.kind;
  return !pair.a.ok || !pair.b.ok || (pair.stage !== 'noise' && (kind === 'differs' || kind === 'unrepeatable'));
}
