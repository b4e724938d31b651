import { html, type Markup, type Part } from '../html/markup.js';
import { clip, countText } from '../words.js';
import { percent } from './numbers.js';
import type { Treemap } from './treemap.js';
import { tones } from './tones.js';

/** Kernels as boxes; with scripts a click searches the timeline for one. */
export function treemapSection({ kernels, families }: Treemap): Markup {
  const place = (part: number): string => `${Number((part * 100).toFixed(3))}%`;
  return html`<section aria-labelledby="kernels"><h2 id="kernels">Time of kernels, by family and name</h2>
<div class="treemap">${kernels.map(({ name, tone, count, ms, share, x, y, width, height }) => html`<button type="button" class="kernel tone-${tones.indexOf(tone)}${width < 0.18 ? ' slim' : ''}${height > 0.3 ? ' tall' : ''}" style="left:${place(x)};top:${place(y)};width:${place(width)};height:${place(height)}" title="${clip(name, 300)}: ${ms.toFixed(3)} ms in ${countText(count, 'launch', 'launches')}, ${percent(share)} of all kernels" data-search="${clip(name, 100)}">${width > 0.045 && height > 0.075 ? html`<span>${clip(name, 90)}</span><span>${percent(share)}</span>` : null}</button>`)}</div>
${legend(families.map(({ tone, name, share }) => [tones.indexOf(tone), html`${name} ${percent(share)}`]))}
<p class="note">Families are told by the kernels' names. <span class="scripted-only">A click searches the timeline for a kernel.</span></p></section>`;
}

export function legend(entries: readonly (readonly [number, Part])[]): Markup {
  return html`<p class="tones">${entries.map(([tone, text]) => html`<span><i class="tone-${tone}"></i>${text}</span>`)}</p>`;
}
