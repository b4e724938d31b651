import { ratioText } from '../../core/verdict/words.js';

/** Words for numbers, the same everywhere: live view, tables and event lines. */

/** `1.031-1.099`, with open ends where a bound is not finite. */
export function intervalText([low, high]: readonly [number, number], dash = '..'): string {
  const bound = (value: number) => (Number.isFinite(value) ? ratioText(value).slice(0, -1) : '?');
  return `${bound(low)} ${dash} ${bound(high)}`;
}

/** A duration in the two largest units that it fills: `850ms`, `12s`, `2m 14s`, `3h 05m`, `2d 4h`. */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return '?';
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 1) return `${Math.round(seconds * 1000)}ms`;
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)}s`;
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${pad(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d ${Math.floor((whole % 86_400) / 3600)}h`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** A fraction as percent: `2%`, `3.1%`. */
export function percentText(fraction: number): string {
  const percent = fraction * 100;
  return `${Number.isFinite(percent) ? Number(percent.toFixed(Math.abs(percent) < 10 ? 1 : 0)) : '?'}%`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The first seven digits of a commit. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 7);
}

/** A text in which each whole commit id is cut to what a person can read; names stay as they are. */
export function shortCommits(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{40}\b/g, shortCommit);
}

/** Text of others (file names, titles, logs) without control characters, so that it cannot steer the terminal. */
export function clean(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ');
}

/** More of one line than a person reads, even where a program prints all on one. */
const longestLine = 1000;

/** The same for a text of several lines, such as the end of a log; very long lines are cut. */
export function cleanLines(text: string): string {
  return text
    .split('\n')
    .map((line) => (line.length > longestLine ? `${clean(line.slice(0, longestLine))} … (${line.length} characters)` : clean(line)))
    .join('\n')
    .trimEnd();
}
