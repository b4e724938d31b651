import { adviceElsewhere, adviceMeasured, adviceNote, adviceSetting, searchText } from '../../core/knobs/words.js';
import type { ReportData } from '../data.js';
import { changeText, clip, countText } from '../words.js';
import { html, type Markup } from './markup.js';

/** What was turned without a change of code, and the settings that a person may set. */
export function knobsSection({ status: { knobs } }: ReportData): Markup | null {
  if (knobs === undefined || knobs.searches.length === 0) return null;
  const advice = knobs.advice.map((one) => html`<dt>${clip(one.title, 200)}</dt><dd><pre tabindex="0">${clip(adviceSetting(one), 1000)}</pre>${adviceElsewhere(one).map((text) => html`<p class="note">Or in ${clip(text, 500)}</p>`)}${adviceMeasured(one)}. ${clip(one.rationale, 1000)}${one.doubt === '' ? null : html` <strong class="bad">Look first: ${clip(one.doubt, 500)}</strong>`}</dd>`);
  const searches = knobs.searches.map((search) => html`<p class="note">${searchText(search)}</p><ul>${search.last.map(({ id, ratio, pairs, better }) => html`<li>${clip(id, 200)}: ${changeText(ratio)} in ${countText(pairs, 'pair')}${better ? ', looked faster' : null}</li>`)}</ul>`);
  return html`<section aria-labelledby="knobs"><h2 id="knobs">Knobs</h2>${advice.length === 0 ? null : html`<p>${adviceNote}</p><dl>${advice}</dl>`}<p>The search takes cheap samples, which decide nothing. What looked faster was tried like any candidate, or is advice.</p>${searches}</section>`;
}
