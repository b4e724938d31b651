import { percentText } from '../../core/verdict/words.js';
import { beforeAndAfter, type Evidence } from '../evidence.js';
import { pairsPlot } from '../plot/pairs-plot.js';
import { strip } from '../plot/strip.js';
import { changeText, shortIntervalText } from '../words.js';
import { html, type Markup } from './markup.js';
import { metricsTable } from './metrics-table.js';

const mostStrips = 4;

/** The pairs drawn, each metric's samples drawn, and each metric before and after. `id` is unique in the page. */
export function measurement(evidence: Evidence, id: string, sides: readonly [string, string]): Markup {
  const { rules, assumed, estimate, delta, stages } = evidence;
  const strips = rules.slice(0, mostStrips).flatMap((rule, index) => {
    const plot = strip(evidence, rule, `${id}-m${index}`, sides);
    return plot === null ? [] : [html`<div><span class="note">${rule.name}${rule.unit === '' ? null : `, ${rule.unit}`}</span>${plot}</div>`];
  });
  const rows = beforeAndAfter(evidence);
  const screened = stages.some(({ stage }) => stage === 'screen');
  const confirmed = stages.some(({ stage }) => stage !== 'screen');
  return html`${assumed ? html`<p class="missing">The run does not say how its metrics are read: what is drawn is the wall time.</p>` : null}
<figure><figcaption>How much faster the ${sides[1]} was, pair by pair</figcaption>${pairsPlot(evidence, `${id}-p`, sides)}
<p class="legend">${confirmed ? html`<span class="key point">one pair</span>` : null}${screened ? html`<span class="key early">one pair of screening</span>` : null}${estimate === null ? null : html`<span class="key estimate">Hodges-Lehmann ${changeText(estimate.ratio)}</span><span class="key band">95% interval ${shortIntervalText(estimate.ci95)}</span>`}${delta === null ? null : html`<span class="key delta">asked for: above +${percentText(Math.expm1(delta))}</span>`}</p></figure>
${strips.length === 0 ? null : html`<figure><figcaption>Every sample, with the median</figcaption>${strips}</figure>`}
${rows.length === 0 ? null : metricsTable(rows, assumed ? null : rules, sides, estimate !== null && (estimate.ci95[0] > 1 || estimate.ci95[1] < 1))}`;
}
