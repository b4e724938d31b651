import { outputProblem, outputRuleOfNoise, printedChecked } from '../core/check/printed-rule.js';
import type { Config } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import type { BenchActivities, SampleInput, SharedChampion } from '../core/run/contracts.js';
import { deviceName } from '../core/run/lease.js';
import { samplesOf, type Pair } from '../core/sample.js';
import { mean, median } from '../core/stats/summary.js';
import { countedPairs } from '../core/verdict/aside.js';
import { assessStage } from '../core/verdict/assess.js';
import { confirmationShortfall, endedByBudget, planWithin } from '../core/verdict/budget.js';
import { finalMeasurement } from '../core/verdict/final.js';
import { verdictOf } from '../core/verdict/judge.js';
import { metricRules } from '../core/verdict/metrics.js';
import { noiseOf, noisePairsDue, type Noise } from '../core/verdict/noise.js';
import { refuseMixed } from '../core/verdict/one-device.js';
import { costPlan } from '../core/verdict/plan.js';
import { ruleFrom, schedulesOfRule, type Rule } from '../core/verdict/rule.js';
import { allowanceOf } from '../core/verdict/schedules.js';
import { standIn, thatCanStandIn } from '../core/verdict/shared-champion.js';
import type { Verdict } from '../core/verdict/verdict.js';
import { samplesSchema } from '../measure/stored-samples.js';
import { activity } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { profileActivity } from './profile.js';
import { runBenchmarkActivity } from './run-benchmark.js';
import { sampleKnobsActivity } from './sample-knobs.js';
import { sample, storeSamples } from './sampling.js';
import { tryBenchmarkActivity } from './try-benchmark.js';
import { witness } from './witness.js';

/** Everything that measures: one at a time on a device, under the exclusive host lock. */
export function benchActivities(deps: Dependencies): BenchActivities {
  return {
    tryBenchmark: tryBenchmarkActivity(deps),
    runBenchmark: runBenchmarkActivity(deps),

    measureNoise: activity(async (input, attempt) => {
      const { config, known, trials, within } = input;
      const { min_gain: minGain, final_pairs: finalPairs, noise_pairs: noisePairs } = config.verdict;
      const rules = metricRules(config.metrics, config.benchmarks);
      const { pairs, warmUps, late } = known === null ? await sample(deps, input, attempt, { stage: 'noise', rules, output: outputRuleOfNoise(config), next: (taken) => noisePairsDue(taken, rules, { minGain, planned: noisePairs }), most: noisePairs }) : { pairs: [], warmUps: [], late: false };
      if (late) throw new PerfloopError('PL_BUDGET', `the budget was used up after ${pairs.length} pairs that measure the noise`, { fix: 'Give it a larger budget, or a shorter benchmark.' });
      const noise: Noise = { ...(known?.noise ?? noiseOf(pairs, rules, warmUps)), ...(input.buildSeconds === undefined ? {} : { buildSeconds: input.buildSeconds }) };
      refuseUncomparable(config, noise);
      const samples = known?.samples ?? (await storeSamples(deps, pairs, null));
      const rule = ruleFrom(config, noise);
      const planned = { noise, delta: rule.delta, schedules: schedulesOfRule(rule), allowance: rule.v === 1 ? 0 : allowanceOf(rule), trials, finalPairs };
      const plan = within === undefined ? costPlan(planned) : planWithin(within.budget, Date.now(), planned, within.aheadSeconds);
      return { noise, samples, plan, spent: pairs.length * 2 };
    }),

    sampleStage: activity(async (input, attempt) => {
      const { stage, rule, earlier, within } = input;
      const builds = 1 + (input.others ?? []).length;
      const explained = async (verdict: Verdict): Promise<Verdict> => {
        // A budget is for samples; and valgrind would count both sides in the same environment.
        const fact = stage === 'confirm' && within === undefined && input.environment === undefined && pairs.length > 0 ? await witness(deps, input, verdict, median(pairs.map(({ a }) => a.wallMs)), attempt) : null;
        return fact === null ? verdict : { ...verdict, facts: [...(verdict.facts ?? []), fact] };
      };
      const taken = earlier === null ? [] : (await deps.artifacts.getJson(earlier, samplesSchema)).pairs;
      refuseMixed(taken, deviceName(input.lease));
      const own = taken.filter((pair) => pair.stage === stage);
      const standing = input.shared === undefined ? undefined : await standingIn(deps, input, input.shared, rule);
      const next = (pairs: readonly Pair[]): number | 'stop' => {
        const assessed = assessStage(stage, pairs, rule);
        return assessed.kind === 'more' && assessed.builds <= builds ? assessed.pairs : 'stop';
      };
      const assessedMost = assessStage(stage, [], rule);
      const { pairs, late } = await sample(deps, input, attempt, { stage, rules: rule.metrics, output: rule.output ?? null, next, most: assessedMost.kind === 'more' ? assessedMost.most : 0, earlier: own, ...(standing === undefined ? {} : { standIn: standing }) });
      const assessed = assessStage(stage, pairs, rule);
      const all = [...taken.filter((pair) => pair.stage !== stage), ...pairs];
      const samples = await storeSamples(deps, all, rule);
      const spent = samplesOf(pairs) - samplesOf(own);
      const checked = printedChecked(all, rule);
      const short = within === undefined ? null : shortOfTime(stage, pairs, { late, builds }, rule, within);
      if (assessed.kind === 'more' && !late && short === null && assessed.builds > builds) return { kind: 'more', builds: assessed.builds, samples, spent };
      if (assessed.kind === 'passed' && stage === 'screen' && short === null) return { kind: 'passed', samples, spent };
      const verdict = await explained(verdictOf(all, rule));
      return { kind: 'decided', verdict: short !== null && verdict.kind === 'inconclusive' ? { ...verdict, reasons: [{ code: 'budget', text: short }] } : verdict, samples, spent, checked };
    }),

    sampleFinal: activity(async (input, attempt) => {
      const { final_pairs: wanted } = input.config.verdict;
      const { pairs } = await sample(deps, input, attempt, { stage: 'final', rules: input.rule.metrics, output: null, next: () => wanted, most: wanted });
      return { final: { ...finalMeasurement(pairs, input.rule.metrics), samples: await storeSamples(deps, pairs, input.rule) }, spent: pairs.length * 2 };
    }),

    sampleKnobs: sampleKnobsActivity(deps),
    profile: profileActivity(deps),
  };
}

/** What champion samples of earlier trials stand in for. */
async function standingIn(deps: Dependencies, { lease }: Pick<SampleInput, 'lease'>, { samples, spread }: SharedChampion, rule: Rule): Promise<(taken: readonly Pair[]) => Pair | null> {
  const stored = await Promise.all(samples.map((one) => deps.artifacts.getJson(one, samplesSchema)));
  // The other GPU of this host is another device.
  const earlier = stored.flatMap(({ pairs }) => thatCanStandIn(pairs)).filter(({ device = deviceName(lease) }) => device === deviceName(lease));
  return (taken) => standIn(taken, earlier, rule.metrics, spread);
}

/** Why a stage that has not decided must end, where its budget holds no more of it or of the next one; else null. */
function shortOfTime(stage: 'screen' | 'confirm', pairs: readonly Pair[], { late, builds }: { late: boolean; builds: number }, rule: Rule, within: NonNullable<SampleInput['within']>): string | null {
  const assessed = assessStage(stage, pairs, rule);
  const measured = pairs.length === 0 ? within.secondsPerSample : mean(pairs.flatMap(({ a, b }) => [a.wallMs, b.wallMs])) / 1000;
  if (assessed.kind === 'more') {
    const counted = countedPairs(pairs).length;
    const missing = 2 * Math.max(0, assessed.builds - builds);
    // Each of them is executed once before it counts.
    const needed = missing * ((within.buildSeconds ?? 0) + measured) + 2 * (assessed.pairs - counted) * measured;
    const tooLate = missing > 0 && Date.now() + 1000 * needed > within.budget.deadline;
    return late || tooLate ? endedByBudget(stage, counted, assessed.pairs, within.budget) : null;
  }
  if (assessed.kind !== 'passed' || stage !== 'screen') return null;
  return confirmationShortfall(within.budget, Date.now(), schedulesOfRule(rule), { secondsPerSample: measured, aheadSeconds: within.aheadSeconds });
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
