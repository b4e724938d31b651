import type { Checked } from '../../core/check/checked.js';
import type { Flag } from '../../core/flag.js';
import type { CostPlan, ShownTests } from '../../core/status.js';
import { machineText, type Machine } from '../../core/run/machine.js';
import type { Verdict } from '../../core/verdict/verdict.js';
import { comparedText, ratioText } from '../../core/verdict/words.js';
import type { Fingerprint } from '../../measure/fingerprint.js';
import type { MetricRow } from '../../report/metric-rows.js';
import { quantityText } from '../../report/words.js';
import type { Format, Style } from '../style.js';
import { flagLines } from './flags.js';
import { clean, cleanLines, intervalText, percentText, plural, shortCommit, shortCommits } from './numbers.js';
import { table } from './table.js';
import { verdictFormat } from './verdict.js';

/** What `perfloop judge --json` prints. Numbers are null when nothing was sampled. */
export interface JudgeResult {
  run: string;
  verdict: Verdict['kind'];
  /** Time base / time candidate: above 1 means that the candidate is faster. */
  ratio: number | null;
  ci95: [number, number] | null;
  /** Pairs that the estimate comes from. */
  pairs: number;
  /** Fresh builds of each side that these pairs are of. */
  builds: number;
  /** Benchmark executions in all. */
  samples: number;
  /** The natural-log gain that had to be exceeded. */
  delta: number | null;
  /** Each metric by itself, over the pairs that decided. */
  metrics: MetricRow[];
  reasons: Verdict['reasons'];
  /** What it was compared by, besides the tests. */
  checked: Checked[];
  /** What explains the verdict and decided nothing. */
  facts: NonNullable<Verdict['facts']>;
  /** What a person has to look at in the change. */
  flags: Flag[];
  /** The second measurement, in a fresh clone, of what was too good to believe; null when there was none. */
  again: { verdict: Verdict['kind']; ratio: number | null; ci95: [number, number] | null; pairs: number; samples: number } | null;
  base: string;
  candidate: string;
  target: string;
  warnings: string[];
  /** Of the base; null where there are none, or only their exit code is known. */
  tests: ShownTests | null;
  /** From its start to its end. */
  seconds: number;
  budgetSeconds: number | null;
  /** What it was to cost, said before the first sample; null where it did not come to that. */
  plan: CostPlan | null;
  /** The devices that samples were taken on. */
  machines: Machine[];
  /** The machine of the warm-up and how it was set. */
  environment?: Fingerprint | null;
}

/** More of a log than a person reads. */
const mostLogLines = 30;

export function printJudge(result: JudgeResult, style: Style): string {
  const { ratio, ci95, delta } = result;
  const lines = [`${style([verdictFormat[result.verdict], 'bold'] as Format, result.verdict)}  ${clean(result.target)}: ${clean(shortCommits(result.candidate))} against ${shortCommit(result.base)}`];
  if (ratio !== null && ci95 !== null) lines.push(`  ${comparedText(ratio, 'the base')}: ${ratioText(ratio)} (95% interval ${intervalText(ci95)}) from ${plural(result.pairs, 'pair')}, ${plural(result.samples, 'sample')} in all`);
  if (delta !== null) lines.push(`  asked: more than ${percentText(Math.expm1(delta))}`);
  lines.push(...metricLines(result.metrics, style), ...result.machines.map((machine) => `  on ${clean(machineText(machine, { named: true }))}`));
  if (result.again !== null && result.again.ratio !== null && result.again.ci95 !== null) lines.push(`  again in a fresh clone: ${ratioText(result.again.ratio)} (95% interval ${intervalText(result.again.ci95)}) from ${plural(result.again.pairs, 'pair')}`);
  for (const { code, text } of [...result.reasons, ...result.facts]) lines.push(...reasonLines(code, text));
  lines.push(...flagLines(result.flags, style, '  '), ...result.checked.map(({ text }) => `  checked: ${clean(text)}`), ...result.warnings.map((text) => `  ${style('yellow', 'warning')}: ${clean(text)}`));
  return lines.join('\n');
}

/** The first line says it; what follows is the end of a log. */
function reasonLines(code: string, text: string): string[] {
  const [first = '', ...log] = cleanLines(text).split('\n');
  const shown = log.slice(-mostLogLines);
  return [`  ${code}: ${first}`, ...(log.length > shown.length ? [`    … ${log.length - shown.length} lines before`] : []), ...shown.map((line) => `    ${line}`.trimEnd())];
}

function metricLines(metrics: readonly MetricRow[], style: Style): string[] {
  const [only] = metrics;
  if (only === undefined) return [];
  const side = (row: MetricRow, value: number) => quantityText(value, row.unit);
  if (metrics.length === 1) return [`  ${clean(only.name)}: ${clean(side(only, only.before))} before, ${clean(side(only, only.after))} after`];
  return table(
    metrics,
    [
      { title: 'metric', cell: (row) => (row.benchmark === null || row.benchmark === row.name ? row.name : `${row.benchmark}: ${row.name}`) },
      { title: 'before', cell: (row) => side(row, row.before), align: 'right' },
      { title: 'after', cell: (row) => side(row, row.after), align: 'right' },
      { title: 'ratio', cell: (row) => (row.ratio === null ? '' : ratioText(row.ratio)), align: 'right' },
      { title: '95% interval', cell: (row) => (row.ci95 === null ? '' : intervalText(row.ci95)) },
      { title: '', cell: (row) => [row.primary ? 'decides' : '', row.guard === null ? '' : `guard ${row.guard.state}`].filter((part) => part !== '').join(', ') },
    ],
    style,
  ).split('\n').map((line) => `  ${line}`);
}
