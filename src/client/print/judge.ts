import { comparedText, ratioText } from '../../core/verdict/words.js';
import type { Checked } from '../../core/check/checked.js';
import type { Verdict } from '../../core/verdict/verdict.js';
import type { Fingerprint } from '../../measure/fingerprint.js';
import type { Flag } from '../../core/flag.js';
import type { Style } from '../style.js';
import { flagLines } from './flags.js';
import { clean, intervalText, percentText, plural, shortCommit, shortCommits } from './numbers.js';
import { verdictFormat } from './verdict.js';
import type { Format } from '../style.js';

/** What `perfloop judge --json` prints. Numbers are null when nothing was sampled. */
export interface JudgeResult {
  run: string;
  verdict: Verdict['kind'];
  /** Time base / time candidate: above 1 means that the candidate is faster. */
  ratio: number | null;
  ci95: [number, number] | null;
  /** Pairs that the estimate comes from. */
  pairs: number;
  /** Benchmark executions in all. */
  samples: number;
  /** The natural-log gain that had to be exceeded. */
  delta: number | null;
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
  /** What it was measured on. */
  environment?: Fingerprint | null;
}

export function printJudge(result: JudgeResult, style: Style): string {
  const { ratio, ci95, delta } = result;
  const lines = [`${style([verdictFormat[result.verdict], 'bold'] as Format, result.verdict)}  ${clean(result.target)}: ${clean(shortCommits(result.candidate))} against ${shortCommit(result.base)}`];
  if (ratio !== null && ci95 !== null) lines.push(`  ${comparedText(ratio, 'the base')}: ${ratioText(ratio)} (95% interval ${intervalText(ci95)}) from ${plural(result.pairs, 'pair')}, ${plural(result.samples, 'sample')} in all`);
  if (delta !== null) lines.push(`  asked: more than ${percentText(Math.expm1(delta))}`);
  if (result.again !== null && result.again.ratio !== null && result.again.ci95 !== null) lines.push(`  again in a fresh clone: ${ratioText(result.again.ratio)} (95% interval ${intervalText(result.again.ci95)}) from ${plural(result.again.pairs, 'pair')}`);
  lines.push(...[...result.reasons, ...result.facts].map((reason) => `  ${reason.code}: ${clean(reason.text)}`), ...flagLines(result.flags, style, '  '), ...result.checked.map(({ text }) => `  checked: ${clean(text)}`), ...result.warnings.map((text) => `  ${style('yellow', 'warning')}: ${clean(text)}`));
  return lines.join('\n');
}
