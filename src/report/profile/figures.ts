import { html, type Markup } from '../html/markup.js';
import { bytesText } from '../words.js';
import type { ProfilePageData } from './data.js';
import { percent, spanText } from './numbers.js';

/** The numbers that a reader looks for first, of what was captured. */
export function figures({ spanNs, timeline, answers, treemap, copies, flame, findings }: ProfilePageData): Markup {
  const rowsOf = (name: string): Record<string, unknown>[] => answers.flatMap(({ answer }) => (answer.tool === name && answer.abstained === null ? (answer.rows as Record<string, unknown>[]) : []));
  const busy = rowsOf('busy');
  const entries: [string, string, string][] = [];
  if (spanNs > 0) entries.push(['span', spanText(spanNs), 'first to last event']);
  if (timeline !== null) entries.push(['events', timeline.events.toLocaleString('en-US'), 'in the timeline']);
  if (findings !== null) entries.push(['findings', String(findings.list.length), `${findings.abstained.length} rules could not tell`]);
  const [device] = busy;
  if (device !== undefined && typeof device['busyShare'] === 'number') entries.push([busy.length === 1 ? 'device busy' : `busy, ${busy.length} devices`, busy.slice(0, 4).map((one) => percent(Number(one['busyShare']))).join(' · '), 'of first to last work']);
  if (treemap !== null) entries.push(['kernels', treemap.kernels.reduce((sum, { count }) => sum + count, 0).toLocaleString('en-US'), spanText(treemap.kernels.reduce((sum, { ms }) => sum + ms, 0) * 1e6)]);
  if (copies !== null) entries.push(['copied', bytesText(copies.series.reduce((sum, { bytes }) => sum + bytes.reduce((all, one) => all + one, 0), 0)), copies.series.map(({ name }) => name).join(', ')]);
  if (flame !== null) entries.push(['sampled', spanText(flame.ns[0] ?? 0), 'of running code']);
  return html`<dl class="figures">${entries.map(([name, value, note]) => html`<div><dt>${name}</dt><dd>${value}<span class="note">${note}</span></dd></div>`)}</dl>`;
}
