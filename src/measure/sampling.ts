import { randomInt } from 'node:crypto';
import { loadavg } from 'node:os';
import type { Pair, Sample, Stage } from '../core/sample.js';
import type { CommandRequest } from './command.js';
import type { Launcher } from './launcher/launcher.js';
import type { MetricReading } from './metrics.js';
import { identityOf, openSampleJournal } from './sample-journal.js';
import { drawSeed } from './run-environment.js';
import { takeSample, type SampleRequest } from './sample.js';
import { openLauncher } from './start-command.js';

/** One side of a comparison: a commit, built in a worktree. */
export interface Side {
  /** What is in the worktree: commit and build. Samples of another identity are never mixed in. */
  identity: string;
  worktree: string;
  /** From `drawLayoutSeed`, once a build. Default 0: no padding. */
  layoutSeed?: number;
}

export interface SamplingRequest {
  stage: Stage;
  sides: { a: Side; b: Side };
  command: SampleRequest['command'];
  rules: readonly MetricReading[];
  /** How many pairs to have before it is asked again, or `stop`. Pairs already there count. */
  next: (pairs: readonly Pair[]) => number | 'stop';
  journalFile: string;
  jobs?: CommandRequest['journal'];
  /** The host lock, taken exclusively. */
  lock: { fd: number };
  signal?: AbortSignal;
  /** After each pair, and once when pairs were read back: how many of them. */
  onProgress?: (pairs: readonly Pair[], resumed: number) => void;
}

/**
 * Samples pairs until `next` says stop or a sample fails (its pair is the last one). Each pair is two fresh processes in
 * random order, and on the disk before the next one begins: after a crash, a call with the same request goes on at the
 * pair it was at. One pair for warming up (page cache, CPU clock) is thrown away at the start and after a resume.
 * Throws the signal's reason when it is aborted; the pairs so far stay in the journal.
 */
export async function samplePairs(request: SamplingRequest): Promise<Pair[]> {
  const { stage, sides, command, rules, next, onProgress } = request;
  const journal = await openSampleJournal(request.journalFile, {
    v: 1,
    stage,
    a: identityOf(sides.a),
    b: identityOf(sides.b),
    command: identityOf(command),
    rules: identityOf(rules.map(({ name, source, pattern, match }) => ({ name, source, pattern, match }))),
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
    const takePair = async (): Promise<Pair> => pairOf(request, launcher, pairs.length);
    let warm = false;
    while (!hasFailure(pairs)) {
      const target = next(pairs);
      if (target === 'stop' || target <= pairs.length) break;
      if (!warm) {
        launcher = await openLauncher([request.lock.fd]);
        const thrownAway = await takePair();
        // A failure is evidence, never thrown away.
        if (isFailure(thrownAway)) await add(thrownAway);
        warm = true;
      }
      while (pairs.length < target && !hasFailure(pairs)) await add(await takePair());
    }
    return pairs;
  } finally {
    await launcher?.close();
    await journal.close();
  }
}

async function pairOf(request: SamplingRequest, launcher: Launcher | null, index: number): Promise<Pair> {
  const load = loadavg()[0] ?? 0;
  const at = Date.now();
  const aFirst = randomInt(2) === 0;
  const seed = drawSeed();
  const first = await takeSide(request, launcher, aFirst ? 'a' : 'b', seed);
  const second = await takeSide(request, launcher, aFirst ? 'b' : 'a', seed);
  return { stage: request.stage, index, order: aFirst ? 'ab' : 'ba', a: aFirst ? first : second, b: aFirst ? second : first, load, at };
}

async function takeSide(request: SamplingRequest, launcher: Launcher | null, name: 'a' | 'b', seed: string): Promise<Sample> {
  const { worktree, layoutSeed } = request.sides[name];
  return takeSample({
    command: request.command,
    worktree,
    rules: request.rules,
    seed,
    hold: [request.lock.fd],
    ...(launcher === null ? {} : { launcher }),
    ...(layoutSeed === undefined ? {} : { layoutSeed }),
    ...(request.jobs === undefined ? {} : { journal: request.jobs }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
}

function hasFailure(pairs: readonly Pair[]): boolean {
  const last = pairs.at(-1);
  return last !== undefined && isFailure(last);
}

function isFailure(pair: Pair): boolean {
  return !pair.a.ok || !pair.b.ok;
}
