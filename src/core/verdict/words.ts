import type { SampleFailure } from '../sample.js';
import type { Verdict } from './verdict.js';

/** A verdict in a word. What was overruled is never called by what was measured, nor taken for a refusal by the rule. */
export function verdictWord({ kind, reasons }: Verdict): string {
  return reasons.some(({ code }) => code === 'overruled') ? 'overruled' : kind;
}

/** A gain as people say it, from a ratio time base / time candidate: "12.3% faster", "3.41 times as fast". */
export function gainText(ratio: number): string {
  if (ratio >= 2) return `${ratio.toPrecision(3)} times as fast`;
  if (ratio <= 0.5) return `${(1 / ratio).toPrecision(3)} times as slow`;
  // Of the base's speed in both directions, as the intervals beside it.
  const percent = Math.abs(ratio - 1);
  if (percent < 0.0005) return 'as fast as before';
  return `${percentText(percent)} ${ratio >= 1 ? 'faster' : 'slower'}`;
}

/** Says a ratio as people do: "42.0% faster than the base", "2.31 times as fast as the base". */
export function comparedText(ratio: number, other: string): string {
  const gain = gainText(ratio);
  if (gain === 'as fast as before') return `as fast as ${other}`;
  return `${gain} ${/ as (?:fast|slow)$/.test(gain) ? 'as' : 'than'} ${other}`;
}

/** A ratio such as `1.063x`; three digits after the point, since gains of a few percent are the rule. */
export function ratioText(ratio: number): string {
  if (!Number.isFinite(ratio)) return '?';
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(2) : ratio.toFixed(3)}x`;
}

/** "95% interval 10.1 to 14.2%", of ratios. */
export function intervalText(pairs: number, [low, high]: readonly [number, number]): string {
  if (pairs < 2) return 'too few pairs for an interval';
  if (high >= 2) return `95% interval ${low.toPrecision(3)} to ${high.toPrecision(3)} times`;
  return `95% interval ${percentText(low - 1).slice(0, -1)} to ${percentText(high - 1)}`;
}

/** A fraction with one decimal: 0.02 is "2.0%". Never "-0.0%". */
export function percentText(fraction: number): string {
  const text = (fraction * 100).toFixed(1);
  return `${text === '-0.0' ? '0.0' : text}%`;
}

export function pairsText(count: number): string {
  return count === 1 ? '1 pair' : `${count} pairs`;
}

export function buildsText(count: number): string {
  return `${count === 1 ? 'one fresh build' : `${count} fresh builds`} of each side`;
}

export function failureText(failure: SampleFailure): string {
  const { benchmark } = failure;
  return benchmark === undefined ? problemText(failure) : `${benchmark}: ${problemText(failure)}`;
}

function problemText(failure: SampleFailure): string {
  if (failure.kind === 'timeout') return `it did not end within ${Number((failure.afterMs / 1000).toPrecision(3))} s`;
  if (failure.kind === 'exit') {
    if (failure.exceeded !== undefined) return failure.exceeded;
    if (failure.outOfMemory === true) return `the kernel ended it for want of memory${lastLine(failure.tail)}`;
    return `${failure.signal === null ? `it ended with exit code ${failure.code ?? 'unknown'}` : `it was killed by ${failure.signal}`}${lastLine(failure.tail)}`;
  }
  const problems = { none: `it printed no ${failure.metric}`, several: `it printed ${failure.metric} more than once`, 'not-a-number': `what it printed as ${failure.metric} is not a number` };
  return `${problems[failure.problem]}${lastLine(failure.tail)}`;
}

function lastLine(tail: string): string {
  const line = tail.trim().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : `: ${line.length > 160 ? `${line.slice(0, 159)}…` : line}`;
}
