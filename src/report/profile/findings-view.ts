import type { AnalysisFinding } from '../../profile/rules/located.js';
import { html, type Markup } from '../html/markup.js';
import { clip, countText } from '../words.js';
import type { PlacedEvidence, ProfilePageData } from './data.js';
import { spanText } from './numbers.js';

const mostFindings = 100;

/** What the rules found, the weightiest first; a button shows each place in the timeline. */
export function findingsSection({ findings }: ProfilePageData): Markup | null {
  if (findings === null) return null;
  const { list, abstained } = findings;
  return html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>
${list.length === 0 ? html`<p>No rule found anything in this profile.</p>` : html`<div class="findings">${list.slice(0, mostFindings).map(({ finding, evidence }) => html`<article id="f-${finding.id}"><p class="meta"><span class="chip ${tone(finding.severity)}">${finding.severity}</span><span>${finding.rule}</span><span class="headroom">at most ${spanText(finding.headroom_ms * 1e6)} to save</span><span>${finding.confidence} confidence</span></p>
<h3>${clip(finding.title, 300)}</h3>
${place(finding)}
<ul>${evidence.slice(0, 12).map((one) => html`<li>${clip(one.text, 600)} <span class="note">${one.tool}${one.place === undefined ? null : html` · ${one.place.table}`}</span>${jump(one, finding.title)}</li>`)}${finding.notes.slice(0, 8).map((text) => html`<li class="note">${clip(text, 600)}</li>`)}${(finding.judged ?? []).map(({ model, real, why }) => html`<li class="note">${clip(model, 60)}: ${real ? 'real' : 'not real'}: ${clip(why, 600)}</li>`)}</ul></article>`)}</div>`}
${list.length > mostFindings ? html`<p class="note">and ${list.length - mostFindings} more: perfloop analyze PROFILE --json</p>` : null}
${abstained.length === 0 ? null : html`<details class="abstained"><summary>${countText(abstained.length, 'rule')} that could not tell</summary><ul>${byReason(abstained).map(([reason, rules]) => html`<li>${clip(reason, 500)}: ${rules.map((rule, i) => html`${i === 0 ? '' : ', '}<code>${clip(rule, 100)}</code>`)}</li>`)}</ul></details>`}</section>`;
}

/** Many rules lack the same table. */
function byReason(abstained: readonly { rule: string; reason: string }[]): [string, string[]][] {
  const rules = new Map<string, string[]>();
  for (const { rule, reason } of abstained) rules.set(reason, [...(rules.get(reason) ?? []), rule]);
  return [...rules];
}

const tone = (severity: string): string => (severity === 'high' ? 'bad' : severity === 'medium' ? 'unsure' : '');

function place({ file, function: name, line }: Pick<AnalysisFinding, 'file' | 'function' | 'line'>): Markup | null {
  if (file === null) return null;
  return html`<p class="note"><code>${clip(file, 300)}${line === null ? '' : `:${line}`}</code>${name !== null ? html` in <code>${clip(name, 200)}</code>` : null}</p>`;
}

function jump({ stretch, rows }: PlacedEvidence, title: string): Markup | null {
  if (stretch === null) return null;
  return html` <button type="button" class="scripted-only" data-from="${Math.round(stretch.from)}" data-to="${Math.round(stretch.to)}" data-rows="${rows.map(({ from, to }) => `${Math.round(from)},${Math.round(to)}`).join(';')}" data-title="${clip(title, 200)}">show in the timeline</button>`;
}
