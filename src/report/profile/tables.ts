import { html, type Markup, type Part } from '../html/markup.js';
import { clip, countText, numberText } from '../words.js';
import type { ProfilePageData } from './data.js';
import { percent } from './numbers.js';

const longestCell = 200;

/** What the tools answer, folded; print shows them. Those that abstain say why. */
export function tablesSection({ answers }: ProfilePageData): Markup {
  const given = answers.flatMap(({ answer, summary }) => (answer.abstained === null && answer.rows.length > 0 ? [{ answer, summary }] : []));
  const silent = answers.flatMap(({ answer }) => (answer.abstained === null ? [] : [answer]));
  return html`<section aria-labelledby="tables"><h2 id="tables">Tables</h2>
${given.map(({ answer: { tool, rows, more, facts, notes }, summary }) => html`<details class="answer"><summary><code>${tool}</code> <span class="note">${summary}</span></summary><div class="scroll" tabindex="0" role="region" aria-label="${tool}">${table(rows as Record<string, unknown>[])}</div>
<p class="note">${factsText(facts)}${more > 0 ? ` … and ${countText(more, 'row')} more: perfloop tool ${tool} PROFILE --limit N` : ''}</p>${notes.map((note) => html`<p class="note">${clip(note, 1000)}</p>`)}</details>`)}
${silent.length === 0 ? null : html`<details class="abstained"><summary>${countText(silent.length, 'question')} that this profile cannot answer</summary><ul>${silent.map(({ tool, abstained }) => html`<li><code>${tool}</code> ${clip(abstained ?? '', 500)}</li>`)}</ul></details>`}</section>`;
}

function table(rows: readonly Record<string, unknown>[]): Markup {
  const columns = Object.keys(rows[0] ?? {});
  const isNumber = (column: string): boolean => rows.every((row) => typeof row[column] === 'number' || row[column] === null) && rows.some((row) => typeof row[column] === 'number');
  const numeric = new Set(columns.filter(isNumber));
  const cell = (column: string) => (numeric.has(column) ? html` class="n"` : null);
  return html`<table><thead><tr>${columns.map((column) => html`<th scope="col"${cell(column)}>${heading(column)}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${columns.map((column) => html`<td${cell(column)}>${cellText(column, row[column])}</td>`)}</tr>`)}</tbody></table>`;
}

/** "totalMs" as "total, ms". */
function heading(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.replace(/ (ms|us|ns|bytes)$/, ', $1').replace(/, us$/, ', µs').replace(/^(ms|us)$/, (unit) => (unit === 'us' ? 'µs' : unit));
}

function cellText(column: string, value: unknown): Part {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return /share/i.test(column) ? percent(value) : Number.isInteger(value) && Math.abs(value) < 1e5 ? String(value) : numberText(value);
  if (typeof value === 'string') return clip(value, longestCell);
  if (Array.isArray(value)) return clip(value.map((one) => plain(one)).join(', '), longestCell);
  return clip(plain(value), longestCell);
}

function plain(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Object.entries(value).map(([name, one]) => `${heading(name)} ${plain(one)}`).join(' ');
  return typeof value === 'number' ? numberText(value) : String(value);
}

function factsText(facts: object): string {
  return Object.entries(facts).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)).map(([name, value]) => `${heading(name)} ${/share/i.test(name) && typeof value === 'number' ? percent(value) : clip(plain(value), 300)}`).join(' · ');
}
