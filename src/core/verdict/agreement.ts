import type { Pair } from '../sample.js';
import { hodgesLehmann } from '../stats/hodges-lehmann.js';
import { signedRankP, signedRankTails } from '../stats/signed-rank.js';
import { median } from '../stats/summary.js';
import { outsideOf, valueOf, type MetricRule } from './metrics.js';
import type { Reason } from './verdict.js';
import { gainText, percentText } from './words.js';

/** Of the units of time, in lower case. */
export const msPerUnit: Record<string, number> = { s: 1000, ms: 1, us: 1e-3, µs: 1e-3, μs: 1e-3, ns: 1e-6 };

/** A metric explains the run when it is at least a fifth of its wall time, and no more than all of it. */
const knownShare = { low: 0.2, high: 1.05 };

interface Reading {
  metric: { a: number; b: number };
  wall: { a: number; b: number };
}

/**
 * Whether the time taken from outside bears out what the program prints of itself: one reason per printed primary
 * metric that claims a gain which it does not.
 *
 * A time (goal min, unit s, ms, us or ns) is in the median a share s = m / w of the champion's wall time. Where
 * 0.2 <= s <= 1.05 it is taken for a part of the run, and what it saves the run must save too: with c = m_a - m_b claimed
 * and w = w_a - w_b seen in each pair, in ms, at least half of the claim has to show. It disagrees when w - c/2 is below 0
 * by the signed-rank test at 5%, or, where the metric is at least half of the run so that the wall time can tell, when the
 * Hodges-Lehmann estimate of w - c/2 is below 0.
 *
 * Elsewhere the share is unknown (a rate, a time per operation, CPU time over threads), and a benchmark may run for a
 * fixed time; then it disagrees only when the run as a whole got longer, by the signed-rank test at 1%.
 */
export function disagreements(pairs: readonly Pair[], rules: readonly MetricRule[]): Reason[] {
  const reasons: Reason[] = [];
  for (const rule of rules) {
    if (!rule.primary || rule.source !== 'regex') continue;
    const readings = pairs.map((pair) => reading(pair, rule)).filter((found) => found !== null);
    const text = readings.length === 0 ? null : disagreement(readings, rule);
    if (text !== null) reasons.push({ code: 'metric-disagrees', text });
  }
  return reasons;
}

function disagreement(readings: readonly Reading[], rule: MetricRule): string | null {
  const sign = rule.goal === 'min' ? 1 : -1;
  const gain = hodgesLehmann(readings.map(({ metric }) => sign * Math.log(metric.a / metric.b)));
  if (gain <= 0) return null;
  const scale = rule.goal === 'min' ? msPerUnit[rule.unit.trim().toLowerCase()] : undefined;
  const share = scale === undefined ? null : median(readings.map(({ metric, wall }) => (metric.a * scale) / wall.a));
  if (scale === undefined || share === null || share < knownShare.low || share > knownShare.high) return longerRun(readings, rule, gain);

  const claimed = readings.map(({ metric }) => (metric.a - metric.b) * scale);
  const seen = readings.map(({ wall }) => wall.a - wall.b);
  const missing = seen.map((saved, i) => saved - (claimed[i] as number) / 2);
  const contradicted = signedRankTails(missing, 0).less <= 0.05;
  const unsupported = share >= 0.5 && hodgesLehmann(missing) < 0;
  if (!contradicted && !unsupported) return null;
  return `${rule.name} claims to save ${msText(hodgesLehmann(claimed))} a run, and it is ${percentText(share)} of the run, but the time from outside ${changeText(hodgesLehmann(seen))} over ${readings.length} pairs; at least half of the claim must show`;
}

function longerRun(readings: readonly Reading[], rule: MetricRule, gain: number): string | null {
  const lost = readings.map(({ wall }) => Math.log(wall.b / wall.a));
  const p = signedRankP(lost, 0);
  if (p > 0.01) return null;
  return `${rule.name} claims to be ${gainText(Math.exp(gain))}, but the whole run takes ${percentText(Math.expm1(hodgesLehmann(lost)))} longer from outside over ${readings.length} pairs (p = ${p.toPrecision(2)})`;
}

function reading(pair: Pair, rule: MetricRule): Reading | null {
  const a = valueOf(pair.a, rule);
  const b = valueOf(pair.b, rule);
  const wall = { a: outsideOf(pair.a, rule)?.wallMs ?? 0, b: outsideOf(pair.b, rule)?.wallMs ?? 0 };
  if (a === null || b === null || a <= 0 || b <= 0 || wall.a <= 0 || wall.b <= 0) return null;
  return { metric: { a, b }, wall };
}

const msText = (ms: number): string => `${Number(ms.toPrecision(3))} ms`;
const changeText = (saved: number): string => (saved >= 0 ? `is only ${msText(saved)} shorter` : `is ${msText(-saved)} longer`);
