import { percentText } from '../../core/verdict/words.js';
import { machineText } from '../../core/run/machine.js';
import { stepsText } from '../../core/pipeline/words.js';
import type { ReportData } from '../data.js';
import { falseAcceptances, headlineOf, isOver, tookMs, wasAccepted } from '../facts.js';
import { instantText } from '../../core/instant-text.js';
import { clip, countText, durationText, shortCommit } from '../words.js';
import { html, type Markup } from './markup.js';

/** The headline with its interval, the commits, and the numbers that it rests on. */
export function head(data: ReportData): Markup {
  const { status } = data;
  const { text, tone, detail } = headlineOf(status);
  const { target, champion } = status;
  return html`<header>
<p class="eyebrow">perfloop ${status.kind === 'judge' ? 'judgement' : 'run'} <code>${status.run}</code><span class="state">${stateText(data)}</span></p>
<h1>${clip(target.name, 200)}</h1>
<p class="headline ${tone}">${text}</p>
<p class="detail">${detail}</p>
<dl class="refs"><div><dt>base</dt><dd><code title="${target.base}">${shortCommit(target.base)}</code></dd></div>${secondSide(data)}<div class="wide"><dt>from</dt><dd>${clip(target.origin, 300)}</dd></div><div><dt>started</dt><dd>${instantText(status.startedAt)}</dd></div>${machines(data)}</dl>
${figures(data)}
</header>
${alerts(data)}`;

  function secondSide({ status: { kind, trials } }: ReportData): Markup {
    const [trial] = trials;
    if (kind === 'judge' && trial) return html`<div><dt>candidate</dt><dd>${clip(trial.candidate.title, 120)} <code>${shortCommit(trial.commit ?? trial.candidate.id)}</code></dd></div>`;
    return html`<div><dt>champion</dt><dd>${champion === target.base ? 'the base' : html`<code title="${champion}">${shortCommit(champion)}</code>`}</dd></div>`;
  }
}

const mostMachines = 10;

function machines({ status: { machines: all = [] } }: ReportData): Markup | null {
  if (all.length === 0) return null;
  return html`${all.slice(0, mostMachines).map((machine) => html`<div class="wide"><dt>measured on</dt><dd>${clip(machineText(machine, { named: true }), 300)}</dd></div>`)}${all.length > mostMachines ? html`<div class="wide"><dt>and</dt><dd>${all.length - mostMachines} more, in report.json</dd></div>` : null}`;
}

function stateText({ status }: ReportData): string {
  if (!isOver(status)) return `${status.state}, so far: ${status.phase}, ${status.doing}`;
  return status.state;
}

function figures(data: ReportData): Markup {
  const { status, trials } = data;
  const { plan } = status;
  const { confirmed, expected } = falseAcceptances(data);
  const accepted = trials.filter(({ summary }) => wasAccepted(summary)).length;
  const entries: [string, string, string][] = [
    status.kind === 'judge' ? ['pairs', String(trials[0]?.summary.verdict?.measured?.pairs ?? 0), 'the verdict rests on'] : ['trials', String(trials.length), `${accepted} accepted, round ${status.round} of ${status.rounds}`],
    ...(status.steps === undefined ? [] : [['steps', `${status.steps.done} of ${status.steps.steps}`, stepsText(status.steps)] as [string, string, string]]),
    ['asked for', plan === null ? '–' : `> ${percentText(Math.expm1(plan.delta))}`, 'gain, fixed before the first sample'],
    ['noise', plan === null ? '–' : `± ${percentText(plan.spread)}`, 'spread of one sample'],
    ['samples', status.samplesSpent.toLocaleString('en-US'), plan === null ? 'benchmark executions' : `of ${durationText(plan.secondsPerSample * 1000)} each`],
    ['time', durationText(tookMs(status)), isOver(status) ? 'from start to end' : 'so far'],
    ['false acceptances', `≤ ${expected}`, `expected number, of ${countText(confirmed, 'confirmation')}`],
  ];
  return html`<dl class="figures">${entries.map(([name, value, note]) => html`<div><dt>${name}</dt><dd>${value}<span class="note">${note}</span></dd></div>`)}</dl>`;
}

function alerts({ status: { error, warnings } }: ReportData): Markup {
  const failed = error === null ? null : html`<section class="alert bad" aria-label="Error"><p><strong>${error.code}</strong> ${clip(error.message, 4000)}</p>${error.where ? html`<p>Where: ${clip(error.where, 1000)}</p>` : null}${error.fix ? html`<p>What to do: ${clip(error.fix, 1000)}</p>` : null}</section>`;
  const most = 20;
  const warned = warnings.length === 0 ? null : html`<section class="alert" aria-label="Warnings"><details${warnings.length <= 4 ? html` open` : null}><summary>${countText(warnings.length, 'warning')}</summary><ul>${warnings.slice(0, most).map((text) => html`<li>${clip(text, 1000)}</li>`)}</ul>${warnings.length > most ? html`<p class="note">and ${warnings.length - most} more</p>` : null}</details></section>`;
  return html`${failed}${warned}`;
}
