import { documentHead } from '../html/document-head.js';
import { html, Markup } from '../html/markup.js';
import { style } from '../html/style.js';
import { instantText } from '../../core/instant-text.js';
import { clip, countText } from '../words.js';
import { copiesSection } from './copies-view.js';
import type { ProfilePageData } from './data.js';
import { figures } from './figures.js';
import { findingsSection } from './findings-view.js';
import { pageScript } from './script.js';
import { profileStyle } from './style.js';
import { tablesSection } from './tables.js';
import { flameSection, timelineSection } from './canvas-views.js';
import { treemapSection } from './treemap-view.js';

/**
 * The page of a profile as one HTML document without any other file. Its policy lets only its own script run, known by its hash;
 * names from the profile are text wherever they stand. Without scripts there are the findings, the kernels, the copies and the tables.
 */
export function profilePageHtml(data: ProfilePageData): string {
  const script = pageScript();
  return html`<!doctype html>
<html lang="en">
${documentHead({ title: `${clip(data.title, 80)}: profile, perfloop`, style: style + profileStyle, scripts: script.hash })}
<body><main>
<header><p class="eyebrow">perfloop profile<span class="state">${instantText(data.writtenAt)}</span></p><h1>${clip(data.title, 200)}</h1>
${figures(data)}</header>
${findingsSection(data)}
${timelineSection(data)}
${flameSection(data)}
${data.treemap === null ? null : treemapSection(data.treemap)}
${data.copies === null ? null : copiesSection(data.copies)}
${leftOut(data)}
${tablesSection(data)}
${notes(data)}
<footer><p>Written by perfloop. Times are counted from the first event of the profile.</p></footer>
</main><div id="tooltip" role="tooltip" hidden></div>
${data.timeline === null ? null : html`<script type="application/json" id="timeline-index">${json(data.timeline.index)}</script><script type="text/plain" id="timeline-data">${new Markup(data.timeline.data)}</script>`}
${data.flame === null ? null : html`<script type="application/json" id="flame-data">${json(data.flame)}</script>`}
<script type="module">${new Markup(script.text)}</script>
</body></html>
`.text;
}

/** JSON that cannot end the element that it stands in. */
const json = (value: unknown): Markup => new Markup(JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029'));

/** Views that the profile holds nothing for. */
function leftOut({ timeline, flame, treemap, copies, findings }: ProfilePageData): Markup | null {
  const missing = [
    timeline === null ? 'There is no timeline: the profile has no events with a time.' : null,
    flame === null ? 'There is no flame graph: no stacks were sampled. Profile with a sampling profiler (V8, perf, py-spy, nsys --sample).' : null,
    treemap === null ? 'There is no map of kernels: the profile has none.' : null,
    copies === null ? 'There are no copies between host and devices in the profile.' : null,
    findings === null ? 'The rules were not asked for findings: perfloop analyze does that.' : null,
  ].filter((text) => text !== null);
  return missing.length === 0 ? null : html`<section aria-labelledby="not-here"><h2 id="not-here">Not on this page</h2><ul class="plain">${missing.map((text) => html`<li>${text}</li>`)}</ul></section>`;
}

function notes({ notes: said }: ProfilePageData): Markup | null {
  return said.length === 0 ? null : html`<section aria-labelledby="notes"><h2 id="notes">${countText(said.length, 'note')} of the import</h2><ul class="plain">${said.map((text) => html`<li>${clip(text, 1000)}</li>`)}</ul></section>`;
}
