import type { Pair, Sample } from '../core/sample.js';
import { countedPairs } from '../core/verdict/aside.js';
import { tampering } from '../core/verdict/left-behind.js';
import { awaitCalm } from './calm.js';
import { awaitFreeGpu, type LookAtGpu } from './gpu-state.js';
import type { Launcher } from './launcher/launcher.js';
import { identityOf, openSampleJournal, type JournalHeader } from './sample-journal.js';
import { openLauncher } from './start-command.js';
import { takeHalf } from './take-half.js';
import { isFailure, takePair, type PairAndFiles, type PairRequest, type Side, type Sides } from './take-pair.js';
import { bothCarried, byOther, carriedFrom, nothingUndone, protectedOnly, settleWarmUp, undoneIn, withCarried, type Carried } from './tidy.js';

export interface SamplingRequest extends PairRequest {
  /** Further builds of both sides. Pairs go round all of them, and each says which one it is of. */
  others?: readonly Sides[];
  /** Pairs of this stage that are there already, taken of the first of these builds. */
  earlier?: readonly Pair[];
  /** Whether each build is executed once before a pair of it counts; else only the first one is. Default true. */
  warmEach?: boolean;
  /** An earlier pair whose champion side stands in for that of the next one; null: both sides are executed. Default null. */
  standIn?: (pairs: readonly Pair[]) => Pair | null;
  /** How many pairs to have before it is asked again, or `stop`. Pairs already there count. */
  next: (pairs: readonly Pair[]) => number | 'stop';
  /** Asked before each pair, the one that warms up included: whether `wanted` pairs can no longer be reached. Ends the sampling. */
  outOfTime?: (pairs: readonly Pair[], wanted: number) => boolean;
  journalFile: string;
  /** Looks at the leased GPU before and after each pair; absent: there is none. */
  lookAtGpu?: LookAtGpu;
  /** Called before a pair is taken; throws where no more shall be, and what there is stays in the journal. */
  beforePair?: () => void;
  /** Called before a pair is written; throws where this attempt may write no more. */
  beforeWrite?: () => void;
  /** Reads the load from outside before a pair, upon which it may be repeated; null: no pair is. Default: as /proc tells. */
  otherLoad?: (() => Promise<number | null>) | null;
  /** Gets the pairs that warm up. */
  onWarmUp?: (pair: Pair) => void;
  /** After each pair, and once when pairs were read back: how many of them. */
  onProgress?: (pairs: readonly Pair[], resumed: number) => void;
}

/** A build of both sides, and what is known of it in this call. */
interface Build {
  sides: Sides;
  /** It was executed once, so that it is known what that leaves. */
  entered: boolean;
  /** What executions changed that were thrown away, until a pair tells it. */
  carried: Carried | null;
  repeats: number;
}

/** A pair whose champion found what an execution before it had left is taken again, of each build as often as this. */
const mostRepeats = 3;

/**
 * Samples pairs until `next` says stop or a sample fails (its pair is the last one). In the stage `final` pairs that fail are
 * taken like others, and a warm-up that fails is thrown away. Each pair is two fresh processes in random order (of several
 * benchmarks two of each, in random order too), and on the disk before the next one begins: after a crash, a call with the
 * same request goes on at the pair it was at. One pair for warming up (page cache, CPU clock) is thrown away at the start and
 * after a resume, and with `warmEach` one of each further build.
 * Throws the signal's reason when it is aborted; the pairs so far stay in the journal.
 */
export async function samplePairs(request: SamplingRequest): Promise<Pair[]> {
  const { benchmarks, next, onProgress, earlier = [], warmEach = true } = request;
  if (benchmarks.length === 0) throw new TypeError('nothing to sample');
  const builds = [request.sides, ...(request.others ?? [])].map((sides): Build => ({ sides, entered: false, carried: null, repeats: 0 }));
  const journal = await openSampleJournal(request.journalFile, headerOf(request, builds), earlier.length);
  let launcher: Launcher | null = null;
  try {
    const pairs = [...earlier, ...journal.pairs];
    const resumed = journal.pairs.length === 0 ? 0 : pairs.length;
    if (resumed > 0) onProgress?.(pairs, resumed);
    const add = async (pair: Pair): Promise<void> => {
      request.beforeWrite?.();
      await journal.append(pair);
      pairs.push(pair);
      onProgress?.(pairs, resumed);
    };
    const carry = (build: Build, dropped: Sample): void => void (build.carried = bothCarried(build.carried, { a: nothingUndone, b: undoneIn(dropped) }));
    let shares = true;
    const take = async (index: number, sides: Sides, standIn?: SamplingRequest['standIn']): Promise<PairAndFiles> => {
      const gpu = request.lookAtGpu === undefined ? null : await awaitFreeGpu(request.lookAtGpu, request.signal === undefined ? {} : { signal: request.signal });
      const before = request.otherLoad === null ? {} : await awaitCalm(pairs, request.otherLoad);
      const known = shares ? (standIn?.(pairs) ?? null) : null;
      const half = known === null ? null : await takeHalf({ ...request, sides }, known, launcher, pairs.length, before, (dropped) => carry(builds[index] as Build, dropped));
      // What could not be compared with the earlier output once cannot be the next time.
      if (known !== null && half === null) shares = false;
      const taken = half ?? (await takePair({ ...request, sides }, launcher, pairs.length, before));
      const seen = gpu === null ? {} : { gpu: { before: gpu, after: (await request.lookAtGpu?.()) ?? null } };
      return { ...taken, pair: { ...taken.pair, ...seen, ...(builds.length === 1 ? {} : { build: index }) } };
    };
    let warm = false;
    /** The first execution of a build in this call. Only protected files are put back before it is known what that leaves. */
    const enter = async (index: number, build: Build): Promise<void> => {
      const { a, b } = build.sides;
      // What tests left, or an execution that was interrupted.
      for (const side of [a, b]) await side.tidy?.restore();
      const { pair } = await take(index, { a: { ...a, tidy: protectedOnly(a.tidy) }, b: { ...b, tidy: protectedOnly(b.tidy) } });
      build.carried = await settleWarmUp({ a: a.tidy, b: b.tidy });
      build.entered = true;
      // A failure is evidence, never thrown away where something is decided. Of several benchmarks one may have found what another left, so they do not count.
      if ((warm && !warmEach && benchmarks.length === 1) || (isFailure(pair) && request.stage !== 'final')) await add(told(build, pair));
      else {
        build.carried = carriedFrom(pair, build.carried);
        request.onWarmUp?.(pair);
      }
      warm = true;
    };
    while (!hasFailure(pairs)) {
      const target = next(pairs);
      if (target === 'stop') break;
      const late = (): boolean => request.outOfTime?.(pairs, pairs.length + target - countedPairs(pairs).length) === true;
      const before = pairs.length;
      while (countedPairs(pairs).length < target && !hasFailure(pairs) && !late()) {
        request.beforePair?.();
        launcher ??= await openLauncher([request.lock.fd], request.cpus);
        // What is set aside is taken again of the same build.
        const index = countedPairs(pairs).length % builds.length;
        const build = builds[index] as Build;
        if (!build.entered) {
          await enter(index, build);
          continue;
        }
        if (builds.length > 1) await undoForeign(build);
        const { pair, touched } = await take(index, build.sides, request.standIn);
        // It found what an execution before it had left, which is gone now on both sides.
        if (touched && !isFailure(pair) && build.repeats++ < mostRepeats) {
          build.carried = carriedFrom(pair, build.carried);
          continue;
        }
        await add(told(build, pair));
      }
      if (pairs.length === before || countedPairs(pairs).length < target) break;
    }
    return pairs;
  } finally {
    await launcher?.close();
    await journal.close();
  }
}

/** Without a sandbox, executions of other builds could write here. The base's benchmark is trusted not to. */
async function undoForeign(build: Build): Promise<void> {
  for (const { sandbox, tidy } of [build.sides.a, build.sides.b]) {
    if (sandbox === undefined && tidy !== undefined) build.carried = bothCarried(build.carried, { a: nothingUndone, b: byOther(await tidy.restore()) });
  }
}

/** The pair, with what executions of its build changed that were thrown away. One that does not count itself tells nothing. */
function told(build: Build, pair: Pair): Pair {
  const { carried } = build;
  if (pair.aside) return pair;
  build.carried = null;
  return carried === null ? pair : withCarried(pair, carried);
}

function headerOf({ stage, benchmarks, rules, output }: SamplingRequest, builds: readonly Build[]): JournalHeader {
  const [first] = benchmarks;
  const alone = first?.name === null;
  const identity = (side: 'a' | 'b'): string => {
    const all = builds.map(({ sides }) => identityOfSide(sides[side]));
    return all.length === 1 ? (all[0] as string) : identityOf(all);
  };
  return {
    v: 1,
    stage,
    a: identity('a'),
    b: identity('b'),
    command: identityOf(alone ? first.command : benchmarks),
    rules: identityOf([...rules.map(({ name, source, pattern, match, skip, benchmark }) => ({ name, source, pattern, match, ...(skip === undefined ? {} : { skip }), ...(alone ? {} : { benchmark }) })), ...(output ? [output] : [])]),
  };
}

/** Not the sandbox: what is hidden in it is what the host has at the time. */
function identityOfSide({ sandbox: _sandbox, tidy: _tidy, ...side }: Side): string {
  return identityOf(side);
}

/** Whether nothing that would be sampled next could change what follows. Of the final measurement nothing follows: it has its size. */
function hasFailure(pairs: readonly Pair[]): boolean {
  if (pairs[0]?.stage === 'final') return false;
  const last = pairs.at(-1);
  return last !== undefined && (isFailure(last) || (last.stage !== 'noise' && tampering(pairs).length > 0));
}
