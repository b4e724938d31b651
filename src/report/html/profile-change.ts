import type { DiffRow } from '../../profile/diff/schema.js';
import type { ReportData, TrialData } from '../data.js';
import { profileChange, promiseWord } from '../profile-change.js';
import { clip, columnText } from '../words.js';
import { html, type Markup } from './markup.js';
import { missing } from './missing.js';

/** Which functions or kernels gave the time back, and whether that is what the finding promised. */
export function profileSection(trial: TrialData, data: ReportData): Markup | null {
  if (trial.profile.kind === 'missing') return missing('What it changed in the profile', trial.profile.why);
  const change = profileChange(trial, data);
  if (change === null || trial.profile.kind !== 'there') return null;
  const { kind, text, rows } = change;
  const number = columnText(rows.flatMap(({ beforeMs, afterMs }) => [beforeMs, afterMs]));
  return html`<div class="reasons"><p><strong>Profile: ${promiseWord[kind]}</strong></p><p>${clip(text, 2000)}</p></div>
${rows.length === 0 ? null : html`<div class="scroll" tabindex="0" role="group" aria-label="Profile before and after"><table class="profile"><thead><tr><th scope="col">where</th><th scope="col" class="n">before, ms</th><th scope="col" class="n">after, ms</th><th scope="col" class="n">given back, ms</th></tr></thead>
<tbody>${rows.map((row) => html`<tr><td><code>${clip(row.name, 200)}</code>${place(row)}</td><td class="n">${number(row.beforeMs)}</td><td class="n">${number(row.afterMs)}</td><td class="n ${row.gainedMs >= 0 ? 'good' : 'bad'}">${number(row.gainedMs).replace('-', '−')}</td></tr>`)}</tbody></table></div>`}
<p class="note">${trial.profile.value.notes.join(' ')}</p>`;
}

function place({ file, line, change }: DiffRow): Markup {
  const where = file === null ? '' : ` ${clip(file.split('/').slice(-3).join('/'), 120)}${line === null ? '' : `:${line}`}`;
  return html`<span class="note">${where}${change === 'both' ? '' : `, ${change}`}</span>`;
}
