import { flagPlace } from '../core/flag.js';
import { machineText } from '../core/run/machine.js';
import { timeText } from '../core/verdict/budget.js';
import type { Verdict } from '../core/verdict/verdict.js';
import { buildsText, comparedText, percentText, ratioText } from '../core/verdict/words.js';
import type { ReportData, TrialData } from './data.js';
import { environmentEntries } from './environment.js';
import { isOver, tookMs } from './facts.js';
import { looksTable, measuredBlock } from './judge-details.js';
import { code, details, fenced, inline } from './markdown-text.js';
import { metricRows, type MetricRow } from './metric-rows.js';
import { reproduceCommands } from './reproduce.js';
import { countText, durationText, isKnown, numberText, shortCommit } from './words.js';

/** GitHub takes 65,536 characters; what is folded away is left out before that. */
const mostCharacters = 60_000;
const mostLines = 20;

/**
 * A judgement as the text of a comment on a pull request (GitHub flavoured). Its first line is a hidden marker that is the
 * same for every judgement of a target of this name, by which a bot finds the comment that it is to replace. Texts of others
 * have no markup of their own.
 */
export function judgeComment(data: ReportData): string {
  const { status, trials } = data;
  const [trial] = trials;
  const verdict = trial?.summary.verdict ?? null;
  const head = [
    commentMarker(status.target.name),
    `### perfloop: ${verdict === null ? (isOver(status) ? 'no verdict' : 'no verdict yet') : verdict.kind}`,
    trial === undefined || verdict === null ? errorText(data) : sentence(data, trial, verdict),
  ];
  const body = trial === undefined || verdict === null ? [] : [
    metricsTable(rowsOf(trial), verdict),
    reasonList(verdict),
    flagList(trial),
    checkedList(data, trial),
  ];
  const tail = [warningList(status.warnings), costLine(data)];
  const folded = [trial === undefined ? '' : details('What was measured, and how it was decided', [measuredBlock(data), looksTable(trial), environmentTable(data)].filter((part) => part !== '').join('\n\n')), commands(data)];
  const join = (sections: readonly string[]) => `${sections.filter((section) => section !== '').join('\n\n')}\n`;
  const whole = join([...head, ...body, ...tail, ...folded]);
  return whole.length <= mostCharacters ? whole : join([...head, ...body, ...tail]);
}

/** The same for every judgement of a target of this name. */
export function commentMarker(target: string): string {
  return `<!-- perfloop judge ${target.replaceAll(/[^\w.]+/g, '-').slice(0, 80)} -->`;
}

/** The comment of a judgement that did not come to run at all: bad input, no server. */
export function errorComment(error: { code: string; message: string; where?: string | undefined; fix?: string | undefined; problems?: readonly string[] | undefined }, target: string): string {
  return `${commentMarker(target)}\n\n### perfloop: no verdict\n\n${errorBody(error)}\n`;
}

function errorText({ status }: ReportData): string {
  if (status.error !== null) return errorBody(status.error);
  return isOver(status) ? 'It ended before there was one.' : `It goes on: ${inline(status.doing, 200)}. Follow it with ${code(`perfloop attach ${status.run}`)}.`;
}

function errorBody({ code: errorCode, message, where, fix, problems = [] }: Parameters<typeof errorComment>[0]): string {
  const [first = '', ...rest] = message.split('\n');
  const log = [...rest, ...problems].join('\n').trim();
  return [
    `**${inline(errorCode, 80)}**: ${inline(first, 1000)}`,
    log === '' ? '' : fenced(log, 'text'),
    where === undefined ? '' : `At: ${inline(where, 400)}`,
    fix === undefined ? '' : `What to do: ${inline(fix, 600)}`,
  ].filter((part) => part !== '').join('\n\n');
}

/** What it came to, in words that a person who never saw perfloop understands. */
function sentence({ status }: ReportData, { summary }: TrialData, verdict: Verdict): string {
  const { kind, measured, reasons } = verdict;
  const who = inline(summary.candidate.title, 100);
  const base = `its base ${code(shortCommit(status.target.base))}`;
  const asked = percentText(Math.expm1(measured?.delta ?? status.plan?.delta ?? 0));
  const futile = reasons[0]?.code === 'futile' || reasons[0]?.code === 'undecided';
  const word = { accepted: 'Faster', rejected: measured === null ? 'Refused before its speed counted' : futile ? 'Not shown to be faster' : 'Rejected', inconclusive: 'No answer', quarantined: 'A person has to look' }[kind];
  if (measured === null || measured.pairs === 0) return `**${word}.** ${who} against ${base}; a gain of more than ${asked} was asked for.`;
  const interval = isKnown(measured.ci95) ? `95% interval ${ratioText(measured.ci95[0])} to ${ratioText(measured.ci95[1])}, ` : '';
  const numbers = `${who} ${kind === 'accepted' ? 'is' : 'measured'} ${comparedText(measured.ratio, base)}: ${ratioText(measured.ratio)} (${interval}${countText(measured.pairs, 'pair')}).`;
  const then = kind === 'accepted' ? `That is more than the ${asked} that were asked for, confirmed on ${buildsText(measured.builds ?? 1)}.` : `A gain of more than ${asked} was asked for${kind === 'rejected' && !futile ? ', and that nothing else gets worse' : ''}.`;
  return `**${word}.** ${numbers} ${then}`;
}

function rowsOf({ pairs, rule }: TrialData): MetricRow[] {
  return pairs.kind === 'there' && rule !== null ? metricRows(pairs.value, rule) : [];
}

function metricsTable(rows: readonly MetricRow[], { measured }: Verdict): string {
  if (rows.length === 0) return '';
  const several = rows.filter(({ primary }) => primary).length > 1;
  const lines = rows.map((row) => {
    const unit = row.unit === '' ? '' : ` ${inline(row.unit, 20)}`;
    const cells = [
      row.benchmark === null || row.benchmark === row.name ? inline(row.name, 60) : `${inline(row.benchmark, 60)}: ${inline(row.name, 60)}`,
      `${numberText(row.before)}${unit}`,
      `${numberText(row.after)}${unit}`,
      row.ratio === null ? 'none' : ratioText(row.ratio),
      row.ci95 === null || !isKnown(row.ci95) ? 'too few pairs' : `${ratioText(row.ci95[0])} to ${ratioText(row.ci95[1])}`,
      String(row.pairs),
      roleText(row, several),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const all = several && measured !== null && measured.pairs > 0
    ? [`| **all**, weighted mean | | | **${ratioText(measured.ratio)}** | ${isKnown(measured.ci95) ? `${ratioText(measured.ci95[0])} to ${ratioText(measured.ci95[1])}` : 'too few pairs'} | ${measured.pairs} | decides |`]
    : [];
  return ['| | before | after | ratio | 95% interval | pairs | |', '| --- | ---: | ---: | ---: | --- | ---: | --- |', ...lines, ...all].join('\n');
}

function roleText({ primary, guard }: MetricRow, several: boolean): string {
  const held = guard === null ? 'guard' : `guard, ${{ kept: 'kept', worse: 'worse than allowed', open: 'undecided' }[guard.state]}: ${percentText(guard.maxRegression)} worse is allowed`;
  if (!primary) return held;
  return several ? `counts in the mean${guard === null ? '' : `; ${held}`}` : 'decides';
}

/** Whatever reasons and facts there are, each with the end of its log folded away. */
function reasonList({ reasons, facts = [] }: Verdict): string {
  const all = [...reasons, ...facts];
  const lines = all.slice(0, mostLines).map(({ code: reason, text }) => `- ${inline(reason, 40)}: ${inline(firstLine(text), 1000)}`);
  const more = all.length > mostLines ? [`- and ${all.length - mostLines} more`] : [];
  const logs = reasons.filter(({ text }) => rest(text) !== '').slice(0, 3).map((reason) => details(`Log: ${inline(reason.code, 40)}`, fenced(rest(reason.text), 'text')));
  return [[...lines, ...more].join('\n'), ...logs].join('\n\n');
}

/** What a person has to look at in the change, and what was measured a second time. */
function flagList({ summary: { flags = [], again } }: TrialData): string {
  const lines = flags.slice(0, mostLines).map((flag) => `- flag ${inline(flag.code, 40)} at ${inline(flagPlace(flag), 160)}: ${inline(flag.why, 300)}${flag.text === '' ? '' : ` The line: ${inline(flag.text, 160)}`}`);
  const measured = again?.verdict.measured ?? null;
  const second = measured === null || measured.pairs === 0 ? [] : [`- measured again in a fresh clone: ${ratioText(measured.ratio)}${isKnown(measured.ci95) ? ` (95% interval ${ratioText(measured.ci95[0])} to ${ratioText(measured.ci95[1])})` : ''} over ${countText(measured.pairs, 'pair')}`];
  return [...second, ...lines, ...(flags.length > mostLines ? [`- and ${flags.length - mostLines} more flags`] : [])].join('\n');
}

/** Tests and comparisons that it was held to. */
function checkedList({ status }: ReportData, { summary }: TrialData): string {
  const { tests } = status;
  const counted = tests === undefined ? [] : [`- tests of the base: ${countText(tests.passed, 'test')} passed${tests.failed > 0 ? `, ${tests.failed} failed` : ''}${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''} (${inline(tests.source, 80)})`];
  return [...counted, ...(summary.checked ?? []).slice(0, mostLines).map(({ text }) => `- checked: ${inline(firstLine(text), 400)}`)].join('\n');
}

function warningList(warnings: readonly string[]): string {
  const lines = warnings.slice(0, mostLines).map((text) => `- Warning: ${inline(text, 600)}`);
  return [...lines, ...(warnings.length > mostLines ? [`- and ${warnings.length - mostLines} more warnings`] : [])].join('\n');
}

function costLine({ status, environment }: ReportData): string {
  const { plan, budget, samplesSpent } = status;
  const spread = plan === null ? '' : `, one sample spreads ${percentText(plan.spread)}; a true gain of ${percentText(plan.detectableGain)} is found 9 times in 10`;
  const within = budget.enforced === true ? ` of a budget of ${timeText(budget.maxWallMs / 1000)}` : '';
  const machine = environment.kind === 'there' ? ` On ${inline(environment.value.cpu.model, 80)}, ${environment.value.cpu.usable} cores, load ${environment.value.load[0]?.toFixed(1) ?? '?'} at the start.` : '';
  return `Cost: ${countText(samplesSpent, 'sample')} in ${durationText(tookMs(status))}${within}${spread}.${machine} Run ${code(status.run)}.`;
}

/** Without the host's name: it is pasted where others than its owners read. */
function environmentTable({ environment, status: { machines = [] } }: ReportData): string {
  const entries = [...machines.map((machine): [string, string] => ['Measured on', machineText(machine, { named: false })]), ...(environment.kind === 'there' ? environmentEntries(environment.value) : [])];
  if (entries.length === 0) return '';
  return ['| machine | |', '| --- | --- |', ...entries.map(([name, value]) => `| ${inline(name, 60)} | ${inline(value, 300)} |`)].join('\n');
}

function commands(data: ReportData): string {
  const lines = reproduceCommands(data, '.').map(({ what, command }) => `# ${what}\n${command}`);
  return details('See for yourself', fenced([...lines, `# Compute the verdict again from its samples, on the machine that has them\nperfloop verdict ${data.status.run}`].join('\n'), 'sh'));
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
const rest = (text: string): string => text.split('\n').slice(1).join('\n').trim();
