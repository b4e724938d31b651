import { html, Markup } from './markup.js';

/** The head of a page that needs no other file and no network. `scripts`: of its policy, which forbids all of them where it is null. */
export function documentHead({ title, style, scripts }: { title: string; style: string; scripts: string | null }): Markup {
  return html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';${scripts === null ? '' : ` script-src '${scripts}';`} style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>`;
}
