import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireBenchmark } from '../core/config/parse.js';
import type { CommandSpec, Config } from '../core/config/schema.js';
import type { Pair, Sample } from '../core/sample.js';
import { differencesOf, metricRules } from '../core/verdict/metrics.js';
import { noiseOf, type Noise } from '../core/verdict/noise.js';
import { median } from '../core/stats/summary.js';
import { PerfloopError } from '../core/errors.js';
import { commandEnvironment } from '../measure/command-environment.js';
import { outputTail } from '../measure/metrics.js';
import { runCommand } from '../measure/run-command.js';
import { takeSample } from '../measure/sample.js';
import { git } from '../workspace/git.js';
import { removeTree } from '../workspace/remove-tree.js';

export interface SpreadRequest {
  /** Top folder of the repository; only cloned from, never written to. */
  root: string;
  config: Config;
  /** How often the benchmark runs, besides a first time that is thrown away. */
  samples: number;
  onStep: (text: string) => void;
  signal: AbortSignal;
}

/** A slow benchmark runs less often, so that `init` stays a matter of about this long. */
const patienceMs = 60_000;

/**
 * As `noiseOf` has it, but from the median absolute deviation (times 1.4826 for a normal distribution): one hiccup of the
 * machine must not decide what is asked of every candidate, and the verdict's rank test is not moved by it either.
 */
export function robustSpread(differences: readonly number[]): number {
  const middle = median(differences);
  return (1.4826 * median(differences.map((difference) => Math.abs(difference - middle)))) / Math.SQRT2;
}

/**
 * The noise of the benchmark, from consecutive runs of the last commit in a temporary clone. Throws
 * PL_COMMAND_FAILED where set-up or build fail there, and what `noiseOf` throws for a benchmark that cannot be measured.
 */
export async function measureSpread({ root, config, samples, onStep, signal }: SpreadRequest): Promise<Noise> {
  const { command: benchmark } = requireBenchmark(config);
  const rules = metricRules(config.metrics);
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-init-'));
  try {
    const clone = join(folder, 'clone');
    onStep('cloning into a temporary folder');
    await git(['clone', '--quiet', '--shared', root, clone], { cwd: folder, signal });
    for (const [name, command] of [['setup', config.target.setup], ['build', config.commands.build]] as const) {
      if (command === undefined) continue;
      onStep(`${name}: ${command.run}`);
      await must(name, command, clone, signal);
    }
    onStep(`benchmark: ${benchmark.run}`);
    const sample = () => takeSample({ command: benchmark, worktree: clone, rules, signal });
    const first = await sample();
    const wanted = first.ok ? Math.max(6, Math.min(samples, Math.floor(patienceMs / Math.max(1, first.wallMs)))) : 6;
    const taken: Sample[] = [];
    // One that failed decides already: noiseOf says what is wrong with it.
    while (taken.length < wanted + (wanted % 2) && taken.every(({ ok }) => ok)) taken.push(await sample());
    if (taken.length % 2 === 1) taken.push(taken.at(-1) as Sample);
    const pairs = pairsOf(taken);
    return { ...noiseOf(pairs, rules), spread: robustSpread(differencesOf(pairs, rules)) };
  } finally {
    await removeTree(folder);
  }
}

async function must(name: string, command: CommandSpec, clone: string, signal: AbortSignal): Promise<void> {
  const result = await runCommand({ command: command.run, cwd: join(clone, command.cwd), env: commandEnvironment({ extra: command.env }), timeoutMs: command.timeout, signal });
  signal.throwIfAborted();
  if (result.ok) return;
  const how = result.timedOut ? `did not end within ${command.timeout / 1000} s` : `ended with ${result.signal ?? `exit code ${result.exitCode}`}`;
  throw new PerfloopError('PL_COMMAND_FAILED', `the ${name} command ${how} in a fresh clone`, { where: command.run, problems: outputTail(result, 600).split('\n').slice(-8), fix: 'Correct it in perfloop.toml: it must work in a fresh clone of the last commit.' });
}

/** Two runs in a row as the two sides of a pair: what they share, such as a slow minute of the machine, falls out. */
function pairsOf(samples: readonly Sample[]): Pair[] {
  const pairs: Pair[] = [];
  for (let index = 0; index + 1 < samples.length; index += 2) pairs.push({ stage: 'noise', index: index / 2, order: 'ab', a: samples[index] as Sample, b: samples[index + 1] as Sample, load: 0, at: 0 });
  return pairs;
}
