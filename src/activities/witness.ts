import { randomBytes } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchmarksOf, type Benchmark } from '../core/config/benchmarks.js';
import type { SampleInput } from '../core/run/contracts.js';
import type { Fact, Verdict } from '../core/verdict/verdict.js';
import { instructionFact } from '../core/verdict/witness.js';
import { countedInstructions, hasValgrind, underCachegrind } from '../measure/cachegrind.js';
import { runCommand } from '../measure/run-command.js';
import { drawSeed, runEnvironment } from '../measure/run-environment.js';
import type { OpenWorktree } from '../workspace/open-worktree.js';
import { removeTree } from '../workspace/remove-tree.js';
import type { Attempt } from './activity.js';
import { commandRequest } from './command-request.js';
import type { Dependencies } from './dependencies.js';
import { withHostLock, worktreeOf } from './ground.js';

/** A benchmark that takes longer is not counted, nor waited for. */
const longestSampleMs = 500;
const patienceMs = 90_000;

/**
 * Counts the instructions of both sides of a confirmation, for a verdict that they can explain. Null where that is switched
 * off, there is no valgrind, the benchmark is too long, or it does not run under valgrind. It decides nothing, so that
 * nothing but a cancellation makes it fail.
 */
export async function witness(deps: Dependencies, input: SampleInput, verdict: Verdict, sampleMs: number, attempt: Attempt): Promise<Fact | null> {
  try {
    return await countBoth(deps, input, verdict, sampleMs, attempt);
  } catch {
    attempt.signal.throwIfAborted();
    return null;
  }
}

async function countBoth(deps: Dependencies, input: SampleInput, verdict: Verdict, sampleMs: number, attempt: Attempt): Promise<Fact | null> {
  const { config } = input;
  // The fixed protocol is a plain table, and a config of an earlier version did not ask.
  if (config.verdict.witness !== 'auto' || config.verdict.protocol === 'fixed' || verdict.kind === 'rejected') return null;
  if (sampleMs > longestSampleMs || !(await hasValgrind())) return null;
  const sides = { a: await worktreeOf(deps, input.a), b: await worktreeOf(deps, input.b) };
  return withHostLock(deps, 'shared', attempt, () => {}, async (lock) => {
    const seed = drawSeed();
    const count = async (worktree: OpenWorktree): Promise<number | null> => {
      let sum = 0;
      for (const benchmark of benchmarksOf(config)) {
        const instructions = await countOf(deps, input, { benchmark, worktree, lock, seed }, attempt);
        if (instructions === null) return null;
        sum += instructions;
      }
      return sum;
    };
    const champion = await count(sides.a);
    const candidate = champion === null ? null : await count(sides.b);
    const championAgain = candidate === null ? null : await count(sides.a);
    return champion === null || candidate === null || championAgain === null ? null : instructionFact({ champion, championAgain, candidate }, verdict);
  });
}

interface Counting {
  benchmark: Benchmark;
  worktree: OpenWorktree;
  lock: Parameters<Parameters<typeof withHostLock>[4]>[0];
  seed: string;
}

async function countOf(deps: Dependencies, input: SampleInput, { benchmark, worktree, lock, seed }: Counting, attempt: Attempt): Promise<number | null> {
  const folder = join(await realpath(tmpdir()), randomBytes(8).toString('hex'));
  await mkdir(folder, { mode: 0o700 });
  try {
    const request = await commandRequest(deps, 'instructions', benchmark.command, { scope: input, worktree, lock, who: 'measured', besides: { writable: [folder] } }, attempt);
    // Both sides get one layout: it moves the count of some programs.
    const result = await runCommand({ ...request, command: underCachegrind(benchmark.command.run, folder), env: runEnvironment(request.env, { seed, layoutSeed: 0 }), timeoutMs: patienceMs });
    if (result.cancelled) attempt.signal.throwIfAborted();
    return result.ok ? await countedInstructions(folder) : null;
  } finally {
    await removeTree(folder);
  }
}
