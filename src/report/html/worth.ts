import { ablationWord, notAdditive, worthOf } from '../../core/run/worth.js';
import type { ReportData } from '../data.js';
import { changeText, clip, shortIntervalText } from '../words.js';
import { html, type Markup } from './markup.js';

/** What each accepted candidate is worth, by itself and in the whole. */
export function worthSection({ status }: ReportData): Markup | null {
  const worth = worthOf(status);
  if (worth === null) return null;
  return html`<section aria-labelledby="worth"><h2 id="worth">What each part is worth</h2>
<table class="worth" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">trial</th><th role="columnheader" scope="col">change</th><th role="columnheader" scope="col" class="n">own gain</th><th role="columnheader" scope="col" class="n">the result without it</th><th role="columnheader" scope="col">so it is</th></tr></thead>
<tbody role="rowgroup">${worth.patches.map(({ trial, own, ablation }) => html`<tr role="row"><td role="cell" class="id"><a href="#t-${trial.id}">${trial.id}</a></td><td role="cell" class="what">${clip(trial.candidate.title, 200)}</td><td role="cell" class="n">${changeText(own.ratio)}<span class="note">${shortIntervalText(own.ci95)}</span></td><td role="cell" class="n">${ablation?.measured && ablation.measured.pairs > 0 ? html`${changeText(ablation.measured.ratio)}<span class="note">${shortIntervalText(ablation.measured.ci95)}</span>` : html`<span class="note">not measured</span>`}</td><td role="cell" class="so">${ablation === null ? 'kept' : ablationWord[ablation.state]}</td></tr>`)}</tbody></table>
<p class="note">Own gains of what was kept multiply to ${worth.product.toFixed(3)}x${worth.whole === null ? '' : `; measured as a whole it is ${worth.whole.toFixed(3)}x`}. ${notAdditive}</p></section>`;
}
