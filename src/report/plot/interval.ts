import { html, type Markup } from '../html/markup.js';
import type { Tone } from '../facts.js';
import { isKnown } from '../words.js';
import { percentOf, ratioTicks, robustScale, type Scale } from './scale.js';

/** One axis for the intervals of all trials, of their ratios. */
export function sharedScale(measured: readonly { ratio: number; ci95: [number, number] }[], delta: number | null): Scale {
  const bounds = measured.flatMap(({ ratio, ci95 }) => (isKnown(ci95) ? [ratio, ...ci95] : [ratio])).map(Math.log);
  return robustScale(bounds, [0, delta ?? 0, Math.log(0.98), ...measured.map(({ ratio }) => Math.log(ratio))], 0.05);
}

/** The axis's labels, for the head of the column. */
export function intervalAxis(scale: Scale): Markup {
  return html`<svg class="interval axis" height="14" aria-hidden="true">${ratioTicks(scale, 4).map(({ value, label }) => html`<text class="tick" x="${percentOf(scale.at(value))}" y="11" text-anchor="middle">${label}</text>`)}</svg>`;
}

/** An estimate as a point with its interval as a line; the text beside it says the same, so it is hidden from readers. */
export function intervalBar(scale: Scale, { ratio, ci95 }: { ratio: number; ci95: [number, number] }, delta: number | null, tone: Tone): Markup {
  const x = (value: number) => percentOf(Math.min(1, Math.max(0, scale.at(value))));
  const [low, high] = ci95.map(Math.log) as [number, number];
  return html`<svg class="interval ${tone}" height="22" aria-hidden="true">${reference(scale, delta)}${isKnown(ci95) ? html`<line class="reach" x1="${x(low)}" x2="${x(high)}" y1="11" y2="11"/>` : null}<circle cx="${x(Math.log(ratio))}" cy="11" r="4"/></svg>`;
}

/** The lines of no change and of what was asked for. */
export function reference(scale: Scale, delta: number | null): Markup {
  const line = (value: number, kind: string) => html`<line class="${kind}" x1="${percentOf(scale.at(value))}" x2="${percentOf(scale.at(value))}" y1="0" y2="22"/>`;
  return html`${line(0, 'zero')}${delta === null ? null : line(delta, 'delta')}`;
}
