import { ratioText } from '../../core/verdict/words.js';
import type { CostPlan, SamplingProgress, StageProgress } from '../../core/status.js';
import { intervalText } from '../print/numbers.js';
import type { Glyphs } from './glyphs.js';
import { intervalBar } from './interval-bar.js';
import { fit, type Line, type Span } from './line.js';

const stageText = { noise: 'noise of this setting (A/A)', knobs: 'searching knobs', screen: 'screening', confirm: 'confirming on fresh builds', final: 'last measurement' } as const;

/** How the samples of one stage narrow: pairs taken, the estimate, and its interval against what is asked. */
export function samplingLines(of: string, progress: StageProgress, plan: CostPlan | null, width: number, glyphs: Glyphs): Line[] {
  const head: Span[] = [[of, 'bold'], [` ${stageText[progress.stage]}  `]];
  if (progress.doing === 'building') return [[...head, [`building ${progress.build} of ${progress.of}, each side`]]];
  if (progress.doing === 'waiting') return [[...head, ['waiting for the machine', 'yellow']]];
  const look = progress.nextLook < progress.most ? `, next look at ${progress.nextLook}` : '';
  head.push([`${progress.pairs}`, 'bold'], [` of at most ${progress.most} pairs${look}`]);
  if (progress.resumed > 0) head.push([`  ${glyphs.dot} ${progress.resumed} kept from before an interruption`, 'cyan']);
  if (progress.ratio === null || progress.ci95 === null) return [head, [[`  ${pairsBar(progress, Math.min(width - 4, 60), glyphs)}`, 'dim']]];
  const asked = progress.stage === 'screen' || progress.stage === 'confirm' ? (plan?.delta ?? null) : null;
  const figures = `${ratioText(progress.ratio)} (${intervalText(progress.ci95)})`;
  const wide = width >= 76;
  const barWidth = wide ? Math.min(60, width - figures.length - 6) : width - 4;
  const [bar, labels] = intervalBar({ ratio: progress.ratio, ci95: progress.ci95, delta: asked }, barWidth, glyphs);
  const lines: Line[] = wide ? [head, [['  '], ...bar, ['  '], [figures, 'bold']], [['  '], ...labels]] : [[...head], [['  '], [figures, 'bold']], [['  '], ...bar], [['  '], ...labels]];
  return [...lines, ...metricLines(progress, width)];
}

/** As many as leave room for the rest of the view. */
const mostMetrics = 8;

/** Each metric by itself, where there are several; the bar above is that of the primary ones together. */
function metricLines({ metrics = [] }: SamplingProgress, width: number): Line[] {
  const shown = metrics.slice(0, mostMetrics);
  const name = Math.min(Math.max(0, width - 34), Math.max(0, ...shown.map((metric) => metric.name.length)));
  const rows = shown.map((metric): Line => [['  '], [fit(metric.name, name)], [`  ${ratioText(metric.ratio).padStart(7)} (${intervalText(metric.ci95)})`], ...(metric.primary ? [] : [['  guard', 'dim'] as Span])]);
  return metrics.length > shown.length ? [...rows, [[`  and ${metrics.length - shown.length} more`, 'dim']]] : rows;
}

/** Too few pairs for an estimate: only how far it got. */
function pairsBar(progress: SamplingProgress, width: number, glyphs: Glyphs): string {
  const filled = Math.min(width, Math.round((progress.pairs / Math.max(1, progress.most)) * width));
  return glyphs.full.repeat(filled) + glyphs.empty.repeat(width - filled);
}
