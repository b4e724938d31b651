import { schedulesOfRule, type Rule } from '../../core/verdict/rule.js';
import { buildsText, ratioText } from '../../core/verdict/words.js';
import type { LookSeen } from '../../core/verdict/looks.js';
import type { Agreement, TrialCheck, VerdictCheck } from '../verbs/verdict.js';
import type { Format, Style } from '../style.js';
import { clean, intervalText, percentText, plural, shortCommits } from './numbers.js';
import { table } from './table.js';
import { measuredText, verdictFormat } from './verdict.js';

const agreementFormat: Record<Agreement, Format> = { agrees: 'green', overruled: 'green', differs: 'red', unmeasured: 'dim', undecided: 'dim', unknown: 'yellow' };

/** Each trial: what was said, what its samples say, and how that came about look by look. */
export function printVerdictCheck({ run, trials, final }: VerdictCheck, style: Style): string {
  const sections = trials.map((trial) => trialText(run, trial, style));
  if (final !== null) {
    const numbers = (measured: typeof final.recorded) => `${ratioText(measured.ratio)} (${intervalText(measured.ci95)}, ${plural(measured.pairs, 'pair')})`;
    const says = final.agreement === 'agrees' ? 'and so say its samples' : final.again === null ? `cannot be computed again: ${clean(final.why)}` : `but its samples say ${numbers(final.again)}`;
    sections.push(`${style('bold', `${run} final measurement`)}  ${numbers(final.recorded)}, ${style(agreementFormat[final.agreement], says)}`);
  }
  return sections.length === 0 ? `${run}: nothing was tried` : sections.join('\n\n');
}

function trialText(run: string, check: TrialCheck, style: Style): string {
  const { trial, title, recorded, agreement, rule, looks, device } = check;
  const said = recorded === null ? '' : `${style([verdictFormat[recorded.kind], 'bold'] as Format, recorded.kind)}, `;
  const lines = [`${style('bold', `${run}/${trial}`)}  ${clean(shortCommits(title))}`, `  ${said}${style(agreementFormat[agreement], saysText(check))}`];
  if (rule !== null) lines.push(`  ${style('dim', `${ruleText(rule, check.ruleFrom)}${device === null ? '' : `; on ${clean(device)}`}`)}`);
  if (looks.length > 0) lines.push(indented(looksTable(looks, style)));
  for (const { name, state, text } of looks.at(-1)?.guards ?? []) lines.push(`  guard ${clean(name)} ${state}: ${clean(text)}`);
  if (recorded !== null) lines.push(...recorded.reasons.map(({ code, text }) => `  ${code}: ${clean(text.split('\n')[0] ?? '')}`));
  return lines.join('\n');
}

function saysText({ agreement, recorded, again, why }: TrialCheck): string {
  const others = (recorded?.reasons ?? []).map(({ code }) => code).join(', ');
  switch (agreement) {
    case 'agrees':
      return `and so say its samples: ${again === null ? '' : measuredText(again)}`;
    case 'overruled':
      return `with the numbers of its samples, which alone would mean ${again?.kind ?? ''}; decided otherwise by ${others}`;
    case 'differs':
      return `but its samples say ${again?.kind ?? ''} ${again === null ? '' : measuredText(again)}, and ${recorded === null ? 'nothing' : measuredText(recorded)} is on record`;
    case 'unmeasured':
      return `without a sample, by ${others}: nothing to compute again`;
    case 'undecided':
      return 'no verdict yet';
    default:
      return `cannot be computed again: ${clean(why)}`;
  }
}

function ruleText(rule: Rule, from: TrialCheck['ruleFrom']): string {
  const { v, delta, protocol, metrics } = rule;
  const primary = metrics.filter((metric) => metric.primary).map((metric) => clean(metric.name));
  const counted = primary.length > 1 ? `the weighted mean of ${primary.join(', ')}` : (primary[0] ?? '');
  const how = protocol.kind === 'fixed' ? `${protocol.runs} pairs after ${protocol.warmups} warm-ups` : 'sequential looks';
  const { builds } = schedulesOfRule(rule).confirm;
  return `rule ${v}${from === 'run' ? ', as the run kept it' : ''}: more than ${percentText(Math.expm1(delta))} faster by ${counted}, ${how}, confirmed on ${builds === 1 ? '' : 'at most '}${buildsText(builds)}`;
}

const stageText = { screen: 'screening', confirm: 'confirmation' } as const;

function looksTable(looks: readonly LookSeen[], style: Style): string {
  return table(
    looks,
    [
      { title: 'look', cell: (look) => stageText[look.stage] },
      { title: 'pairs', cell: (look) => String(look.pairs), align: 'right' },
      { title: 'builds', cell: (look) => String(look.builds), align: 'right' },
      { title: 'ratio', cell: (look) => ratioText(look.ratio), align: 'right' },
      { title: '95% interval', cell: (look) => intervalText(look.ci95) },
      { title: 'p(no gain)', cell: (look) => pText(look.p), align: 'right' },
      { title: 'passes at', cell: (look) => pText(look.alpha), align: 'right' },
      { title: 'p(gain)', cell: (look) => pText(look.futilityP), align: 'right' },
      { title: 'futile at', cell: (look) => pText(look.futility), align: 'right' },
      { title: 'came to', cell: (look) => look.outcome },
    ],
    style,
  );
}

const pText = (p: number): string => (p < 0.0001 ? p.toExponential(1) : String(Number(p.toPrecision(3))));

const indented = (text: string): string => text.split('\n').map((line) => `  ${line}`).join('\n');
