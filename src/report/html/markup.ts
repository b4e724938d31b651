/** Text that is HTML already. Everything else that goes into a page is escaped on its way. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Part = Markup | string | number | null | readonly Part[];

/** A template whose values are escaped, unless they are `Markup`; null is nothing, a list is joined. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(strings.reduce((text, string, index) => text + render(parts[index - 1] ?? null) + string));
}

function render(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.text;
  return typeof part === 'object' ? part.map(render).join('') : escapeHtml(String(part));
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text and for quoted attributes. */
export function escapeHtml(text: string): string {
  return visible(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

/**
 * Control characters, marks that turn the direction of text, and characters without width, shown by their number: a diff
 * must look like what a compiler reads ("Trojan Source", CVE-2021-42574). Halves of surrogate pairs become U+FFFD.
 */
export function visible(text: string): string {
  // oxlint-disable-next-line no-control-regex
  const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(hidden, (character) => `‹U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}›`)
    .replaceAll(/\p{Cs}/gu, '\ufffd');
}
