import { steeredText } from '../../core/run/steer-words.js';
import { comparedText, ratioText } from '../../core/verdict/words.js';
import { awaitsFinal, isOver, waitingQuestions, waitingTrials } from '../events.js';
import type { Finding } from '../../core/finding.js';
import type { FinalMeasurement, RunStatus, TrialSummary } from '../../core/status.js';
import { effortText, outcomeText as attemptOutcome } from '../../core/agent/words.js';
import { madeBy } from '../../core/knobs/words.js';
import { stepsText } from '../../core/pipeline/words.js';
import { explainedText } from '../../core/run/explained.js';
import { machineText } from '../../core/run/machine.js';
import { isAnythingLeft } from '../../core/rollback/left.js';
import { ablationWord, worthOf } from '../../core/run/worth.js';
import { countsText } from '../../core/tests/words.js';
import type { Style } from '../style.js';
import { costLines } from './cost.js';
import { againText, flagLines } from './flags.js';
import { printError } from './error.js';
import { adviceText, knobsText } from './knob-search.js';
import { clean, durationText, intervalText, percentText, plural, shortCommit, shortCommits } from './numbers.js';
import { placeOf } from './place.js';
import { questionText } from './questions.js';
import { rolledBackText } from './rollback.js';
import { stateFormat } from './state.js';
import { table } from './table.js';
import { modelsText } from './models.js';
import { measuredText, trialStateText, verdictText } from './verdict.js';

export interface ShownRun {
  status: RunStatus;
  /** Where its accepted candidates are. */
  branch: string;
  /** The hottest first; empty where they are not in this home. */
  found?: Finding[];
}

/** A run in full: what was found, each trial with its verdict and reasons, decisions, and what to do next. */
export function printShow({ status, branch, found = [] }: ShownRun, style: Style): string {
  const sections = [head(status, style), outcomeText(status, style), finalTable(status.final, style), worthTable(status, style), findings(found, style), trials(status, style), knobsText(status, style), agents(status, style), decisions(status, style), rolledBackText(status.run, status.rolledBack ?? [], style), ...waitingQuestions(status).map((question) => questionText(question, style)), modelsText(status, style), adviceText(status, style), status.warnings.map((text) => `${style('yellow', 'warning')}: ${clean(text)}`).join('\n'), nextText({ status, branch }, style)];
  return sections.filter((section) => section !== '').join('\n\n');
}

function head(status: RunStatus, style: Style): string {
  const { target, budget } = status;
  const took = (status.endedAt ?? status.startedAt + budget.wallMs) - status.startedAt;
  const lines = [
    `${style('bold', status.run)}  ${clean(target.name)}  ${style(stateFormat[status.state], status.state)}`,
    `  from     ${clean(target.origin)} at ${shortCommit(target.base)}`,
    `  started  ${new Date(status.startedAt).toISOString()}, ${isOver(status) ? 'took' : 'at'} ${durationText(took)}, ${plural(status.samplesSpent, 'sample')}`,
  ];
  const { machines = [] } = status;
  lines.push(...machines.map((machine, index) => `  ${index === 0 ? 'on     ' : '       '}  ${clean(machineText(machine, { named: true }))}`));
  if (status.kind === 'run') lines.push(`  loop     round ${status.round} of ${status.rounds}, ${plural(budget.trials, 'trial')} of ${budget.maxTrials}, ${plural(status.findings, 'finding')}`);
  if (status.tests !== undefined) lines.push(`  tests    ${countsText(status.tests)} at the base (${clean(status.tests.source)})`);
  if (status.steps !== undefined) lines.push(`  steps    ${stepsText(status.steps)}${isOver(status) || status.steps.running.length === 0 ? '' : `; running ${clean(status.steps.running.join(', '))}`}`);
  if (!isOver(status)) lines.push(`  now      ${status.phase}: ${clean(shortCommits(status.doing))}`);
  if (status.plan !== null) lines.push(...costLines(status.plan).map((text, index) => `  ${index === 0 ? 'cost   ' : '       '}  ${text}`));
  return lines.join('\n');
}

/** The gain, or the error. */
export function outcomeText(status: RunStatus, style: Style): string {
  const lines: string[] = [];
  if (status.speedup !== null && status.kind === 'run') {
    const { ratio, ci95, final } = status.speedup;
    lines.push(`${style(['bold', ratio > 1 ? 'green' : 'red'], comparedText(ratio, 'the base'))}: ${ratioText(ratio)} (${intervalText(ci95)}), ${final ? 'measured at the end, best against base' : 'the product of what was accepted'}`);
  } else if (isOver(status) && status.kind === 'run' && status.error === null) lines.push('nothing was accepted: the base stays the best');
  if (status.error !== null) lines.push(printError(status.error, style));
  return lines.join('\n');
}

function finalTable(final: FinalMeasurement | null, style: Style): string {
  if (final === null) return '';
  const number = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '?');
  return table(
    final.metrics,
    [
      { title: 'metric', cell: (metric) => `${metric.name}${metric.unit ? ` (${metric.unit})` : ''}` },
      { title: 'base', cell: (metric) => number(metric.base), align: 'right' },
      { title: 'best', cell: (metric) => number(metric.champion), align: 'right' },
      { title: 'base mean', cell: (metric) => number(metric.baseMean), align: 'right' },
      { title: 'best mean', cell: (metric) => number(metric.championMean), align: 'right' },
      { title: 'base worst 10%', cell: (metric) => number(metric.baseWorstDecile), align: 'right' },
      { title: 'best worst 10%', cell: (metric) => number(metric.championWorstDecile), align: 'right' },
    ],
    style,
  );
}

function worthTable(status: RunStatus, style: Style): string {
  const worth = worthOf(status);
  if (worth === null || status.ablations === undefined) return '';
  return table(
    worth.patches,
    [
      { title: 'part', cell: ({ trial }) => trial.id },
      { title: 'own gain', cell: ({ own }) => ratioText(own.ratio), align: 'right' },
      { title: 'result without it', cell: ({ ablation }) => (ablation?.measured && ablation.measured.pairs > 0 ? ratioText(ablation.measured.ratio) : ''), align: 'right' },
      { title: '', cell: ({ ablation }) => (ablation === null ? '' : ablationWord[ablation.state]) },
    ],
    style,
  );
}

/** As many as a screen takes beside the rest. */
const mostFindings = 10;

function findings(found: readonly Finding[], style: Style): string {
  if (found.length === 0) return '';
  const rows = found.slice(0, mostFindings);
  const list = table(
    rows,
    [
      { title: 'hot function', cell: (finding) => finding.function },
      { title: 'where', cell: (finding) => `${finding.file}:${finding.line}` },
      { title: 'self', cell: (finding) => percentText(finding.selfShare), align: 'right' },
      { title: 'total', cell: (finding) => percentText(finding.totalShare), align: 'right' },
    ],
    style,
  );
  return found.length > rows.length ? `${list}\n${style('dim', `and ${found.length - rows.length} more in the report`)}` : list;
}

function trials(status: RunStatus, style: Style): string {
  const several = (status.machines?.length ?? 0) > 1;
  return status.trials.map((trial) => trialText(trial, several, style)).join('\n');
}

/** `several`: samples of the run were taken on more than one device. */
function trialText(trial: TrialSummary, several: boolean, style: Style): string {
  const { candidate, verdict } = trial;
  const by = madeBy(candidate);
  const state = trial.state === 'decided' && verdict !== null ? verdictText(verdict, style) : `${style('cyan', trialStateText[trial.state])}${verdict === null ? '' : ` ${measuredText(verdict)}`}`;
  const explanation = explainedText(trial.explained);
  const explained = explanation === null ? '' : `\n  ${style('dim', clean(explanation))}`;
  const facts = (verdict?.facts ?? []).map(({ code, text }) => `\n  ${style('dim', `${code}: ${clean(text)}`)}`).join('');
  const checked = (trial.checked ?? []).map(({ text }) => `\n  ${style('dim', `checked: ${clean(text)}`)}`).join('');
  return `${style('bold', trial.id)}  ${clean(shortCommits(candidate.title))}\n  ${style('dim', [by, placeOf(candidate), `candidate ${candidate.id}`, several && trial.device !== undefined ? `on ${trial.device}` : ''].filter((part) => part !== '').map(clean).join(', '))}\n  ${state}${explained}${facts}${checked}${[...(trial.again === undefined ? [] : [`  ${againText(trial.again)}`]), ...flagLines(trial.flags ?? [], style, '  ')].map((line) => `\n${line}`).join('')}`;
}

/** What command-line agents tried, also where it came to nothing. */
function agents(status: RunStatus, style: Style): string {
  if (status.agents === undefined || status.agents.length === 0) return '';
  const rows = status.agents.map((attempt) => `  ${style('bold', attempt.id)}  ${attemptOutcome[attempt.outcome]}: ${clean(attempt.text.split('\n')[0] ?? '')}\n    ${style('dim', `${effortText(attempt)}${attempt.unsafe ? ', without confirmations and a sandbox of its own' : ''}`)}`);
  return [style('dim', 'agents'), ...rows].join('\n');
}

function decisions(status: RunStatus, style: Style): string {
  const { steered = [] } = status;
  if (status.decisions.length === 0 && steered.length === 0) return '';
  const rows = status.decisions.map((decision) => `  ${new Date(decision.at).toISOString()}  ${decision.trial} ${decision.approve ? 'approved' : 'rejected'} by ${clean(decision.who)}${decision.comment ? `: ${clean(decision.comment)}` : ''}`);
  const steers = steered.map((one) => `  ${new Date(one.at).toISOString()}  ${steeredText(one)} by ${clean(one.who)}${one.comment === '' ? '' : `: ${clean(one.comment)}`}`);
  return [style('dim', 'decisions'), ...rows, ...steers].join('\n');
}

/** The commands that make sense now. */
export function nextText({ status, branch }: ShownRun, style: Style): string {
  const commands: [string, string][] = [];
  for (const trial of waitingTrials(status)) commands.push([`perfloop approve ${status.run} ${trial.id}`, 'or reject it']);
  for (const { id } of waitingQuestions(status)) commands.push([`perfloop approve ${status.run} ${id}`, 'or reject; --comment says why']);
  if (awaitsFinal(status)) commands.push([`perfloop approve ${status.run} final`, 'or reject the branch']);
  if (!isOver(status)) commands.push([`perfloop attach ${status.run}`, 'follow it'], [`perfloop stop ${status.run}`, 'end it after the current trial']);
  if (status.steps?.states !== undefined) commands.push([`perfloop steps --run ${status.run} --graph`, 'the steps as a graph, with the state of each']);
  const back = status.rolledBack?.length ?? 0;
  if (isAnythingLeft(status)) commands.push([`perfloop apply ${status.run}`, `bring the branch ${branch} into your repository${back === 0 ? '' : ', up to the first patch that is rolled back'}`]);
  if (isOver(status) && status.trials.length > 0) commands.push([`perfloop report ${status.run} --open`, 'diffs, samples and intervals']);
  const width = Math.max(0, ...commands.map(([command]) => command.length));
  return commands.map(([command, what]) => `  ${command.padEnd(width)}  ${style('dim', what)}`).join('\n');
}
