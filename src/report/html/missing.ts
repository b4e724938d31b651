import { html, type Markup } from './markup.js';

/** Stands where an artifact would, when it cannot be read. */
export function missing(what: string, why: string): Markup {
  return html`<p class="missing"><strong>${what} cannot be shown:</strong> ${why}.</p>`;
}
