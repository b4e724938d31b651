import type { RunStatus, TrialSummary } from '../../core/status.js';
import { standing } from '../facts.js';
import { html, type Markup } from './markup.js';

/** Where a trial stands: a word with a colour of its own. */
export function chip(summary: TrialSummary, status: Pick<RunStatus, 'rolledBack'>): Markup {
  const { text, tone } = standing(summary, status);
  return html`<span class="chip ${tone}">${text}</span>`;
}
