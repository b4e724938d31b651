import { RE2JS } from 're2js';

export interface CountingRule {
  /** Patterns of the metrics by name: what they match is a measurement. */
  metrics: readonly { name: string; pattern: string; /** Which of several benchmarks prints it. */ benchmark?: string }[];
  /** Only what this matches counts; null: everything. */
  pattern: string | null;
  /** Whether numbers that look like a time, a rate or an amount of memory are left out too. */
  masksTimes: boolean;
}

const number = String.raw`(?<![\w.])[-+]?(?:\d[\d,_]{0,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,5})?`;
const unit = String.raw`(?:[num\u00b5\u03bc]s|s|secs?|seconds?|msecs?|milliseconds?|microseconds?|nanoseconds?|mins?|minutes?|[kKMGT]?i?B|bytes|[\w.]+/(?:s|sec|second|ms|us|ns|min)|(?:ops|iterations|runs) per \w+|fps|[tqr]ps|[KMGT]?Hz)`;
const measured = new RegExp(`${number}(?=\\s*${unit}(?![\\w]))`, 'g');
const clock = /\b\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\b/g;
/** A line that speaks of a measurement; each of its numbers is one. */
const speaksOfTime = /\b(?:time|times|timing|took|takes|elapsed|duration|latency|throughput|speed|speedup|seconds|wall|cpu|memory|mem|heap|rss|fps|[tqr]ps|ops)\b/i;
const anyNumber = new RegExp(number, 'g');

/**
 * The part of a benchmark's output that must not depend on how fast it ran: metrics become markers with their names, so
 * that their number and their place still count; times, rates and memory become `#` where the rule wants it; paths in the
 * worktree lose the name of the worktree.
 */
export function whatCounts(stdout: string, worktree: string, rule: CountingRule): string {
  let text = stdout.replaceAll(worktree, '.');
  if (rule.pattern !== null) return matchesOf(text, rule.pattern).join('\n');
  for (const { name, pattern } of rule.metrics) text = marked(text, pattern, `‹${name}›`);
  return rule.masksTimes ? text.split('\n').map(withoutTimes).join('\n') : text;
}

function withoutTimes(line: string): string {
  if (!/\d/.test(line)) return line;
  if (speaksOfTime.test(line)) return line.replaceAll(clock, '#').replaceAll(anyNumber, '#');
  return line.replaceAll(clock, '#').replaceAll(measured, '#');
}

function matchesOf(text: string, pattern: string): string[] {
  const matcher = RE2JS.compile(pattern, RE2JS.MULTILINE).matcher(text);
  const found: string[] = [];
  while (matcher.find()) found.push(matcher.group(0) ?? '');
  return found;
}

function marked(text: string, pattern: string, marker: string): string {
  const matcher = RE2JS.compile(pattern, RE2JS.MULTILINE).matcher(text);
  let marked = '';
  let from = 0;
  while (matcher.find()) {
    marked += text.slice(from, matcher.start(0)) + marker;
    from = matcher.end(0);
  }
  return marked + text.slice(from);
}
