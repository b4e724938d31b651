import type { Drawn } from '../../core/pipeline/drawing/drawn.js';
import type { ListedStep } from '../../core/pipeline/listed.js';
import { stepsText } from '../../core/pipeline/words.js';
import type { ReportData } from '../data.js';
import { graphSvg } from '../graph/svg.js';
import { clip, countText } from '../words.js';
import { html, type Markup } from './markup.js';
import { missing } from './missing.js';

const mostRows = 1000;
/** Of a picture that a browser shows at once. */
const mostBoxes = 1500;

/** The graph of the steps of a round, with what the run made of each; null for a chain of phases. */
export function stepsSection({ steps, status }: Pick<ReportData, 'steps' | 'status'>): Markup | null {
  if (steps.kind === 'none') return null;
  const heading = html`<h2 id="steps">Steps</h2>`;
  if (steps.kind === 'missing') return html`<section aria-labelledby="steps">${heading}${missing('The graph of steps', steps.why)}</section>`;
  const { drawn, listed } = steps.value;
  const text = `${status.steps === undefined ? countText(listed.length, 'step') : stepsText(status.steps)}. ${failedText(listed)}Each is in the list below.`;
  return html`<section aria-labelledby="steps">${heading}
${status.rounds > 1 ? html`<p class="note">As in round ${status.round} of ${status.rounds}.</p>` : null}
${boxesOf(drawn) > mostBoxes ? html`<p class="note">${text} They are too many for a picture; <code>perfloop steps --run ${status.run} --graph</code> draws them.</p>` : html`<div class="graph" tabindex="0" role="group" aria-label="Graph of steps">${graphSvg(drawn, 'graph', { title: 'Graph of the steps of a round', text })}</div>`}
<details class="all-steps"><summary>${countText(listed.length, 'step')} as a list</summary><div class="scroll" tabindex="0" role="group" aria-label="Steps as a list"><table><thead><tr><th scope="col" class="n">#</th><th scope="col">name</th><th scope="col">type</th><th scope="col">state</th><th scope="col" class="n">executions</th><th scope="col">after</th><th scope="col">when</th></tr></thead><tbody>
${listed.slice(0, mostRows).map(rowOf)}</tbody></table>${listed.length > mostRows ? html`<p class="note">and ${listed.length - mostRows} more</p>` : null}</div></details></section>`;
}

function rowOf({ index, name, type, within, state, executions, needs, when }: ListedStep): Markup {
  return html`<tr><td class="n">${index}</td><th scope="row">${name}${within === null ? null : html` <span class="note">in ${within}</span>`}</th><td>${type}</td><td>${state ?? ''}</td><td class="n">${executions ?? ''}</td><td>${clip(needs.join(', '), 300)}</td><td>${when === null ? null : html`<code>${clip(when, 300)}</code>`}</td></tr>`;
}

function failedText(listed: readonly ListedStep[]): string {
  const failed = listed.filter(({ state }) => state === 'failed').map(({ name }) => name);
  return failed.length === 0 ? '' : `Failed: ${clip(failed.join(', '), 300)}. `;
}

function boxesOf(steps: readonly Drawn[]): number {
  return steps.reduce((sum, step) => sum + 1 + (step.kind === 'many' ? 0 : boxesOf(step.members)), 0);
}
