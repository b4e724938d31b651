import { samplesOf, type Pair } from '../sample.js';
import { mean, median } from '../stats/summary.js';
import { disagreements } from './agreement.js';
import { countedPairs } from './aside.js';
import { endVerdict, evidenceText, walkStage } from './assess.js';
import { factsOf } from './facts.js';
import { measuredOf } from './measured.js';
import { differencesOf, valueOf, type MetricRule } from './metrics.js';
import { refuseMixed } from './one-device.js';
import type { Rule } from './rule.js';
import type { Measured, Reason, Verdict } from './verdict.js';
import { buildsText, gainText, pairsText, percentText } from './words.js';

/** Where the rule says nothing: a gain that is rather a benchmark which no longer does its work. */
const suspiciousRatio = 10;

/**
 * The verdict of a trial, from all pairs that it took. Pure: the same pairs and rule give the same verdict at any time.
 * Where the rule has no screening it is a confirmation alone (a candidate confirmed afresh on a new champion, or the fixed
 * protocol); by a rule of version 1 also where there are no screening pairs. Samples that stop between two looks are inconclusive.
 * Throws PL_SAMPLES_MIXED where they are of several devices.
 */
export function verdictOf(pairs: readonly Pair[], rule: Rule): Verdict {
  refuseMixed(pairs);
  const verdict = decided(pairs, rule);
  const facts = factsOf(pairs, rule.metrics, verdict, (others) => decided(others, rule));
  return facts.length === 0 ? verdict : { ...verdict, facts };
}

function decided(pairs: readonly Pair[], rule: Rule): Verdict {
  const samples = samplesOf(pairs);
  const counted = countedPairs(pairs);
  const screened = counted.filter((pair) => pair.stage === 'screen');
  const confirmed = counted.filter((pair) => pair.stage === 'confirm');
  const screening = rule.v === 1 && screened.length === 0 && confirmed.length > 0 ? { kind: 'passed' as const, pairs: [] } : walkStage('screen', screened, rule);
  if (screening.kind === 'decided') return endVerdict(screening, samples);
  if (screening.kind === 'more') return stopped(`stopped after ${pairsText(screened.length)} of screening, before they could decide`, screened, rule, samples);
  const confirmation = walkStage('confirm', confirmed, rule);
  if (confirmation.kind === 'decided') {
    const numbers = confirmation.measured.pairs > 0;
    return endVerdict(numbers ? confirmation : { ...confirmation, measured: measuredOf(screening.pairs, rule.metrics, rule.delta, 0) }, samples);
  }
  if (confirmation.kind === 'more') {
    const text = `stopped after ${pairsText(confirmed.length)} of confirmation, before they could decide`;
    return stopped(text, confirmed.length === 0 ? screened : confirmed, rule, samples);
  }
  return confirmedVerdict(screening.pairs, confirmation.pairs, rule, measuredOf(confirmation.pairs, rule.metrics, rule.delta, samples));
}

/** Gain and 95% interval so far, for the live view. Null under 4 pairs. */
export function estimate(pairs: readonly Pair[], rules: readonly MetricRule[]): { ratio: number; ci95: [number, number]; pairs: number } | null {
  const counted = countedPairs(pairs);
  if (differencesOf(counted, rules).length < 4) return null;
  const { ratio, ci95, pairs: count } = measuredOf(counted, rules, 0, 0);
  return { ratio, ci95, pairs: count };
}

/** The same of each metric by itself. Empty where there is one, or no estimate. */
export function estimates(pairs: readonly Pair[], rules: readonly MetricRule[]): { name: string; ratio: number; ci95: [number, number]; primary: boolean }[] {
  if (rules.length < 2) return [];
  return rules.flatMap((rule) => {
    const own = estimate(pairs, [{ ...rule, primary: true }]);
    return own === null ? [] : [{ name: rule.name, ratio: own.ratio, ci95: own.ci95, primary: rule.primary }];
  });
}

function stopped(text: string, pairs: Pair[], rule: Rule, samples: number): Verdict {
  return { kind: 'inconclusive', measured: measuredOf(pairs, rule.metrics, rule.delta, samples), reasons: [{ code: 'stopped', text }] };
}

function confirmedVerdict(screened: Pair[], confirmed: Pair[], rule: Rule, measured: Measured): Verdict {
  const all = [...screened, ...confirmed];
  const gain = evidenceText('confirm', measured);
  const ratioOfMeans = meanRatio(all, rule.metrics);
  // Where it need not be faster (a negative delta), the mean may be as much slower.
  if (ratioOfMeans < Math.exp(Math.min(0, rule.delta))) {
    const text = `the median contradicts the mean: ${gain}, but the mean of all ${all.length} pairs is ${gainText(ratioOfMeans)}; a rarer, much slower mode hides behind the median`;
    return { kind: 'rejected', measured, reasons: [{ code: 'mean-worse', text }] };
  }
  const suspicions: Reason[] = disagreements(all, rule.metrics);
  const beyond = beyondRoofline(confirmed, rule);
  if (beyond !== null) suspicions.unshift({ code: 'roofline', text: beyond });
  const maxRatio = rule.limits?.maxRatio ?? suspiciousRatio;
  if (measured.ratio > maxRatio) {
    suspicions.unshift({ code: 'too-fast', text: `${gain}: a gain above ${maxRatio} times, seen again on fresh builds, is more often a benchmark that no longer does its work; a person has to look` });
  }
  if (suspicions.length > 0) return { kind: 'quarantined', measured, reasons: suspicions };
  return { kind: 'accepted', measured, reasons: [{ code: 'faster', text: `confirmed${measured.builds === undefined ? '' : ` on ${buildsText(measured.builds)}`}: ${gain}; more than the ${percentText(Math.expm1(rule.delta))} that were asked for` }] };
}

/** Says that the candidate's median is better than the best value the target believes in; null when it is not. */
function beyondRoofline(pairs: readonly Pair[], { metrics, limits }: Rule): string | null {
  const primary = metrics.find((rule) => rule.primary);
  const best = limits?.roofline ?? null;
  if (best === null || primary === undefined) return null;
  const medianOf = (side: 'a' | 'b'): number => median(pairs.map((pair) => valueOf(pair[side], primary)).filter((value) => value !== null));
  const value = medianOf('b');
  if (primary.goal === 'min' ? value >= best : value <= best) return null;
  const unit = primary.unit === '' ? '' : ` ${primary.unit}`;
  const digits = (number: number): string => String(Number(number.toPrecision(4)));
  return `its median ${primary.name} of ${digits(value)}${unit} is better than the roofline of ${digits(best)}${unit} (the champion's is ${digits(medianOf('a'))}${unit}): work is missing, or verdict.roofline is wrong; a person has to look`;
}

/**
 * Ratio of the arithmetic means of the primary metrics, above 1 where the candidate is better; of several, the weighted
 * geometric mean. A rate is averaged as the time that one unit takes, 1 / rate, which is what adds up.
 */
function meanRatio(pairs: readonly Pair[], rules: readonly MetricRule[]): number {
  let sum = 0;
  let weights = 0;
  for (const rule of rules.filter(({ primary }) => primary)) {
    const cost = (side: 'a' | 'b'): number =>
      mean(pairs.map((pair) => valueOf(pair[side], rule)).filter((value) => value !== null).map((value) => (rule.goal === 'min' ? value : 1 / value)));
    sum += rule.weight * Math.log(cost('a') / cost('b'));
    weights += rule.weight;
  }
  return Math.exp(sum / weights);
}
