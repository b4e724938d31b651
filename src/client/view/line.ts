import { clean } from '../print/numbers.js';
import { columns, take, takeEnd } from './columns.js';
import type { Format, Style } from '../style.js';

/** A piece of a line; its text is plain, so that lines can be cut to a width before they are coloured. */
export type Span = readonly [text: string, format?: Format];
export type Line = readonly Span[];

export const blank: Line = [];

/** Paints a line cut to `width` columns; what is cut ends in `ellipsis`. */
export function paint(line: Line, width: number, style: Style, ellipsis: string): string {
  let rest = width;
  let painted = '';
  const total = line.reduce((sum, [text]) => sum + columns(clean(text)), 0);
  const cut = total > width;
  if (cut) rest -= columns(ellipsis);
  for (const [raw, format] of line) {
    if (rest <= 0) break;
    const text = take(clean(raw), rest);
    rest -= columns(text);
    painted += format === undefined || text.trim() === '' ? text : style(format, text);
  }
  return cut ? painted + ellipsis : painted;
}

/** Cuts or pads to exactly `width` columns. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left', ellipsis = '…'): string {
  if (width <= 0) return '';
  const all = clean(text);
  const shown = columns(all) > width ? take(all, width - columns(ellipsis)) + ellipsis : all;
  const padding = ' '.repeat(Math.max(0, width - columns(shown)));
  return align === 'left' ? shown + padding : padding + shown;
}

/** Keeps the end: of a path, that is the part that tells it apart. */
export function fitEnd(text: string, width: number, ellipsis = '…'): string {
  const all = clean(text);
  return columns(all) <= width ? fit(all, width) : fit(ellipsis + takeEnd(all, width - columns(ellipsis)), width);
}

/** The line's spans on the left, `right` flush with the edge; `right` is left out where it does not fit. */
export function spread(left: Line, right: Line, width: number): Line {
  const length = (line: Line) => line.reduce((sum, [text]) => sum + columns(text), 0);
  const gap = width - length(left) - length(right);
  return gap < 1 ? left : [...left, [' '.repeat(gap)], ...right];
}
