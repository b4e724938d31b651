import type { Glyphs } from './glyphs.js';
import type { Line, Span } from './line.js';

export interface IntervalBar {
  ratio: number;
  ci95: readonly [number, number];
  /** Natural-log gain that must be exceeded; null when it is not known. */
  delta: number | null;
}

/** Ends of the axis: it jumps between these, so that it does not tremble while the interval narrows. */
const ends = [1.02, 1.05, 1.1, 1.25, 1.5, 2, 3, 5, 10, 30, 100];

/** The axis that holds the interval, 1 and delta: `[low, high]` as ratios. */
export function axisOf(bar: IntervalBar): [number, number] {
  const end = (needed: number) => ends.find((candidate) => candidate >= needed) ?? needed;
  const low = Math.max(bar.ci95[0], Number.MIN_VALUE);
  const high = Math.max(bar.ci95[1], bar.ratio, Math.exp((bar.delta ?? 0) * 1.2));
  return [1 / end(1 / Math.min(1, low, bar.ratio)), end(Math.max(1, high))];
}

/**
 * An interval on a logarithmic axis with marks at 1 (no change) and at delta (what is asked for), and the labels of the
 * marks below it. Two lines of `width` columns.
 */
export function intervalBar(bar: IntervalBar, width: number, glyphs: Glyphs): [Line, Line] {
  const [low, high] = axisOf(bar);
  const column = (ratio: number) => Math.round(((Math.log(ratio) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (width - 1));
  const inside = (ratio: number) => Math.min(width - 1, Math.max(0, column(ratio)));
  const from = inside(bar.ci95[0]);
  const to = inside(bar.ci95[1]);
  const at = inside(bar.ratio);
  const one = inside(1);
  const asked = bar.delta === null ? null : inside(Math.exp(bar.delta));
  // Green once the whole interval is beyond what is asked, red once it is all below.
  const format = bar.delta !== null && Math.log(bar.ci95[0]) > bar.delta ? 'green' : bar.delta !== null && Math.log(bar.ci95[1]) <= bar.delta ? 'red' : 'yellow';
  const cells: Span[] = [];
  for (let index = 0; index < width; index++) {
    if (index === at) cells.push([glyphs.point, ['bold', format]]);
    else if (index === from && from !== to) cells.push([glyphs.left, format]);
    else if (index === to && from !== to) cells.push([glyphs.right, format]);
    else if (index === one) cells.push([glyphs.one, 'bold']);
    else if (index === asked) cells.push([glyphs.delta, 'cyan']);
    else if (index > from && index < to) cells.push([glyphs.band, format]);
    else cells.push([glyphs.axis, 'dim']);
  }
  return [cells, labels([[one, '1'], ...(asked === null || bar.delta === null ? [] : [[asked, `asked ${Math.exp(bar.delta).toFixed(3)}`] as const])], [low, high], width)];
}

/** Labels under their columns; the ends of the axis only where they do not run into the marks. */
function labels(marks: readonly (readonly [number, string])[], [low, high]: readonly [number, number], width: number): Line {
  const row = Array.from({ length: width }, () => ' ');
  const put = (start: number, text: string) => {
    const from = Math.min(Math.max(0, start), Math.max(0, width - text.length));
    const wide = row.slice(Math.max(0, from - 1), from + text.length + 1);
    if (wide.some((cell) => cell !== ' ') || text.length > width) return;
    row.splice(from, text.length, ...text.split(''));
  };
  for (const [column, text] of marks) put(column, text);
  put(0, axisLabel(low));
  put(width, axisLabel(high));
  return [[row.join(''), 'dim']];
}

function axisLabel(ratio: number): string {
  return Number(ratio.toPrecision(3)).toString();
}
