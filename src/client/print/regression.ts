import { exitCodes } from '../../core/errors.js';
import type { RunStatus } from '../../core/status.js';
import { answerOf, exchangedBegin } from '../../core/watch/answer.js';
import { comparedText } from '../../core/watch/shown.js';
import type { Style } from '../style.js';
import { clean, shortCommits } from './numbers.js';

/** What `perfloop judge --regression --json` prints. */
export interface RegressionResult {
  run: string;
  /** `confirmed`: the candidate is slower. `none`: no sign of it. `broken`: they cannot be compared. */
  regression: 'confirmed' | 'none' | 'undecided' | 'broken';
  /** Null: what decides. */
  metric: string | null;
  /** By how much it is slower: above 1 is slower. Null where nothing was measured. */
  slowdown: number | null;
  ci95: [number, number] | null;
  pairs: number;
  samples: number;
  base: string;
  candidate: string;
  target: string;
  text: string;
  warnings: string[];
}

export const regressionCode: Record<RegressionResult['regression'], number> = { confirmed: exitCodes.rejected, none: exitCodes.ok, undecided: exitCodes.inconclusive, broken: exitCodes.inconclusive };

const words = { slower: 'confirmed', 'not-slower': 'none', open: 'undecided', broken: 'broken' } as const;

/** Of a judgement whose sides were exchanged, told as it was asked: its candidate was the base. */
export function regressionResult(status: RunStatus): RegressionResult {
  const answer = answerOf(status);
  const numbers = answer.kind === 'broken' ? { ratio: null, ci95: null, pairs: 0 } : answer;
  const { metric = null } = status.regression ?? {};
  return {
    run: status.run,
    regression: words[answer.kind],
    metric,
    slowdown: numbers.ratio,
    ci95: numbers.ci95,
    pairs: numbers.pairs,
    samples: status.samplesSpent,
    base: status.trials[0]?.candidate.title ?? '',
    candidate: status.target.base,
    target: status.target.name,
    text: answer.kind === 'broken' ? `the base cannot be measured: ${answer.text}` : comparedText({ ...numbers, metric, answer: answer.kind, text: answer.text }),
    // It is told as it was asked.
    warnings: status.warnings.filter((text) => !text.startsWith(exchangedBegin)),
  };
}

const formats = { confirmed: 'red', none: 'green', undecided: 'yellow', broken: 'yellow' } as const;
const titles = { confirmed: 'slower', none: 'not slower', undecided: 'undecided', broken: 'not comparable' };

export function printRegression({ regression, metric, target, candidate, base, text, warnings }: RegressionResult, style: Style): string {
  const head = `${style([formats[regression], 'bold'], titles[regression])}  ${clean(target)}: ${shortCommits(candidate)} against ${clean(shortCommits(base))}${metric === null ? '' : `, by ${clean(metric)}`}`;
  return [head, `  ${clean(text)}`, ...warnings.map((warning) => `  ${style('yellow', 'warning')}: ${clean(warning)}`)].join('\n');
}
