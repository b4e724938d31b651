import { RE2JS } from 're2js';
import { iterationsOf, type Iterations } from '../core/stats/iterations.js';
import type { Outside, SampleFailure } from '../core/sample.js';
import { outsideMetrics, type MetricRule } from '../core/verdict/metrics.js';

/**
 * What reading a metric takes of its rule. The pattern is in RE2 syntax; `^` and `$` match at lines. Its first group is
 * the number; without a group, the whole match.
 */
export type MetricReading = Pick<MetricRule, 'name' | 'benchmark' | 'source' | 'pattern' | 'match' | 'skip'>;

export interface BenchmarkOutput extends Outside {
  stdout: string;
  stderr: string;
}

export type Metrics = Record<string, number>;
type MetricFailure = Extract<SampleFailure, { kind: 'metric' }>;

/**
 * Reads every metric of one execution. A pattern is looked for in stdout and stderr; matches in both are several, whatever
 * `match` is: one of the two streams would hide the other. There must be exactly one match unless `match` is `last` or `median`. Numbers are decimal with a point, as JavaScript
 * and C print them; anything else (NaN, Infinity, `1,234`) is a failure, never a guess.
 */
export function readMetrics(output: BenchmarkOutput, rules: readonly MetricReading[]): { ok: true; metrics: Metrics; /** Of the medians of many steps. */ iterations?: Record<string, Iterations> } | { ok: false; failure: MetricFailure } {
  const metrics: Metrics = {};
  const iterations: Record<string, Iterations> = {};
  for (const rule of rules) {
    const value = rule.source === 'regex' ? readOne(output, rule) : (output[outsideMetrics[rule.source].key] ?? 'none');
    if (typeof value === 'string') return { ok: false, failure: { kind: 'metric', metric: rule.name, problem: value, tail: outputTail(output) } };
    if (typeof value === 'number') metrics[rule.name] = value;
    else {
      metrics[rule.name] = median(value);
      const steps = iterationsOf(value);
      if (steps !== null) iterations[rule.name] = steps;
    }
  }
  return { ok: true, metrics, ...(Object.keys(iterations).length === 0 ? {} : { iterations }) };
}

/** The end of what a command printed, for messages: stderr after stdout. */
export function outputTail({ stdout, stderr }: { stdout: string; stderr: string }, characters = 2000): string {
  const whole = [stdout.slice(-characters), stderr.slice(-characters)].filter((text) => text.trim() !== '').join('\n');
  return whole.slice(-characters).trim();
}

/** The number, the numbers that it is the median of, or what is wrong. */
function readOne(output: BenchmarkOutput, { pattern, match, skip = 0 }: MetricReading): number | number[] | MetricFailure['problem'] {
  const [printed, complained] = [numbersIn(output.stdout, pattern ?? ''), numbersIn(output.stderr, pattern ?? '')];
  if (printed.length > 0 && complained.length > 0) return 'several';
  const values = printed.length > 0 ? printed : complained;
  if (values.length === 0) return 'none';
  if (match === 'only' && values.length > 1) return 'several';
  if (match !== 'median') return values.at(-1) ?? 'not-a-number';
  const numbers = values.slice(skip).filter((value) => value !== null);
  if (numbers.length === 0 && skip > 0) return 'none';
  return numbers.length === values.length - skip ? numbers : 'not-a-number';
}

/** One entry a match; null where it is no number. */
function numbersIn(text: string, pattern: string): (number | null)[] {
  const compiled = RE2JS.compile(pattern, RE2JS.MULTILINE);
  const matcher = compiled.matcher(text);
  const group = matcher.groupCount() > 0 ? 1 : 0;
  const found: (number | null)[] = [];
  while (matcher.find()) {
    const captured = matcher.group(group);
    const whole = captured !== null && !isCutOut(text, matcher.start(group), matcher.end(group), matcher.end(0));
    found.push(whole ? parseNumber(captured) : null);
  }
  return found;
}

/** True when the pattern caught a part of a longer number: `.*(\d+)` the last digit, `(\d+)` the 1 of `1,234` or `1.5e3`. */
function isCutOut(text: string, start: number, end: number, matchEnd: number): boolean {
  if (/\d\.?$/.test(text.slice(Math.max(0, start - 2), start)) && /^[\d.]/.test(text.slice(start, start + 1))) return true;
  return end === matchEnd && /\d\.?$/.test(text.slice(Math.max(start, end - 2), end)) && /^(?:[.,]?\d|[eE][+-]?\d)/.test(text.slice(end, end + 3));
}

function parseNumber(text: string): number | null {
  if (!/^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
