import { html, type Markup } from '../html/markup.js';
import { countText } from '../words.js';
import type { ProfilePageData } from './data.js';
import { spanText } from './numbers.js';
import { tones, type Tone } from './tones.js';
import { legend } from './treemap-view.js';

const timelineLegend: readonly [Tone, string][] = [
  ['matrix', 'matrix products'], ['attention', 'attention'], ['convolution', 'convolutions'], ['communication', 'communication'], ['elementwise', 'elementwise'], ['reduction', 'reductions, norms'], ['memory', 'moving, indexing'], ['other', 'other kernels'],
  ['to-device', 'copies to a device'], ['to-host', 'to the host'], ['on-device', 'on devices'], ['graph', 'graphs'], ['launch', 'launching calls'], ['wait', 'waiting calls'], ['script', 'functions of source files'], ['library', 'of libraries'], ['native', 'native'],
];

/** The element that the script draws the timeline into. */
export function timelineSection({ timeline }: ProfilePageData): Markup | null {
  if (timeline === null) return null;
  const { events, spans, dropped, early, lateNames, index } = timeline;
  const said = [
    index.resolutionNs === 0 ? `All ${countText(events, 'event')} are here, each with its own times.` : `${countText(events, 'event')} as ${countText(spans, 'span')}: neighbours of a row that fit into ${spanText(index.resolutionNs)} together were merged to keep the file small; a merged one has a line below and says how many it holds.`,
    'Where there are more events than pixels, a pixel is as strong as its share of busy time, in the colour of its longest event.',
    dropped > 0 ? `${countText(dropped, 'event')} that overlap too many others in their row are left out.` : '',
    early > 0 ? `${countText(early, 'sample')} from before the first call, range or work of a device are in the flame graph alone.` : '',
    lateNames > 0 ? `There are too many different names: ${countText(lateNames, 'event')} have theirs without digits.` : '',
  ];
  return html`<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>
<noscript><p class="missing">The timeline needs scripts. The tables below do not.</p></noscript>
<div class="bar scripted-only"><button type="button" id="zoom-in" aria-label="zoom in">+</button><button type="button" id="zoom-out" aria-label="zoom out">−</button><button type="button" id="zoom-all">all</button><input id="timeline-search" type="search" placeholder="search names" aria-label="search names in the timeline" maxlength="200"><span class="note" id="timeline-status" role="status"></span></div>
<p class="note scripted-only" id="timeline-loading">The timeline is being unpacked …</p>
<canvas id="timeline-overview" class="scripted-only" role="img" aria-label="How busy the profile is from its first to its last event"></canvas>
<div id="timeline-box" class="scripted-only" tabindex="0" role="application" aria-label="Timeline. Arrows move, plus and minus zoom, 0 shows all, slash searches, Escape clears." hidden><div id="timeline-spacer"></div><canvas id="timeline-canvas"></canvas></div>
<div id="timeline-details" class="scripted-only" aria-live="polite" hidden></div>
${legend(timelineLegend.filter(([tone]) => timeline.tones.has(tone)).map(([tone, text]) => [tones.indexOf(tone), text]))}
<p class="note scripted-only">Drag to move, <kbd>Ctrl</kbd> and wheel or two fingers to zoom, drag the ruler to choose a stretch. Keys: <kbd>←</kbd> <kbd>→</kbd> <kbd>+</kbd> <kbd>-</kbd> <kbd>0</kbd> <kbd>/</kbd> <kbd>Esc</kbd>.</p>
<p class="note">${said.filter((text) => text !== '').join(' ')}</p></section>`;
}

/** The element that the script draws the flame graph into. */
export function flameSection({ flame }: ProfilePageData): Markup | null {
  if (flame === null) return null;
  return html`<section aria-labelledby="flame"><h2 id="flame">Flame graph</h2>
<noscript><p class="missing">The flame graph needs scripts. The tables below do not.</p></noscript>
<div class="bar scripted-only"><input id="flame-search" type="search" placeholder="search functions" aria-label="search functions in the flame graph" maxlength="200"><span class="note" id="flame-status" role="status"></span></div>
<div id="flame-box" class="scripted-only"><canvas id="flame-canvas" tabindex="0" role="img" aria-label="Flame graph of sampled stacks, the outermost function on top. Arrows move, Escape shows all."></canvas></div>
${legend([[tones.indexOf('script'), 'source files'], [tones.indexOf('library'), 'libraries'], [tones.indexOf('native'), 'native code, builtins']])}
<p class="note">A box is as wide as the time in its function and what it called; waiting is not counted. A click zooms.${flame.leftOut > 0 ? ` ${countText(flame.leftOut, 'box', 'boxes')} of less than 0.02% are left out.` : ''}</p></section>`;
}
