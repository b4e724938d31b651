import { madeBy } from '../../core/knobs/words.js';
import { gainText } from '../../core/verdict/words.js';
import type { ReportData, TrialData } from '../data.js';
import { placeOf, standing } from '../facts.js';
import { intervalAxis, intervalBar, reference, sharedScale } from '../plot/interval.js';
import type { Scale } from '../plot/scale.js';
import { changeText, clip, shortIntervalText } from '../words.js';
import { chip } from './chip.js';
import { html, type Markup } from './markup.js';

const mostRows = 1000;

/** Every trial on one axis, so that they can be compared at a glance. */
export function overview({ trials, status }: ReportData): Markup | null {
  if (trials.length === 0) return null;
  const measured = trials.map(({ summary }) => summary.verdict?.measured ?? null).filter((found) => found !== null && found.pairs > 0);
  const delta = status.plan?.delta ?? measured[0]?.delta ?? null;
  const scale = sharedScale(measured.filter((found) => found !== null), delta);
  return html`<section aria-labelledby="trials"><h2 id="trials">Trials</h2>
<table class="overview" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">trial</th><th role="columnheader" scope="col">change</th><th role="columnheader" scope="col" class="bar"><span class="sr">interval</span>${measured.length === 0 ? null : intervalAxis(scale)}</th><th role="columnheader" scope="col" class="n">gain, 95% interval</th><th role="columnheader" scope="col">verdict</th></tr></thead>
<tbody role="rowgroup">${trials.slice(0, mostRows).map((trial) => rowOf(trial, { scale, delta, status }))}</tbody></table>
${trials.length > mostRows ? html`<p class="note">and ${trials.length - mostRows} more, in report.json</p>` : null}</section>`;
}

function rowOf({ summary }: TrialData, { scale, delta, status }: { scale: Scale; delta: number | null; status: ReportData['status'] }): Markup {
  const { candidate, verdict } = summary;
  const measured = verdict?.measured && verdict.measured.pairs > 0 ? verdict.measured : null;
  const { tone } = standing(summary, status);
  const source = [madeBy(candidate), placeOf(summary)].filter((part) => part !== null).join(' · ');
  return html`<tr role="row"${measured === null ? html` class="unmeasured"` : null}><td role="cell" class="id"><a href="#t-${summary.id}">${summary.id}</a></td><td role="cell" class="what">${clip(candidate.title, 200)}<span class="note">${clip(source, 200)}</span></td><td role="cell" class="bar">${measured === null ? html`<svg class="interval" height="22" aria-hidden="true">${reference(scale, delta)}</svg>` : intervalBar(scale, measured, delta, tone)}</td><td role="cell" class="n gain">${measured === null ? html`<span class="note">not measured</span>` : html`<span title="${gainText(measured.ratio)}">${changeText(measured.ratio)}</span><span class="note">${shortIntervalText(measured.ci95)}</span>`}</td><td role="cell" class="verdict">${chip(summary, status)}</td></tr>`;
}
