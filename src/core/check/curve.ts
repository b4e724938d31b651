import { RE2JS } from 're2js';
import { mean, standardDeviation } from '../stats/summary.js';
import { atFault, type Comparison, Differences } from './comparison.js';
import type { Tolerance } from './tolerance.js';

export interface CurveRule {
  /** RE2, two groups: the step and the value. */
  pattern: string;
  /** Half the width of the band, in standard errors. */
  band: number;
  tolerance: Tolerance;
}

/** Value by step, in the order of the steps. */
type Curve = Map<number, number>;

/**
 * Curves of the candidate against those of the champion, one a seed. With m(t) the mean of the champion's k curves at step
 * t and s(t) their standard deviation there (the root mean square of it over the steps within a tenth of the curve, since
 * that of a few seeds at one step is itself mostly chance), agree when at every step
 *   each curve of the candidate is within  m(t) +- (band * s(t) * sqrt(1 + 1/k) + slack(t))  and
 *   the mean of its curves is within       m(t) +- (band * s(t) * sqrt(2/k) + slack(t)),
 *   slack(t) = max(relative * |m(t)|, absolute):
 * the standard errors of one more curve, and of one more mean of k, that come from the champion. A value that is not a
 * finite number must be the same on both sides.
 */
export function compareCurves(champion: readonly string[], candidate: readonly string[], rule: CurveRule): Comparison {
  const before = readCurves(champion, rule.pattern);
  if (typeof before === 'string') return atFault('champion', before);
  const after = readCurves(candidate, rule.pattern);
  if (typeof after === 'string') return atFault('candidate', after);
  return compareRuns(before, after, rule);
}

function compareRuns(before: readonly Curve[], after: readonly Curve[], rule: CurveRule): Comparison {
  const [first = new Map<number, number>()] = before;
  const steps = [...first.keys()];
  if (steps.length === 0) return atFault('champion', 'nothing of its output fits `check.curve`');
  const odd = before.findIndex((curve) => !sameSteps(curve, steps));
  if (odd !== -1) return atFault('champion', `it prints other steps with another seed: ${stepsText(first)}, then ${stepsText(before[odd])}`);
  const missing = after.find((curve) => !sameSteps(curve, steps));
  if (missing !== undefined) return atFault('candidate', `${stepsText(first)} became ${stepsText(missing)}`);

  const found = new Differences();
  const spread = smoothed(steps.map((step) => deviation(before.map((curve) => at(curve, step)))));
  for (const [index, step] of steps.entries()) {
    const problem = stepProblem(before.map((curve) => at(curve, step)), after.map((curve) => at(curve, step)), spread[index] ?? 0, rule);
    if (problem !== null) found.say(`step ${step}: ${problem}`);
  }
  return found.comparison('step');
}

/** What is wrong with the candidate's values of one step; null when they are in the band. */
function stepProblem(ours: readonly number[], theirs: readonly number[], spread: number, { band, tolerance }: CurveRule): string | null {
  const k = ours.length;
  const odd = theirs.findIndex((value, seed) => !Number.isFinite(value) && !Object.is(value, ours[seed]));
  if (odd !== -1) return `${show(ours[odd] ?? Number.NaN)} became ${show(theirs[odd] ?? Number.NaN)}`;
  const mended = ours.findIndex((value, seed) => !Number.isFinite(value) && Number.isFinite(theirs[seed]));
  if (mended !== -1) return `${show(ours[mended] ?? Number.NaN)} became ${show(theirs[mended] ?? Number.NaN)}`;
  if (!ours.every(Number.isFinite)) return null;
  const centre = mean(ours);
  // Of the mean itself, whose sum is rounded.
  const rounding = 4 * k * Number.EPSILON * Math.abs(centre);
  const width = (errors: number): number => band * spread * errors + Math.max(tolerance.relative * Math.abs(centre), tolerance.absolute) + rounding;
  const [farthest = centre] = theirs.toSorted((a, b) => Math.abs(b - centre) - Math.abs(a - centre));
  const [ofOne, ofMean] = [width(Math.sqrt(1 + 1 / k)), width(Math.sqrt(2 / k))];
  const champions = (half: number): string => `the champion's ${show(centre)} ± ${show(half)} over ${k} seeds`;
  if (Math.abs(farthest - centre) > ofOne) return `${show(farthest)} is outside of ${champions(ofOne)}`;
  if (Math.abs(mean(theirs) - centre) > ofMean) return `the mean of ${show(mean(theirs))} is outside of ${champions(ofMean)}`;
  return null;
}

function at(curve: Curve, step: number): number {
  return curve.get(step) ?? Number.NaN;
}

function readCurves(texts: readonly string[], pattern: string): Curve[] | string {
  const curves: Curve[] = [];
  for (const text of texts) {
    const curve = readCurve(text, pattern);
    if (typeof curve === 'string') return curve;
    curves.push(curve);
  }
  return curves;
}

/** A curve, or in words what is wrong with it. */
function readCurve(text: string, pattern: string): Curve | string {
  const matcher = RE2JS.compile(pattern, RE2JS.MULTILINE).matcher(text);
  const curve: Curve = new Map();
  while (matcher.find()) {
    const [step, value] = [numberOf(matcher.group(1)), numberOf(matcher.group(2))];
    if (step === null || Number.isNaN(step)) return `a step is not a number: ${JSON.stringify(matcher.group(1))}`;
    if (value === null) return `the value of step ${step} is not a number: ${JSON.stringify(matcher.group(2))}`;
    if (curve.has(step)) return `step ${step} is there twice`;
    curve.set(step, value);
  }
  return curve;
}

/** Null for what is no number; NaN and infinities are some. */
function numberOf(text: string | null): number | null {
  if (text === null) return null;
  if (/^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)) return Number(text);
  if (/^[-+]?nan$/i.test(text)) return Number.NaN;
  const infinite = /^([-+]?)inf(?:inity)?$/i.exec(text);
  return infinite === null ? null : infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function sameSteps(curve: Curve, steps: readonly number[]): boolean {
  return curve.size === steps.length && steps.every((step) => curve.has(step));
}

function stepsText(curve: Curve | undefined): string {
  const steps = [...(curve?.keys() ?? [])];
  return steps.length === 0 ? 'no steps' : `${steps.length} steps (${steps[0]} to ${steps.at(-1)})`;
}

function deviation(values: readonly number[]): number {
  return values.every(Number.isFinite) && values.length > 1 ? standardDeviation(values) : 0;
}

/**
 * Root mean square over the neighbours within a tenth of all, at least one on each side. Exported for tests.
 *
 * In linear time and without subtraction, which would lose small values beside large ones: a window of the width of a block
 * is the end of one block and the beginning of the next (van Herk 1992).
 */
export function smoothed(deviations: readonly number[]): number[] {
  const count = deviations.length;
  const reach = Math.max(1, Math.floor(count / 10));
  const width = 2 * reach + 1;
  // Zeros on both sides, so that every window is whole.
  const squares = new Float64Array(count + 2 * reach);
  for (const [index, value] of deviations.entries()) squares[reach + index] = value ** 2;
  const toHere = squares.slice();
  for (let index = 1; index < squares.length; index++) if (index % width !== 0) toHere[index] = (toHere[index] ?? 0) + (toHere[index - 1] ?? 0);
  const fromHere = squares.slice();
  for (let index = squares.length - 2; index >= 0; index--) if ((index + 1) % width !== 0) fromHere[index] = (fromHere[index] ?? 0) + (fromHere[index + 1] ?? 0);
  return deviations.map((_, index) => {
    const sum = (fromHere[index] ?? 0) + (index % width === 0 ? 0 : (toHere[index + width - 1] ?? 0));
    return Math.sqrt(sum / (Math.min(count, index + reach + 1) - Math.max(0, index - reach)));
  });
}

function show(value: number): string {
  return String(Number(value.toPrecision(5)));
}
