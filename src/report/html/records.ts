import { effortText, outcomeText } from '../../core/agent/words.js';
import { steeredText } from '../../core/run/steer-words.js';
import { openQuestions } from '../../core/run/questions.js';
import type { ReportData } from '../data.js';
import { environmentEntries } from '../environment.js';
import { reproduceCommands } from '../reproduce.js';
import { instantText } from '../../core/instant-text.js';
import { clip } from '../words.js';
import { html, type Markup } from './markup.js';
import { missing } from './missing.js';

const mostDecisions = 500;
const mostAgents = 500;

/** What people decided: who, when, why. */
export function decisionsSection({ status: { decisions, trials, questions = [], steered = [], rolledBack = [] } }: ReportData): Markup | null {
  const waiting = trials.filter(({ state }) => state === 'awaiting-approval');
  const asked = openQuestions({ questions, decisions });
  if (decisions.length === 0 && waiting.length === 0 && asked.length === 0 && steered.length === 0 && rolledBack.length === 0) return null;
  const known = new Set(trials.map(({ id }) => id));
  // What is no trial was asked by a step.
  const name = (trial: string) => (trial === 'final' ? 'the branch' : known.has(trial) ? html`<a href="#t-${trial}">${trial}</a>` : html`step ${trial}`);
  return html`<section aria-labelledby="decisions"><h2 id="decisions">Decisions</h2><ol class="decisions">
${decisions.slice(0, mostDecisions).map((decision) => html`<li><time>${instantText(decision.at)}</time><span>${name(decision.trial)} <strong class="${decision.approve ? 'good' : 'bad'}">${decision.approve ? 'approved' : 'rejected'}</strong> by ${clip(decision.who, 200)}${decision.comment === '' ? null : html`: <q>${clip(decision.comment, 2000)}</q>`}</span></li>`)}
${steered.map((one) => html`<li><time>${instantText(one.at)}</time><span>the run was ${steeredText(one)} by ${clip(one.who, 200)}${one.comment === '' ? null : html`: <q>${clip(one.comment, 2000)}</q>`}</span></li>`)}
${rolledBack.map(({ trial, who, why, at }) => html`<li><time>${instantText(at)}</time><span>${name(trial)} <strong class="bad">rolled back</strong> by ${clip(who, 200)}${why === '' ? null : html`: <q>${clip(why, 2000)}</q>`}</span></li>`)}
${waiting.map(({ id }) => html`<li><span></span><span>${name(id)} waits for a decision</span></li>`)}
${asked.map(({ id, text }) => html`<li><span></span><span>${name(id)} waits for a decision: ${clip(text, 2000)}</span></li>`)}</ol></section>`;
}

/** What command-line agents tried, also where it came to nothing. */
export function agentsSection({ status: { agents = [] } }: ReportData): Markup | null {
  if (agents.length === 0) return null;
  const rows = agents.slice(0, mostAgents).map((attempt) => html`<tr><th scope="row">${attempt.id}</th><td>${outcomeText[attempt.outcome]}: ${clip(attempt.text.split('\n')[0] ?? '', 500)}</td><td>${effortText(attempt)}</td><td>${attempt.unsafe ? html`<strong class="bad">without confirmations and a sandbox of its own</strong>` : 'with its own safety'}</td></tr>`);
  return html`<section aria-labelledby="agents"><h2 id="agents">Agents</h2><div class="scroll" tabindex="0" role="group" aria-label="Agents"><table class="profile"><thead><tr><th scope="col">attempt</th><th scope="col">came to</th><th scope="col">used</th><th scope="col">worked</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

export function environmentSection({ environment }: ReportData): Markup | null {
  if (environment.kind === 'none') return null;
  if (environment.kind === 'missing') return html`<section aria-labelledby="environment"><h2 id="environment">Environment</h2>${missing('The environment', environment.why)}</section>`;
  return html`<section aria-labelledby="environment"><h2 id="environment">Environment</h2><dl class="facts">${environmentEntries(environment.value).map(([name, value]) => html`<div><dt>${name}</dt><dd>${clip(value, 500)}</dd></div>`)}</dl></section>`;
}

export function reproduceSection(data: ReportData): Markup | null {
  const commands = reproduceCommands(data);
  if (commands.length === 0) return null;
  return html`<section aria-labelledby="reproduce"><h2 id="reproduce">See for yourself</h2>${commands.map(({ what, command }) => html`<p class="note">${what}</p><pre tabindex="0">${command}</pre>`)}</section>`;
}
