import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** As a code forge shows it. HTML passes, as it does there before it is sanitized. */
export function rendered(markdown: string): string {
  return micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
}

/** The tags of a page in order, without what is in them: two texts of one shape have the same. */
export function skeleton(html: string): string[] {
  return html.match(/<!--|<\/?[a-z][^>]*>/gi) ?? [];
}

/** What a reader sees. */
export function textOf(html: string): string {
  return html.replaceAll(/<!--.*?-->/gs, '').replaceAll(/<[^>]+>/g, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('\u200b', '');
}
