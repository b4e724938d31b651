import { looksOf } from '../core/verdict/looks.js';
import { errorBound } from '../core/verdict/rule.js';
import { percentText, ratioText } from '../core/verdict/words.js';
import type { ReportData, TrialData } from './data.js';
import { code, fenced } from './markdown-text.js';

/** What was compared, and by which commands. */
export function measuredBlock(data: ReportData): string {
  const { status, trials, benchmark } = data;
  const candidate = trials[0]?.summary.candidate.id;
  const commits = `Base ${code(status.target.base)}${candidate === undefined ? '' : `, candidate ${code(candidate)}`}. A pair is both sides in random order, a fresh process each, timed from outside.`;
  const named = (status.evidence?.benchmarks ?? []).map(({ name, run }) => `# ${name}\n${run}`);
  const measured = named.length > 0 ? named.join('\n') : benchmark;
  return measured === null ? commits : `${commits}\n\n${fenced(measured, 'sh')}`;
}

const stageText = { screen: 'screening', confirm: 'confirmation' } as const;

/** How the verdict came about: each look with its test. */
export function looksTable({ pairs, rule }: TrialData): string {
  if (pairs.kind !== 'there' || rule === null) return '';
  const looks = looksOf(pairs.value, rule);
  if (looks.length === 0) return '';
  const rows = looks.map((look) => `| ${stageText[look.stage]} | ${look.pairs} | ${look.builds} | ${ratioText(look.ratio)} | ${pText(look.p)} | ${pText(look.alpha)} | ${pText(look.futilityP)} | ${pText(look.futility)} | ${look.outcome} |`);
  return [
    `Exact one-sided signed-rank tests against a gain of ${percentText(Math.expm1(rule.delta))}, fixed before the first sample. What is not faster by more than that is accepted with a probability of at most ${Number(errorBound(rule).toPrecision(2))}.`,
    ['| look | pairs | builds | ratio | p(no gain) | passes at | p(gain) | futile at | came to |', '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

const pText = (p: number): string => (p < 0.0001 ? p.toExponential(1) : String(Number(p.toPrecision(3))));
