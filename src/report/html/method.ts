import { countsText } from '../../core/tests/words.js';
import { percentText } from '../../core/verdict/words.js';
import type { Schedule } from '../../core/verdict/schedule.js';
import type { ReportData } from '../data.js';
import { falseAcceptances, schedulesUsed } from '../facts.js';
import { countText, durationText } from '../words.js';
import { html, type Markup } from './markup.js';

/** How a verdict came about, with the numbers of this run. */
export function methodSection(data: ReportData): Markup {
  const { status, protocol, metrics, benchmark } = data;
  const { plan } = status;
  const { confirmed, each, expected } = falseAcceptances(data);
  const fixed = protocol?.kind === 'fixed';
  const several = (status.evidence?.benchmarks ?? []).length > 0;
  const { screen, confirm } = schedulesUsed(data);
  const looks = (schedule: Schedule | null) => schedule?.looks.map(({ pairs }) => pairs).join(', ') ?? '';
  const builds = confirm.builds === 1 ? 'rebuilt in new worktrees' : `built anew, each side up to ${confirm.builds} times in worktrees of its own,`;
  return html`<section aria-labelledby="method"><h2 id="method">How it was decided</h2>
<div class="prose">
<p>The unit of evidence is a pair: champion and candidate in random order, a fresh process each, timed from outside. A pair counts by the natural log of its ratio, so that twice as fast and half as fast weigh the same.${several ? ' It executes every benchmark on both sides, in random order; the verdict is about the weighted mean of their log ratios, and each is held to its own limit as well.' : ''}</p>
${fixed ? html`<p>A fixed number of pairs (${protocol.runs} after ${protocol.warmups} warm-ups) was taken and tested once, by the exact one-sided Wilcoxon signed-rank test.</p>` : html`<p>Screening only drops what shows no gain (looks after ${looks(screen)} pairs). What passes is ${builds} and confirmed on fresh pairs (looks after ${looks(confirm)}), by the exact one-sided Wilcoxon signed-rank test against the gain that was asked for${confirm.unit === 'build' ? ', which turns all pairs of a build around together, so that the luck of a build does not pass for a gain' : ''}. Undecided at the last look is inconclusive, never accepted. The mean must not contradict the median, and every other metric must keep its limit.</p>`}
<p>A candidate that is not faster by more than was asked for is accepted with a probability of at most ${each}. ${countText(confirmed, 'trial')} reached confirmation, so at most ${expected} false acceptances are to be expected of this ${status.kind === 'judge' ? 'judgement' : 'run'}. Estimates are Hodges-Lehmann with the signed-rank interval.</p>
</div>
<dl class="facts">
${plan === null ? null : html`<div><dt>Gain asked for</dt><dd>above ${percentText(Math.expm1(plan.delta))}, fixed before the first sample</dd></div>
<div><dt>Noise</dt><dd>${percentText(plan.spread)} standard deviation of one sample, from pairs of the base with itself</dd></div>
<div><dt>Smallest gain in reach</dt><dd>${percentText(plan.detectableGain)} is found 9 times in 10</dd></div>
<div><dt>Cost of a trial</dt><dd>about ${plan.samplesPerTrial.expected} samples where there is no gain, at most ${plan.samplesPerTrial.most}, of ${durationText(plan.secondsPerSample * 1000)} each</dd></div>`}
${status.tests === undefined ? null : html`<div><dt>Tests</dt><dd>${countsText(status.tests)} at the base (${status.tests.source}); each that passes there must pass at a candidate, and none may be skipped anew</dd></div>`}
<div><dt>Samples spent</dt><dd>${status.samplesSpent.toLocaleString('en-US')}</dd></div>
${benchmark === null ? null : html`<div><dt>Benchmark</dt><dd><code>${benchmark}</code></dd></div>`}
${metrics === null ? null : html`<div><dt>Metrics</dt><dd>${metrics.map((rule, index) => html`${index === 0 ? '' : '; '}${rule.name}${rule.unit === '' ? '' : ` (${rule.unit})`}${rule.benchmark === undefined || rule.benchmark === rule.name ? '' : ` of ${rule.benchmark}`}, ${rule.goal === 'min' ? 'less' : 'more'} is better${rule.primary ? '' : `, may get worse by ${percentText(rule.maxRegression)}`}`)}</dd></div>`}
</dl></section>`;
}
