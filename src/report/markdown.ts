import { effortText, outcomeText } from '../core/agent/words.js';
import { adviceElsewhere, adviceMeasured, adviceNote, adviceSetting } from '../core/knobs/words.js';
import { explainedText } from '../core/run/explained.js';
import { machineText } from '../core/run/machine.js';
import { steeredText } from '../core/run/steer-words.js';
import { ablationWord, notAdditive, worthOf } from '../core/run/worth.js';
import { flagPlace } from '../core/flag.js';
import { percentText } from '../core/verdict/words.js';
import { instantText } from '../core/instant-text.js';
import type { ReportData, TrialData } from './data.js';
import { falseAcceptances, headlineOf, isOver, placeOf, standing, tookMs } from './facts.js';
import { judgeComment } from './judge-comment.js';
import { code, details, fenced, inline } from './markdown-text.js';
import { profileChange } from './profile-change.js';
import { reproduceCommands } from './reproduce.js';
import { changeText, clip, countText, durationText, numberText, shortCommit, shortIntervalText } from './words.js';

/** More rows would not fit into a comment. */
const mostRows = 60;

/** A summary that can be pasted as a comment on a pull request: the gain, before and after, each trial with its verdict. */
export function reportMarkdown(data: ReportData): string {
  if (data.status.kind === 'judge') return judgeComment(data);
  const { status, trials } = data;
  const { text, detail } = headlineOf(status);
  const { confirmed, expected } = falseAcceptances(data);
  const asked = status.plan === null ? '' : ` A gain above ${percentText(Math.expm1(status.plan.delta))} was asked for; one sample spreads ${percentText(status.plan.spread)}.`;
  const sections = [
    `### perfloop: ${inline(status.target.name, 80)}: ${text}`,
    inline(detail, 1000),
    `Base ${code(shortCommit(status.target.base))}, champion ${status.champion === status.target.base ? 'the base' : code(shortCommit(status.champion))}, run ${code(status.run)}${isOver(status) ? '' : ` (${status.state}, so far)`}. ${countText(status.samplesSpent, 'sample')} in ${durationText(tookMs(status))}.${asked} At most ${expected} false acceptances are to be expected (${countText(confirmed, 'confirmation')}).`,
    status.error === null ? '' : `**${status.error.code}**: ${inline(status.error.message, 1000)}`,
    machineList(data),
    metrics(data),
    worthTable(data),
    trialTable(data),
    profileList(data),
    adviceList(data),
    agentTable(data),
    flagList(trials),
    status.warnings.length === 0 ? '' : status.warnings.slice(0, 10).map((warning) => `- Warning: ${inline(warning, 400)}`).join('\n'),
    steeredList(data),
    rolledBackList(data),
    commands(data),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** More are in the other reports. */
const mostMachines = 10;

/** Without the names of hosts: it is pasted where others than their owners read. */
function machineList({ status: { machines = [] } }: ReportData): string {
  const left = machines.length - mostMachines;
  return [...machines.slice(0, mostMachines).map((machine) => `Measured on ${inline(machineText(machine, { named: false }), 300)}.`), ...(left > 0 ? [`And on ${left} more.`] : [])].join('\n');
}

/** More are in the other reports. */
const mostSteered = 20;

/** Who steered the run, when and why: a pause explains its time, another budget its end. */
function steeredList({ status: { steered = [] } }: ReportData): string {
  const left = steered.length - mostSteered;
  return [...steered.slice(0, mostSteered).map((one) => `- The run was ${steeredText(one)} by ${inline(one.who, 200)} at ${instantText(one.at)}${one.comment === '' ? '' : `: ${inline(one.comment, 400)}`}`), ...(left > 0 ? [`- and ${left} more`] : [])].join('\n');
}

function rolledBackList({ status: { rolledBack = [] } }: ReportData): string {
  return rolledBack.map(({ trial, who, why, at }) => `- Rolled back: ${trial}, by ${inline(who, 200)} at ${instantText(at)}${why === '' ? '' : `: ${inline(why, 400)}`}`).join('\n');
}

function metrics({ status: { final } }: ReportData): string {
  if (final === null) return '';
  const rows = final.metrics.map((metric) => `| ${inline(metric.name, 60)}${metric.unit === '' ? '' : ` (${inline(metric.unit, 20)})`} | ${numberText(metric.base)} | ${numberText(metric.champion)} | ${changeText(metric.champion / metric.base)} | ${changeText(metric.championMean / metric.baseMean)} | ${changeText(metric.championWorstDecile / metric.baseWorstDecile)} |`);
  return ['| metric | base | champion | median | mean | worst 10% |', '| --- | ---: | ---: | ---: | ---: | ---: |', ...rows].join('\n');
}

function worthTable({ status }: ReportData): string {
  const worth = worthOf(status);
  if (worth === null) return '';
  const rows = worth.patches.map(({ trial, own, ablation }) => {
    const without = ablation?.measured && ablation.measured.pairs > 0 ? `${changeText(ablation.measured.ratio)} (${shortIntervalText(ablation.measured.ci95)})` : 'not measured';
    return `| ${trial.id} | ${inline(trial.candidate.title, 120)} | ${changeText(own.ratio)} (${shortIntervalText(own.ci95)}) | ${without} | ${ablation === null ? 'kept' : ablationWord[ablation.state]} |`;
  });
  const whole = worth.whole === null ? '' : `; measured as a whole it is ${worth.whole.toFixed(3)}x`;
  return `${['| trial | change | own gain | the result without it | so it is |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')}\n\nOwn gains of what was kept multiply to ${worth.product.toFixed(3)}x${whole}. ${notAdditive}`;
}

function trialTable({ trials, status }: ReportData): string {
  if (trials.length === 0) return '';
  const rows = trials.slice(0, mostRows).map(({ summary }) => {
    const { candidate, verdict, explained } = summary;
    const measured = verdict?.measured && verdict.measured.pairs > 0 ? verdict.measured : null;
    const place = placeOf(summary);
    const gain = measured === null ? 'not measured' : `${changeText(measured.ratio)} (${shortIntervalText(measured.ci95)})`;
    const second = summary.again?.verdict.measured ?? null;
    const again = second === null ? '' : `; again in a fresh clone ${changeText(second.ratio)} (${shortIntervalText(second.ci95)})`;
    const reasons = (verdict?.reasons ?? []).map((reason) => inline(reason.text.split('\n')[0] ?? '', 240));
    const explanation = explainedText(explained);
    const why = [...reasons, ...(explanation === null ? [] : [inline(explanation, 600)])].join('; ');
    return `| ${summary.id} | ${inline(candidate.title, 120)}${place === null ? '' : `<br>${inline(place, 120)}`} | ${standing(summary, status).text} | ${gain}${again} | ${why} |`;
  });
  const more = trials.length > mostRows ? `\n\nand ${trials.length - mostRows} more trials` : '';
  return `${['| trial | change | verdict | gain (95% interval) | why |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')}${more}`;
}

/** Settings that a person may set where the program is run. */
function adviceList({ status: { knobs } }: ReportData): string {
  const advice = knobs?.advice ?? [];
  if (advice.length === 0) return '';
  return [`Advice. ${adviceNote}`, '', ...advice.map((one) => `- ${inline(one.title, 120)}: set ${code(clip(adviceSetting(one), 400))}${adviceElsewhere(one).map((text) => `, or in ${inline(text, 400)}`).join('')}: ${adviceMeasured(one)}.${one.doubt === '' ? '' : ` Look first: ${inline(one.doubt, 300)}`}`)].join('\n');
}

/** What command-line agents tried, also where it came to nothing. */
function agentTable({ status: { agents = [] } }: ReportData): string {
  if (agents.length === 0) return '';
  const rows = agents.slice(0, mostRows).map((attempt) => `| ${attempt.id} | ${outcomeText[attempt.outcome]}: ${inline(attempt.text.split('\n')[0] ?? '', 240)} | ${effortText(attempt)} | ${attempt.unsafe ? '**without confirmations and a sandbox of its own**' : 'with its own safety'} |`);
  return ['| agent | came to | used | worked |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Where the time of each accepted trial came from. */
function profileList(data: ReportData): string {
  const lines = data.trials.flatMap((trial) => {
    const change = profileChange(trial, data);
    return change === null ? [] : [`- ${trial.summary.id}: ${inline(change.text, 600)}`];
  });
  return lines.length === 0 ? '' : ['Profiles before and after:', '', ...lines.slice(0, mostRows)].join('\n');
}

/** More is no longer read in a comment. */
const mostFlags = 20;

function flagList(trials: readonly TrialData[]): string {
  const all = trials.flatMap(({ summary }) => (summary.flags ?? []).map((flag) => ({ id: summary.id, flag })));
  const found = [false, true].flatMap((idle) => all.filter(({ flag }) => (flag.executed === false) === idle)).map(({ id, flag }) => `- ${id}: ${flag.code} at ${code(clip(flagPlace(flag), 160))}: ${inline(flag.why, 300)}${flag.text === '' ? '' : ` ${code(clip(flag.text, 160))}`}`);
  if (found.length === 0) return '';
  return [`For a person to look at:`, '', ...found.slice(0, mostFlags), ...(found.length > mostFlags ? [`- and ${found.length - mostFlags} more`] : [])].join('\n');
}

function commands(data: ReportData): string {
  const lines = reproduceCommands(data).map(({ what, command }) => `# ${what}\n${command}`);
  if (lines.length === 0) return '';
  return details('See for yourself', fenced(lines.join('\n'), 'sh', Infinity));
}
