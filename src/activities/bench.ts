import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ArtifactRef } from '../core/artifact.js';
import { outputProblem, outputRuleOfNoise, printedChecked, type OutputRule } from '../core/check/printed-rule.js';
import { benchmarksOf, commandsOf, type Benchmark } from '../core/config/benchmarks.js';
import type { Config } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import type { BenchActivities, SampleInput, Scope } from '../core/run/contracts.js';
import type { Lease } from '../core/run/lease.js';
import type { Pair, Sample, SampleFailure, Stage } from '../core/sample.js';
import type { SamplingProgress } from '../core/status.js';
import { countedPairs } from '../core/verdict/aside.js';
import { assessStage } from '../core/verdict/assess.js';
import { confirmationShortfall, endedByBudget, planWithin } from '../core/verdict/budget.js';
import { finalMeasurement } from '../core/verdict/final.js';
import { estimate, estimates, verdictOf } from '../core/verdict/judge.js';
import { metricRules, type MetricRule } from '../core/verdict/metrics.js';
import { noiseOf, noisePairsDue, type Noise } from '../core/verdict/noise.js';
import { ruleFrom, schedulesFrom, schedulesOfRule, type Rule } from '../core/verdict/rule.js';
import type { Verdict } from '../core/verdict/verdict.js';
import { median } from '../core/stats/summary.js';
import { costPlan } from '../core/verdict/plan.js';
import { mean } from '../core/stats/summary.js';
import { lateFor } from '../measure/deadline.js';
import { environmentFingerprint } from '../measure/environment.js';
import { cpusFor } from '../measure/pinning.js';
import { takeSample } from '../measure/sample.js';
import { sandboxHint } from '../measure/sandbox/hint.js';
import { takeEach } from '../measure/combine.js';
import { rulesOfBenchmark, samplePairs, type Side } from '../measure/sampling.js';
import { encodeSamples, samplesSchema } from '../measure/stored-samples.js';
import { withChanged, type Tidy } from '../measure/tidy.js';
import type { OpenWorktree } from '../workspace/open-worktree.js';
import { benchmarkSources, guardProtected, protectedChanged } from './guard-protected.js';
import { activity, type Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { jobs, repositoryOf, unlessGone, withHostLock, worktreeOf } from './ground.js';
import { renewLease } from './lease.js';
import { pristineOf } from './pristine.js';
import { sandboxOf, unsandboxedNotes } from './sandbox.js';
import { profileActivity } from './profile.js';
import { witness } from './witness.js';

/** Everything that measures: one at a time on a device, under the exclusive host lock. */
export function benchActivities(deps: Dependencies): BenchActivities {
  return {
    tryBenchmark: activity(async (input, attempt) => {
      const { config, worktree } = input;
      const opened = await worktreeOf(deps, worktree);
      const sandbox = await sandboxOf(deps, input, opened, 'measured');
      const { sample, notes } = await unlessGone(deps, [worktree], () => withHostLock(deps, 'exclusive', attempt, () => {}, async (lock) => {
        const tidy = await pristineOf(deps, input, opened);
        await tidy.restore();
        const taken = await takeEach(benchmarksFrom(config), (benchmark) => takeSample({ command: benchmark.command, worktree: opened.path, rules: rulesOfBenchmark(benchmark, metricRules(config.metrics, config.benchmarks)), journal: jobs(deps, input, 'benchmark'), ...(sandbox === undefined ? {} : { sandbox }), hold: [lock.fd], ...conditionsOf(config), layoutSeed: opened.layoutSeed, secretsFrom: deps.env, signal: attempt.signal }));
        const { changed } = await tidy.restore();
        return { sample: withChanged(taken, changed), notes: leftNotes(taken, changed) };
      }));
      if (sample.ok) return { ok: true, wallMs: sample.wallMs, metrics: sample.metrics, sources: await benchmarkSources(await repositoryOf(deps, input.target), input.target, config), environment: await deps.artifacts.put('json', JSON.stringify(await environmentFingerprint(commandsOf(config)))), notes: [...(await unsandboxedNotes(config)), ...notes] };
      const { problem, tail } = problemOf(sample.failure);
      return { ok: false, problem: [problem, sandbox === undefined ? '' : sandboxHint(tail)].filter((text) => text !== '').join('. '), tail };
    }),

    measureNoise: activity(async (input, attempt) => {
      const { config, known, trials, within } = input;
      const { min_gain: minGain, final_pairs: finalPairs, noise_pairs: noisePairs } = config.verdict;
      const rules = metricRules(config.metrics, config.benchmarks);
      const { pairs, late } = known === null ? await sample(deps, input, attempt, { stage: 'noise', rules, output: outputRuleOfNoise(config), next: (taken) => noisePairsDue(taken, rules, { minGain, planned: noisePairs }), most: noisePairs }) : { pairs: [], late: false };
      if (late) throw new PerfloopError('PL_BUDGET', `the budget was used up after ${pairs.length} pairs that measure the noise`, { fix: 'Give it a larger budget, or a shorter benchmark.' });
      const noise = known?.noise ?? noiseOf(pairs, rules);
      refuseUncomparable(config, noise);
      const samples = known?.samples ?? (await store(deps, pairs, null));
      const schedules = schedulesFrom(config);
      const planned = { noise, delta: ruleFrom(config, noise).delta, schedules, trials, finalPairs };
      const plan = within === undefined ? costPlan(planned) : planWithin(within.budget, Date.now(), planned, within.aheadSeconds);
      return { noise, samples, plan, spent: pairs.length * 2 };
    }),

    sampleStage: activity(async (input, attempt) => {
      const { stage, rule, earlier, within } = input;
      const explained = async (verdict: Verdict): Promise<Verdict> => {
        // A budget is for samples.
        const fact = stage === 'confirm' && within === undefined && pairs.length > 0 ? await witness(deps, input, verdict, median(pairs.map(({ a }) => a.wallMs)), attempt) : null;
        return fact === null ? verdict : { ...verdict, facts: [...(verdict.facts ?? []), fact] };
      };
      const before = earlier === null ? [] : (await deps.artifacts.getJson(earlier, samplesSchema)).pairs;
      const next = (pairs: readonly Pair[]): number | 'stop' => {
        const assessed = assessStage(stage, pairs, rule);
        return assessed.kind === 'more' ? assessed.pairs : 'stop';
      };
      const assessedMost = assessStage(stage, [], rule);
      const { pairs, tampered, late } = await sample(deps, input, attempt, { stage, rules: rule.metrics, output: rule.output ?? null, next, most: assessedMost.kind === 'more' ? assessedMost.most : 0 });
      const assessed = assessStage(stage, pairs, rule);
      const all = [...before, ...pairs];
      const samples = await store(deps, all, rule);
      const spent = pairs.length * 2;
      const checked = printedChecked(all, rule);
      if (tampered) return { kind: 'decided', verdict: { kind: 'rejected', measured: null, reasons: [{ code: 'protected', text: 'The candidate changed protected files while it was measured.' }] }, samples, spent };
      const short = within === undefined ? null : shortOfTime(stage, pairs, late, rule, within);
      if (assessed.kind === 'passed' && stage === 'screen' && short === null) return { kind: 'passed', samples, spent };
      const verdict = await explained(verdictOf(all, rule));
      return { kind: 'decided', verdict: short !== null && verdict.kind === 'inconclusive' ? { ...verdict, reasons: [{ code: 'budget', text: short }] } : verdict, samples, spent, checked };
    }),

    sampleFinal: activity(async (input, attempt) => {
      const { final_pairs: wanted } = input.config.verdict;
      const { pairs } = await sample(deps, input, attempt, { stage: 'final', rules: input.rule.metrics, output: null, next: () => wanted, most: wanted });
      return { final: { ...finalMeasurement(pairs, input.rule.metrics), samples: await store(deps, pairs, input.rule) }, spent: pairs.length * 2 };
    }),

    profile: profileActivity(deps),
  };
}

/** Why a stage that has not decided must end, where its budget holds no more of it or of the next one; else null. */
function shortOfTime(stage: 'screen' | 'confirm', pairs: readonly Pair[], late: boolean, rule: Rule, within: NonNullable<SampleInput['within']>): string | null {
  const assessed = assessStage(stage, pairs, rule);
  if (assessed.kind === 'more') return late ? endedByBudget(stage, countedPairs(pairs).length, assessed.pairs, within.budget) : null;
  if (assessed.kind !== 'passed' || stage !== 'screen') return null;
  const measured = mean(pairs.flatMap(({ a, b }) => [a.wallMs, b.wallMs])) / 1000;
  return confirmationShortfall(within.budget, Date.now(), schedulesOfRule(rule), { secondsPerSample: measured, aheadSeconds: within.aheadSeconds });
}

interface Sampling {
  stage: Stage;
  rules: MetricRule[];
  output: OutputRule | null;
  next: (pairs: readonly Pair[]) => number | 'stop';
  most: number;
}

/** Samples under the host lock, with both sides' protected files as in the base; `tampered`: the candidate changed them. `late`: its budget ended it. */
async function sample(deps: Dependencies, input: SampleInput, attempt: Attempt, { stage, rules, output, next, most }: Sampling): Promise<{ pairs: Pair[]; tampered: boolean; late: boolean }> {
  await renewLease(deps, input.run, input.lease);
  const sides = { a: await worktreeOf(deps, input.a), b: await worktreeOf(deps, input.b) };
  const report = (doing: SamplingProgress['doing'], pairs: readonly Pair[], resumed: number): void => {
    const soFar = estimate(pairs, rules);
    const each = soFar === null ? [] : estimates(pairs, rules);
    const due = next(pairs);
    const counted = countedPairs(pairs).length;
    const nextLook = due === 'stop' ? counted : due;
    attempt.report({ stage, pairs: counted, nextLook, most: Math.max(most, nextLook), ratio: soFar?.ratio ?? null, ci95: soFar?.ci95 ?? null, ...(each.length === 0 ? {} : { metrics: each }), doing, resumed } satisfies SamplingProgress);
  };
  return unlessGone(deps, [input.a, input.b], () => withHostLock(deps, 'exclusive', attempt, () => report('waiting', [], 0), async (lock) => {
    const isProtected = await guardProtected(deps, input, [sides.a, sides.b]);
    const tidy = { a: await pristineOf(deps, input, sides.a), b: await pristineOf(deps, input, sides.b) };
    report('sampling', [], 0);
    const isLate = input.within === undefined ? null : lateFor(input.within.budget.deadline, input.within.secondsPerSample);
    let late = false;
    const pairs = await samplePairs({
      stage,
      sides: { a: await sideOf(deps, input, sides.a, tidy.a), b: await sideOf(deps, input, sides.b, sides.a.id === sides.b.id ? tidy.a : tidy.b) },
      benchmarks: benchmarksFrom(input.config),
      rules,
      output,
      next,
      // The fixed protocol is a plain table: as many pairs as were asked for.
      ...(input.config.verdict.protocol === 'fixed' ? { otherLoad: null } : {}),
      ...(isLate === null ? {} : { outOfTime: (taken, wanted) => (late = isLate(taken, wanted)) }),
      journalFile: journalOf(deps, input, input.lease, stage),
      secretsFrom: deps.env,
      jobs: jobs(deps, input, `${stage} sample`),
      ...conditionsOf(input.config),
      lock,
      signal: attempt.signal,
      onProgress: (taken, resumed) => report('sampling', taken, resumed),
    });
    const changedOn = (side: 'a' | 'b'): string[] => [...new Set(pairs.flatMap((pair) => pair[side].left?.changed ?? []))].filter(isProtected);
    const underJudgement = stage === 'screen' || stage === 'confirm';
    const inadmissible = [...changedOn('a'), ...(underJudgement ? [] : changedOn('b'))];
    if (inadmissible.length > 0) throw protectedChanged(inadmissible);
    return { pairs, tampered: changedOn('b').length > 0, late };
  }));
}

async function sideOf(deps: Dependencies, input: SampleInput, worktree: OpenWorktree, tidy: Tidy): Promise<Side> {
  const sandbox = await sandboxOf(deps, input, worktree, 'measured');
  return { identity: `${worktree.id} ${worktree.commit}`, worktree: worktree.path, layoutSeed: worktree.layoutSeed, tidy, ...(sandbox === undefined ? {} : { sandbox }) };
}

/** One file a stage; a person can read along. */
function journalOf(deps: Dependencies, scope: Scope, lease: Lease, stage: Stage): string {
  const owner = createHash('sha256').update(`${lease.host} ${lease.device}`).digest('hex').slice(0, 8);
  return join(deps.home.logs, scope.run, scope.trial, `samples-${stage}-${owner}.jsonl`);
}

/** A comparison that the config demands and that cannot be made would refuse every candidate, or none. */
function refuseUncomparable(config: Config, { printed }: Noise): void {
  const problem = outputProblem(config, printed);
  if (problem === null) return;
  throw new PerfloopError('PL_CHECK_UNUSABLE', `the output of the benchmark cannot be compared between two worktrees of the base: ${problem}`, {
    where: config.check.benchmark_pattern === undefined ? 'check.benchmark' : 'check.benchmark_pattern',
    fix: 'Print the same each time, say with `check.benchmark_pattern` which lines count, or set `check.benchmark` to "auto" or "off".',
  });
}

function store(deps: Dependencies, pairs: Pair[], rule: Rule | null): Promise<ArtifactRef> {
  return deps.artifacts.put('samples', encodeSamples({ rule, pairs }));
}

function benchmarksFrom(config: Config): Benchmark[] {
  const benchmarks = benchmarksOf(config);
  if (benchmarks.length === 0) throw new PerfloopError('PL_CONFIG_NO_BENCHMARK', 'there is no benchmark to measure', { where: 'commands.benchmark', fix: 'Add `benchmark = "…"` under [commands] of perfloop.toml.' });
  return benchmarks;
}

/** How samples are taken. */
function conditionsOf(config: Config): { cpus: number[]; cold: boolean } {
  return { cpus: cpusFor(config), cold: config.measure?.cold ?? false };
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

/** What is wrong with a benchmark that was tried, with what a person can do about it. */
function problemOf(failure: SampleFailure): { problem: string; tail: string } {
  const { benchmark } = failure;
  const of = benchmark === undefined ? '' : `${benchmark}: `;
  if (failure.kind === 'timeout') return { problem: `${of}it was stopped after ${Math.round(failure.afterMs / 1000)} s`, tail: '' };
  if (failure.kind === 'exit') return { problem: `${of}${failure.signal === null ? `it ended with exit code ${failure.code}` : `it was ended by ${failure.signal}`}`, tail: failure.tail };
  const found = { none: 'is not in its output', several: 'is there more than once: set `match = "last"` or `"median"`, or make the pattern narrower', 'not-a-number': 'is not a number' }[failure.problem];
  return { problem: `${of}the metric ${failure.metric} ${found}`, tail: failure.tail };
}
