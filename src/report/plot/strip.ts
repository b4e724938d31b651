import { median } from '../../core/stats/summary.js';
import { valueOf, type MetricRule } from '../../core/verdict/metrics.js';
import type { Evidence } from '../evidence.js';
import { html, type Markup } from '../html/markup.js';
import { numberText, quantityText } from '../words.js';
import { percentOf, robustScale, roundSteps } from './scale.js';
import { thin } from './thin.js';

const mostMarks = 400;
const row = 26;

/**
 * The values of one metric on both sides, one mark a sample, with the medians: of the pairs of the last stage that have
 * numbers on both sides, as in the table. Null where there is none.
 */
export function strip({ pairs }: Pick<Evidence, 'pairs'>, rule: MetricRule, id: string, sides: readonly [string, string]): Markup | null {
  const stage = pairs.at(-1)?.pair.stage;
  const used = pairs.filter(({ pair, difference }) => pair.stage === stage && difference !== null).map(({ pair }) => pair);
  const of = (side: 'a' | 'b') => used.map((pair) => valueOf(pair[side], rule)).filter((value) => value !== null);
  const rows = [{ name: sides[0], values: of('a'), kind: 'a' }, { name: sides[1], values: of('b'), kind: 'b' }];
  if (rows.some(({ values }) => values.length === 0)) return null;
  const scale = robustScale(rows.flatMap(({ values }) => values), [], 0.04);
  const text = rows.map(({ name, values }) => `${name}: median ${quantityText(median(values), rule.unit)}, ${numberText(Math.min(...values))} to ${numberText(Math.max(...values))}`).join('; ');
  const inside = (value: number) => Math.min(1, Math.max(0, scale.at(value)));
  return html`<svg class="plot strip" height="${row * 2 + 18}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${rule.name}${rule.unit === '' ? '' : ` in ${rule.unit}`}, each sample</title>
<desc id="${id}-d">${text}</desc>
${roundSteps(scale.low, scale.high, 4).map((value) => html`<line class="grid" x1="${percentOf(scale.at(value))}" x2="${percentOf(scale.at(value))}" y1="0" y2="${row * 2}"/><text class="tick" x="${percentOf(scale.at(value))}" y="${row * 2 + 14}" text-anchor="middle">${numberText(value)}</text>`)}
${rows.map(({ name, values, kind }, index) => {
    const top = index * row;
    const middle = percentOf(inside(median(values)));
    return html`<text class="tick" x="0" dx="-8" y="${top + 17}" text-anchor="end">${name}</text><g class="marks ${kind}">${thin(values, mostMarks).map((value) => html`<line x1="${percentOf(inside(value))}" x2="${percentOf(inside(value))}" y1="${top + 6}" y2="${top + 20}"/>`)}</g><line class="median ${kind}" x1="${middle}" x2="${middle}" y1="${top + 2}" y2="${top + 24}"/><text class="value ${kind}" x="100%" dx="7" y="${top + 17}">${numberText(median(values))}</text>`;
  })}
</svg>`;
}
