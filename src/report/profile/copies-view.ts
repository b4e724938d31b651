import { html, type Markup } from '../html/markup.js';
import { percentOf, roundSteps } from '../plot/scale.js';
import { bytesText } from '../words.js';
import type { CopiesOverTime, CopySeries } from './copies.js';
import { spanText } from './numbers.js';
import { legend } from './treemap-view.js';
import { tones } from './tones.js';

const high = 120;

/** Bytes of each stretch of time as stacked bars by direction, and below them how fast the copies ran. */
export function copiesSection({ spanNs, binNs, series }: CopiesOverTime): Markup {
  const bins = series[0]?.bytes.length ?? 0;
  const sums = Array.from({ length: bins }, (_, bin) => series.reduce((sum, { bytes }) => sum + (bytes[bin] ?? 0), 0));
  const most = Math.max(1, ...sums);
  const total = (one: CopySeries): number => one.bytes.reduce((sum, bytes) => sum + bytes, 0);
  return html`<section aria-labelledby="copies"><h2 id="copies">Copies over time</h2>
<figure class="chart"><figcaption>bytes in each ${spanText(binNs)}</figcaption><svg class="copies" height="${high + 20}" role="img" aria-label="Bytes copied over time. ${series.map((one) => `${one.name}: ${bytesText(total(one))}`).join('; ')}">
${levels(most, bytesText)}${stacked(series, bins, most)}${times(spanNs)}</svg></figure>
${series.map(speeds)}
${legend(series.map((one) => [tones.indexOf(one.tone), `${one.name}: ${bytesText(total(one))}`]))}</section>`;
}

/** Each direction on a scale of its own: copies within a device are fifty times as fast as those from the host. */
function speeds({ tone, name, gigabytesPerSecond }: CopySeries): Markup {
  const fastest = Math.max(...gigabytesPerSecond);
  const bins = gigabytesPerSecond.length;
  const tall = 40;
  const text = `${Number(fastest.toPrecision(3))} GB/s`;
  return html`<figure class="chart"><figcaption>${name}: bandwidth while copies ran, at most ${text}</figcaption><svg class="copies" height="${tall + 8}" role="img" aria-label="Bandwidth of copies ${name} over time, at most ${text}">
<line class="grid" x1="0" x2="100%" y1="0.5" y2="0.5"/><line class="grid" x1="0" x2="100%" y1="${tall}" y2="${tall}"/><text x="0" dx="-6" y="8" text-anchor="end">${Number(fastest.toPrecision(3))}</text><text x="0" dx="-6" y="${tall + 4}" text-anchor="end">0</text>
<g class="tone-${tones.indexOf(tone)}">${gigabytesPerSecond.map((speed, bin) => (speed > 0 ? html`<rect x="${percentOf(bin / bins)}" width="${percentOf(1 / bins)}" y="${(tall - (speed / fastest) * tall).toFixed(1)}" height="${Math.max(0.5, (speed / fastest) * tall).toFixed(1)}"/>` : null))}</g></svg></figure>`;
}

function stacked(series: readonly CopySeries[], bins: number, most: number): Markup[] {
  const below = Array.from({ length: bins }, () => 0);
  return series.map(({ tone, bytes }) => html`<g class="tone-${tones.indexOf(tone)}">${bytes.map((value, bin) => {
    if (value === 0) return null;
    const tall = (value / most) * high;
    below[bin] = (below[bin] ?? 0) + tall;
    return html`<rect x="${percentOf(bin / bins)}" width="${percentOf(1 / bins)}" y="${(high - (below[bin] ?? 0)).toFixed(1)}" height="${Math.max(0.5, tall).toFixed(1)}"/>`;
  })}</g>`);
}

function levels(most: number, text: (value: number) => string): Markup[] {
  return roundSteps(0, most, 3).map((value) => html`<line class="grid" x1="0" x2="100%" y1="${(high - (value / most) * high).toFixed(1)}" y2="${(high - (value / most) * high).toFixed(1)}"/><text x="0" dx="-6" y="${(high - (value / most) * high + 4).toFixed(1)}" text-anchor="end">${value === 0 ? '0' : text(value)}</text>`);
}

function times(spanNs: number): Markup[] {
  const [unit, name] = spanNs >= 2e9 ? [1e9, 's'] : spanNs >= 2e6 ? [1e6, 'ms'] : [1e3, 'µs'];
  return roundSteps(0, spanNs / unit, 5).filter((value) => value * unit < spanNs * 0.97).map((value) => html`<text x="${percentOf((value * unit) / spanNs)}" y="${high + 15}"${value === 0 ? null : html` text-anchor="middle"`}>${value.toLocaleString('en-US')} ${name}</text>`);
}
