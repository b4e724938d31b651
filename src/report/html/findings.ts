import type { Finding } from '../../core/finding.js';
import { percentText } from '../../core/verdict/words.js';
import type { ReportData, TrialData } from '../data.js';
import { clip, countText } from '../words.js';
import { html, type Markup } from './markup.js';
import { missing } from './missing.js';

const mostFindings = 50;

/** The located causes, with their share of the time and what was tried on each. */
export function findingsSection({ findings, status, trials }: ReportData): Markup | null {
  if (status.kind === 'judge') return null;
  if (findings.kind !== 'there') {
    if (findings.kind === 'none' && status.findings === 0) return null;
    return html`<section aria-labelledby="found"><h2 id="found">What was found</h2>${findings.kind === 'missing' ? missing('The list of findings', findings.why) : html`<p>${countText(status.findings, 'finding')}; the run does not refer to the list itself. What was tried on them is above.</p>`}</section>`;
  }
  const shown = findings.value.slice(0, mostFindings);
  return html`<section aria-labelledby="found"><h2 id="found">What was found</h2>
${shown.length === 0 ? html`<p>Nothing hot lies in the repository itself.</p>` : html`<p class="note">Hot code of the repository in the profile. The bar is time in the function and what it calls; the strong part is its own.</p>`}
<div class="findings">${shown.map((finding) => findingItem(finding, trials.filter(({ summary }) => summary.candidate.findingId === finding.id)))}</div>
${findings.value.length > shown.length ? html`<p class="note">and ${findings.value.length - shown.length} more</p>` : null}</section>`;
}

function findingItem(finding: Finding, tried: readonly TrialData[]): Markup {
  const share = (part: number) => `${Number((Math.min(1, Math.max(0, part)) * 100).toFixed(2))}%`;
  return html`<details class="finding"><summary><span class="title"><code>${clip(finding.function, 120)}</code> <span class="note">${clip(finding.file, 200)}:${finding.line}</span></span><span class="share"><svg width="100%" height="8" aria-hidden="true"><rect class="rail" width="100%" height="8"/><rect class="total" width="${share(finding.totalShare)}" height="8"/><rect class="self" width="${share(finding.selfShare)}" height="8"/></svg></span><span class="n">${percentText(finding.totalShare)}<span class="sr"> of the time</span></span><span class="n note own">${percentText(finding.selfShare)} own</span></summary>
<div class="body"><p><span class="note">${finding.category}</span>${tried.length === 0 ? ' Nothing was tried here.' : html` Tried: ${tried.map(({ summary }, index) => html`${index === 0 ? '' : ', '}<a href="#t-${summary.id}">${summary.id}</a>`)}`}</p>
<ul>${finding.evidence.slice(0, 10).map(({ tool, text }) => html`<li><span class="note">${tool}</span> ${clip(text, 1000)}</li>`)}</ul>
${finding.snippet === '' ? null : html`<pre tabindex="0">${clip(finding.snippet, 4000)}</pre>`}
${finding.callSites.length === 0 ? null : html`<p class="note">Called from ${finding.callSites.slice(0, 5).map((site, index) => html`${index === 0 ? '' : ', '}<code>${clip(site.file, 200)}:${site.line}</code>`)}</p>`}</div></details>`;
}
