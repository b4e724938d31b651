import type { FinalMeasurement } from '../../core/status.js';
import type { MetricRule } from '../../core/verdict/metrics.js';
import { percentText } from '../../core/verdict/words.js';
import { changeText, columnText } from '../words.js';
import { html, type Markup } from './markup.js';

type MetricRow = FinalMeasurement['metrics'][number];

/**
 * Median, mean and worst decile of every metric on both sides, with the change between them. `clear`: the interval of the
 * primary metrics excludes no change; only then is a change of theirs coloured.
 */
export function metricsTable(rows: readonly MetricRow[], rules: readonly MetricRule[] | null, sides: readonly [string, string], clear: boolean): Markup {
  const ruleOf = (name: string) => rules?.find((rule) => rule.name === name) ?? null;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Metrics"><table class="metrics">
<thead><tr><th scope="col">metric</th><th scope="col"><span class="sr">statistic</span></th><th scope="col" class="n">${sides[0]}</th><th scope="col" class="n">${sides[1]}</th><th scope="col" class="n">change</th></tr></thead>
${rows.map((row) => metricBody(row, ruleOf(row.name), clear))}</table></div>`;
}

function metricBody(row: MetricRow, rule: MetricRule | null, clear: boolean): Markup {
  const lines: [string, number, number][] = [
    ['median', row.base, row.champion],
    ['mean', row.baseMean, row.championMean],
    ['worst 10%', row.baseWorstDecile, row.championWorstDecile],
  ];
  const number = columnText(lines.flatMap(([, before, after]) => [before, after]));
  const goal = rule === null ? null : html`<span class="note">${rule.benchmark === undefined || rule.benchmark === rule.name ? null : `of ${rule.benchmark}; `}${rule.goal === 'min' ? 'less' : 'more'} is better${rule.primary ? '' : `, a guard: up to ${percentText(rule.maxRegression)} worse`}</span>`;
  return html`<tbody>${lines.map(([name, before, after], index) => html`<tr>${index === 0 ? html`<th scope="rowgroup" rowspan="3">${row.name}${row.unit === '' ? null : html` <span class="unit">${row.unit}</span>`}${goal === null ? null : html`<br>${goal}`}</th>` : null}<td>${name}</td><td class="n">${number(before)}</td><td class="n">${number(after)}</td>${changeCell(before, after, rule, clear)}</tr>`)}</tbody>`;
}

function changeCell(before: number, after: number, rule: MetricRule | null, clear: boolean): Markup {
  if (before === after) return html`<td class="n">±0.0%</td>`;
  const factor = after / before;
  if (rule === null || (rule.primary && !clear) || Math.abs(factor - 1) < 0.0005) return html`<td class="n">${changeText(factor)}</td>`;
  const better = factor < 1 === (rule.goal === 'min');
  const worse = rule.goal === 'min' ? factor - 1 : 1 / factor - 1;
  // Nobody tested whether a guard got better, and within its limit it is no cause for alarm.
  if (!rule.primary && worse <= rule.maxRegression) return html`<td class="n">${changeText(factor)}<span class="sr"> within its limit</span></td>`;
  return html`<td class="n ${better ? 'good' : 'bad'}">${changeText(factor)}<span class="sr"> ${better ? 'better' : 'worse'}</span></td>`;
}
