import type { ReportData } from '../data.js';
import { reproduceCommands } from '../reproduce.js';
import { bytesText, clip, timeText } from '../words.js';
import { html, type Markup } from './markup.js';
import { missing } from './missing.js';

const mostDecisions = 500;

/** What people decided: who, when, why. */
export function decisionsSection({ status: { decisions, trials } }: ReportData): Markup | null {
  const waiting = trials.filter(({ state }) => state === 'awaiting-approval');
  if (decisions.length === 0 && waiting.length === 0) return null;
  const name = (trial: string) => (trial === 'final' ? 'the branch' : html`<a href="#t-${trial}">${trial}</a>`);
  return html`<section aria-labelledby="decisions"><h2 id="decisions">Decisions</h2><ol class="decisions">
${decisions.slice(0, mostDecisions).map((decision) => html`<li><time>${timeText(decision.at)}</time><span>${name(decision.trial)} <strong class="${decision.approve ? 'good' : 'bad'}">${decision.approve ? 'approved' : 'rejected'}</strong> by ${clip(decision.who, 200)}${decision.comment === '' ? null : html`: <q>${clip(decision.comment, 2000)}</q>`}</span></li>`)}
${waiting.map(({ id }) => html`<li><span></span><span>${name(id)} waits for a decision</span></li>`)}</ol></section>`;
}

export function environmentSection({ environment }: ReportData): Markup | null {
  if (environment.kind === 'none') return null;
  if (environment.kind === 'missing') return html`<section aria-labelledby="environment"><h2 id="environment">Environment</h2>${missing('The environment', environment.why)}</section>`;
  const { cpu, memoryBytes, container, os, load, versions, gpus, host } = environment.value;
  const limits = [container.cpus === null ? null : `${container.cpus} CPUs`, container.memoryBytes === null ? null : bytesText(container.memoryBytes)].filter((part) => part !== null);
  const entries: [string, string][] = [
    ['CPU', `${cpu.model}, ${cpu.cores} cores${cpu.usable === cpu.cores ? '' : `, ${cpu.usable} usable`}`],
    ['Frequency', [cpu.governor === null ? 'governor unknown' : `governor ${cpu.governor}`, cpu.turbo === null ? 'turbo unknown' : cpu.turbo ? 'turbo on' : 'turbo off'].join(', ')],
    ['Memory', bytesText(memoryBytes)],
    ...limits.length === 0 ? [] : [['Container', `limited to ${limits.join(', ')}`] satisfies [string, string]],
    ['System', `${os.platform} ${os.arch}, kernel ${os.kernel}`],
    ['Load at the start', load.map((value) => value.toFixed(2)).join(', ')],
    ...gpus.map((gpu): [string, string] => ['GPU', `${gpu.name}, ${gpu.memory}, driver ${gpu.driver}`]),
    ...Object.entries(versions).map(([name, version]): [string, string] => [name, version]),
    ['Host', `${host} (hash of its name)`],
  ];
  return html`<section aria-labelledby="environment"><h2 id="environment">Environment</h2><dl class="facts">${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${clip(value, 500)}</dd></div>`)}</dl></section>`;
}

export function reproduceSection(data: ReportData): Markup | null {
  const commands = reproduceCommands(data);
  if (commands.length === 0) return null;
  return html`<section aria-labelledby="reproduce"><h2 id="reproduce">See for yourself</h2>${commands.map(({ what, command }) => html`<p class="note">${what}</p><pre tabindex="0">${command}</pre>`)}</section>`;
}
