import { limitsIn } from '../core/config/limits-schema.js';
import { limitsHere, type Limits } from '../measure/limits/limits.js';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ArtifactRef } from '../core/artifact.js';
import type { OutputRule } from '../core/check/printed-rule.js';
import { benchmarksOf, type Benchmark } from '../core/config/benchmarks.js';
import type { Config } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import type { SampleInput, Scope } from '../core/run/contracts.js';
import { deviceName, type Lease } from '../core/run/lease.js';
import { samplesOf, type Pair, type Stage } from '../core/sample.js';
import type { SamplingProgress } from '../core/status.js';
import { countedPairs } from '../core/verdict/aside.js';
import { estimate, estimates } from '../core/verdict/judge.js';
import type { MetricRule } from '../core/verdict/metrics.js';
import type { Rule } from '../core/verdict/rule.js';
import { lateFor } from '../measure/deadline.js';
import { gpuLook, type LookAtGpu } from '../measure/gpu-state.js';
import { cpusFor } from '../measure/pinning.js';
import { samplePairs } from '../measure/sampling.js';
import type { Side, Sides } from '../measure/take-pair.js';
import { encodeSamples } from '../measure/stored-samples.js';
import type { Tidy } from '../measure/tidy.js';
import { metrics } from '../telemetry/metrics.js';
import type { OpenWorktree } from '../workspace/open-worktree.js';
import type { Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { jobs, unlessGone, withHostLock, worktreeOf } from './ground.js';
import { refuseUnprotected } from './guard-protected.js';
import { environmentFor, fence, refuseDraining } from './lease.js';
import { pristineOf } from './pristine.js';
import { sandboxOf } from './sandbox.js';

export interface Sampling {
  stage: Stage;
  rules: MetricRule[];
  output: OutputRule | null;
  next: (pairs: readonly Pair[]) => number | 'stop';
  most: number;
  /** Pairs of this stage that were taken of the first of these builds. */
  earlier?: readonly Pair[];
  standIn?: (taken: readonly Pair[]) => Pair | null;
}

/** The pairs of a stage, those that were there already among them, and those that warmed up. */
interface Sampled {
  pairs: Pair[];
  warmUps: Pair[];
  /** Its budget ended it. */
  late: boolean;
}

/** Samples under the host lock, with the protected files of all builds as in the base. */
export async function sample(deps: Dependencies, input: SampleInput, attempt: Attempt, { stage, rules, output, next, most, earlier = [], standIn }: Sampling): Promise<Sampled> {
  const refs = [{ a: input.a, b: input.b }, ...(input.others ?? [])];
  const opened: Record<'a' | 'b', OpenWorktree>[] = [];
  for (const { a, b } of refs) opened.push({ a: await worktreeOf(deps, a), b: await worktreeOf(deps, b) });
  const report = (doing: SamplingProgress['doing'], pairs: readonly Pair[], resumed: number): void => {
    const soFar = estimate(pairs, rules);
    const each = soFar === null ? [] : estimates(pairs, rules);
    const due = next(pairs);
    const counted = countedPairs(pairs).length;
    const nextLook = due === 'stop' ? counted : due;
    attempt.report({ stage, pairs: counted, nextLook, most: Math.max(most, nextLook), ratio: soFar?.ratio ?? null, ci95: soFar?.ci95 ?? null, ...(each.length === 0 ? {} : { metrics: each }), doing, resumed } satisfies SamplingProgress);
  };
  return unlessGone(deps, refs.flatMap(({ a, b }) => [a, b]), () => withHostLock(deps, 'exclusive', attempt, () => report('waiting', [], 0), async (lock) => {
    const builds: Sides[] = [];
    for (const { a, b } of opened) builds.push(await sidesOf(deps, input, a, b));
    const [sides, ...others] = builds as [Sides, ...Sides[]];
    report('sampling', earlier, 0);
    const warmUps: Pair[] = [];
    const isLate = input.within === undefined ? null : lateFor(input.within.budget.deadline, input.within.secondsPerSample);
    let late = false;
    let counted = earlier.length;
    const pairs = await samplePairs({
      stage,
      device: deviceName(input.lease),
      sides,
      others,
      earlier,
      ...(standIn === undefined ? {} : { standIn }),
      warmEach: input.coldIsAsFast !== true,
      benchmarks: benchmarksFrom(input.config),
      rules,
      output,
      next,
      // The fixed protocol is a plain table: as many pairs as were asked for.
      ...(input.config.verdict.protocol === 'fixed' ? { otherLoad: null } : {}),
      ...(isLate === null ? {} : { outOfTime: (taken, wanted) => (late = isLate(taken, wanted)) }),
      ...gpuOf(input.lease),
      beforePair: () => refuseDraining(deps),
      beforeWrite: () => fence(deps, input.run, input.lease),
      journalFile: journalOf(deps, input, input.lease, stage, earlier.length),
      secretsFrom: environmentFor(deps, input.run),
      jobs: jobs(deps, input, `${stage} sample`),
      ...conditionsOf(input.config),
      lock,
      signal: attempt.signal,
      onWarmUp: (pair) => warmUps.push(pair),
      onProgress: (taken, resumed) => {
        // Those that were read back were counted by who took them.
        if (taken.length > Math.max(counted, resumed)) metrics.samples.add(samplesOf(taken.slice(Math.max(counted, resumed))), { stage });
        counted = taken.length;
        report('sampling', taken, resumed);
      },
    });
    refuseUnprotected(stage, pairs);
    return { pairs, warmUps, late };
  }));
}

/** What looks at the GPU that is leased, if one is. */
function gpuOf({ device }: Lease): { lookAtGpu?: LookAtGpu } {
  const index = /^gpu(\d+)$/.exec(device)?.[1];
  return index === undefined ? {} : { lookAtGpu: gpuLook(Number(index)) };
}

/** Both sides of a comparison as samples are taken of them. */
export async function sidesOf(deps: Dependencies, input: Pick<SampleInput, 'target' | 'config' | 'environment'>, a: OpenWorktree, b: OpenWorktree): Promise<Sides> {
  const tidy = await pristineOf(deps, input, a);
  const candidate = await sideOf(deps, input, b, a.id === b.id ? tidy : await pristineOf(deps, input, b));
  return { a: await sideOf(deps, input, a, tidy), b: input.environment === undefined ? candidate : { ...candidate, environment: input.environment } };
}

/** One worktree as samples are taken of it. */
export async function sideOf(deps: Dependencies, input: Pick<SampleInput, 'target' | 'config'>, worktree: OpenWorktree, tidy: Tidy): Promise<Side> {
  const sandbox = await sandboxOf(deps, input, worktree, 'measured');
  return { identity: `${worktree.id} ${worktree.commit}`, worktree: worktree.path, failsWithoutFolder: worktree.commit !== input.target.base.commit, layoutSeed: worktree.layoutSeed, tidy, ...(sandbox === undefined ? {} : { sandbox }) };
}

/** One file a stage, and one more each time that there are more builds; a person can read along. `first`: the index of its first pair. */
function journalOf(deps: Dependencies, scope: Scope, lease: Lease, stage: Stage, first: number): string {
  const owner = createHash('sha256').update(`${lease.host} ${lease.device}`).digest('hex').slice(0, 8);
  return join(deps.home.logs, scope.run, scope.trial, `samples-${stage}-${owner}${first === 0 ? '' : `-from-${first}`}.jsonl`);
}

export function storeSamples(deps: Dependencies, pairs: Pair[], rule: Rule | null): Promise<ArtifactRef> {
  return deps.artifacts.put('samples', encodeSamples({ rule, pairs }));
}

export function benchmarksFrom(config: Config): Benchmark[] {
  const benchmarks = benchmarksOf(config);
  if (benchmarks.length === 0) throw new PerfloopError('PL_CONFIG_NO_BENCHMARK', 'there is no benchmark to measure', { where: 'commands.benchmark', fix: 'Add `benchmark = "…"` under [commands] of perfloop.toml.' });
  return benchmarks;
}

/** How samples are taken. */
export function conditionsOf(config: Config): { cpus: number[]; cold: boolean; limits: Limits } {
  return { cpus: cpusFor(config), cold: config.measure?.cold ?? false, limits: limitsHere(limitsIn(config)) };
}
