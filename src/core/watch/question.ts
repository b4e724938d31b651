import type { Config, MetricConfig } from '../config/schema.js';
import { PerfloopError } from '../errors.js';
import { guardsOf } from '../verdict/guards.js';
import { metricRules, type MetricRule } from '../verdict/metrics.js';

/** What may have got slower: all that decides (`metric` null), or one metric that must not get worse. */
export interface Question {
  metric: string | null;
  /** Worse by up to this fraction counts as no worse: `min_gain`, or the metric's own `max_regression`. */
  allowed: number;
}

/** One for the primary metrics together, then one for each guard. */
export function questionsOf({ metrics, benchmarks, verdict }: Pick<Config, 'metrics' | 'benchmarks' | 'verdict'>): Question[] {
  const guards = guardsOf(metricRules(metrics, benchmarks));
  return [{ metric: null, allowed: verdict.min_gain }, ...guards.map(({ name, maxRegression }) => ({ metric: name, allowed: maxRegression }))];
}

/** The one about a metric; null: about what decides. Throws PL_NO_METRIC. */
export function questionNamed(config: Pick<Config, 'metrics' | 'benchmarks' | 'verdict'>, metric: string | null): Question {
  const questions = questionsOf(config);
  const found = questions.find((question) => question.metric === metric);
  if (found !== undefined) return found;
  const guards = questions.flatMap((question) => question.metric ?? []);
  throw new PerfloopError('PL_NO_METRIC', `no metric that must not get worse is called ${metric}`, { where: '--regression', fix: guards.length === 0 ? 'There is one metric, which decides: leave the name out.' : `There are ${guards.join(', ')}; without a name it is what decides.` });
}

/** No metric is refused for being so much worse: what is not asked about is only recorded. */
const unbounded = 1e9;

/**
 * The config by which a judgement answers the question with sides exchanged: the newer commit is the base, the older one the
 * candidate, and that it is faster by more than is allowed is what is shown or not. The older one need be no good otherwise.
 */
export function configOfQuestion(config: Config, { metric, allowed }: Question): Config {
  const { check: _, ...commands } = config.commands;
  const { roofline: __, ...verdict } = config.verdict;
  const { knobs: ___, ...propose } = config.propose;
  return {
    ...withoutChecks({ ...config, commands, propose }),
    metrics: rolesOf(metricRules(config.metrics, config.benchmarks), metric),
    verdict: { ...verdict, min_gain: allowed, max_ratio: unbounded },
  };
}

/** The same for the other direction: is the newer one faster? Its tests have passed by then. */
export function configOfGain(config: Config): Config {
  const { check: _, test: __, ...commands } = config.commands;
  const { knobs: ___, ...propose } = config.propose;
  return withoutChecks({ ...config, commands, propose });
}

/** Commits of a branch may do other things than those before them: what is compared is how fast they are. */
function withoutChecks(config: Config): Config {
  return { ...config, knobs: [], cases: [], check: { ...config.check, benchmark: 'off' }, tests: { ...config.tests, reach: false }, approval: { ...config.approval, mode: 'never' } };
}

function rolesOf(rules: readonly MetricRule[], asked: string | null): MetricConfig[] {
  return rules.map(({ name, benchmark, source, pattern, match, goal, unit, weight, skip, primary }) => ({
    name,
    source,
    match,
    goal,
    unit,
    weight,
    primary: asked === null ? primary : name === asked,
    max_regression: unbounded,
    ...(pattern === null ? {} : { pattern }),
    ...(benchmark === undefined ? {} : { benchmark }),
    ...(skip === undefined ? {} : { skip }),
  }));
}
