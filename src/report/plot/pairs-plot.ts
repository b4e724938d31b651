import type { Sample, Stage } from '../../core/sample.js';
import { failureText, gainText, percentText } from '../../core/verdict/words.js';
import type { Evidence } from '../evidence.js';
import { html, type Markup } from '../html/markup.js';
import { changeText, clip, countText, isKnown, knownIntervalText } from '../words.js';
import { percentOf, ratioTicks, robustScale, type Scale } from './scale.js';
import { thin } from './thin.js';

const height = 190;
const mostPoints = 400;
/** A stage of few pairs beside one of many gets at least this part of the width, for its name. */
const leastWidth = 0.3;

const stageNames: Record<Stage, string> = { noise: 'noise', knobs: 'search of knobs', screen: 'screening', confirm: 'confirmation', final: 'final measurement' };

interface Span {
  stage: Stage;
  pairs: Evidence['pairs'];
  /** Of pairs, in words. */
  number: string;
  from: number;
  to: number;
}

/**
 * Each pair's log ratio in the order they were taken, with the estimate and its interval over the stage they come from.
 * The axis is in percent of speed; the plot is as wide as the place it is put in.
 */
export function pairsPlot(evidence: Evidence, id: string, sides: readonly [string, string]): Markup {
  const spans = spansOf(evidence);
  const { estimate, delta } = evidence;
  const ratios = estimate === null ? [] : [estimate.ratio, ...(isKnown(estimate.ci95) ? estimate.ci95 : [])];
  const scale = robustScale(evidence.pairs.map((pair) => pair.difference).filter((value) => value !== null), [0, delta ?? 0, ...ratios.map(Math.log)]);
  const y = (value: number) => Number(((1 - scale.at(value)) * height).toFixed(1));
  const ticks = ratioTicks(scale, 5);
  return html`<svg class="plot" height="${height}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">Pairs of ${sides[0]} and ${sides[1]}</title>
<desc id="${id}-d">${describe(evidence, sides)}</desc>
${ticks.map((tick) => html`<line class="grid" x1="0" x2="100%" y1="${y(tick.value)}" y2="${y(tick.value)}"/><text class="tick" x="0" dx="-8" dy="4" y="${y(tick.value)}" text-anchor="end">${tick.label}</text>`)}
${estimateBand(estimate, spans.at(-1), y)}
<line class="zero" x1="0" x2="100%" y1="${y(0)}" y2="${y(0)}"/>
${delta === null ? null : html`<line class="delta" x1="0" x2="100%" y1="${y(delta)}" y2="${y(delta)}"/>`}
${spans.map((span, index) => html`${index === 0 ? null : html`<line class="stage" x1="${percentOf(span.from)}" x2="${percentOf(span.from)}" y1="-16" y2="${height}"/>`}<text class="stage" x="${percentOf(span.from)}" dx="${index === 0 ? 0 : 6}" y="-7">${stageNames[span.stage]}, ${span.number}<tspan class="roomy"> ${span.number === '1' ? 'pair' : 'pairs'}</tspan></text>`)}
${spans.map((span) => points(span, scale, y, sides))}
${estimate === null ? null : html`<text class="value" x="100%" dx="7" dy="4" y="${y(Math.log(estimate.ratio))}">${changeText(estimate.ratio)}</text>`}
</svg>`;
}

function spansOf({ pairs, stages }: Evidence): Span[] {
  const widths = stages.map(({ count }) => Math.min(1 - leastWidth, Math.max(leastWidth, count / pairs.length)));
  const total = widths.reduce((sum, width) => sum + width, 0);
  let next = 0;
  let from = 0;
  return stages.map(({ stage, count, ...numbers }, index) => {
    const all = pairs.slice(next, next + count);
    const to = from + (widths[index] ?? 0) / total;
    const span = { stage, pairs: thin(all, Math.max(10, Math.floor((mostPoints * count) / pairs.length))), number: numberOf(numbers), from, to };
    next += count;
    from = to;
    return span;
  });
}

/** The pairs that the numbers come from, as the verdict counts them, of those that were taken: some warm up, are set aside, or fail. */
function numberOf({ withNumbers, taken }: { withNumbers: number; taken: number }): string {
  return withNumbers === taken ? String(taken) : `${withNumbers} of ${taken}`;
}

function estimateBand(estimate: Evidence['estimate'], span: Span | undefined, y: (value: number) => number): Markup | null {
  if (estimate === null || span === undefined) return null;
  const [x, width] = [percentOf(span.from), percentOf(span.to - span.from)];
  const at = y(Math.log(estimate.ratio));
  const [low, high] = estimate.ci95.map(Math.log) as [number, number];
  const band = isKnown(estimate.ci95) ? html`<rect class="band" x="${x}" width="${width}" y="${y(high)}" height="${Math.max(1, y(low) - y(high)).toFixed(1)}"/>` : null;
  return html`${band}<line class="estimate" x1="${x}" x2="100%" y1="${at}" y2="${at}"/>`;
}

function points({ stage, pairs, from, to }: Span, scale: Scale, y: (value: number) => number, sides: readonly [string, string]): Markup[] {
  return pairs.map(({ pair, difference }, index) => {
    const x = percentOf(from + ((to - from) * (index + 0.5)) / pairs.length);
    const text = `pair ${pair.index + 1}, ${difference === null ? 'no numbers' : changeText(Math.exp(difference))}: ${sides[0]} ${sampleText(pair.a)}, ${sides[1]} ${sampleText(pair.b)}`;
    const title = html`<title>${text}</title>`;
    if (difference === null) return html`<svg class="failed" x="${x}" y="${height}"><path d="M-4-4 4 4M-4 4 4-4"/>${title}</svg>`;
    // What lies outside of the scale is drawn at its edge, pointing out.
    if (difference > scale.high) return html`<svg class="beyond" x="${x}" y="5"><path d="M-4 3H4L0-4z"/>${title}</svg>`;
    if (difference < scale.low) return html`<svg class="beyond" x="${x}" y="${height - 5}"><path d="M-4-3H4L0 4z"/>${title}</svg>`;
    return html`<circle class="${stage === 'screen' ? 'early' : 'point'}" cx="${x}" cy="${y(difference)}" r="3.2">${title}</circle>`;
  });
}

function sampleText(sample: Sample): string {
  return sample.ok ? `${Number(sample.wallMs.toPrecision(4))} ms` : clip(failureText(sample.failure), 200);
}

function describe({ stages, estimate, delta, pairs }: Evidence, sides: readonly [string, string]): string {
  const taken = stages.map(({ stage, ...numbers }) => `${numberOf(numbers)} ${numbers.taken === 1 ? 'pair' : 'pairs'} of ${stageNames[stage]}`).join(', then ');
  const gain = estimate === null ? 'No pair has numbers on both sides.' : `Estimate: ${sides[1]} ${gainText(estimate.ratio)}, ${knownIntervalText(estimate.ci95)}.`;
  const asked = delta === null ? '' : ` A gain above ${percentText(Math.expm1(delta))} was asked for.`;
  const failed = pairs.filter(({ difference }) => difference === null).length;
  return `${taken}. ${gain}${asked}${failed === 0 ? '' : ` ${countText(failed, 'pair')} without numbers.`}`;
}
