import { visible } from './html/markup.js';
import { clip } from './words.js';

/**
 * A stranger's text on one line, without any markup of its own. A reference such as `@team` or `#12` gets a character of
 * no width, so that a pasted report calls nobody.
 */
export function inline(text: string, most: number): string {
  return visible(clip(text, most))
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[@#](?=\w)/g, (character) => `${character}&#8203;`)
    .replaceAll(/[\\`*_{}[\]|~$!]/g, (character) => `\\${character}`)
    .replaceAll(/\bGH-(?=\d)/gi, (found) => `${found.slice(0, 2)}&#8203;-`)
    .replaceAll(/:\/\//g, ':&#8203;//')
    .replaceAll(/\bwww\./gi, (found) => `${found.slice(0, 3)}&#8203;.`)
    // At the start of a line or an item: a list, a heading, a rule.
    .replace(/^(?=[-+=#])/, '\\')
    .replace(/^(\d+)(?=[.)])/, '$1\\');
}

/** A code span outside of tables: in their cells a pipe ends the cell even there. */
export function code(text: string): string {
  const line = visible(text).replaceAll(/\s+/g, ' ');
  const fence = '`'.repeat(longestRun(line) + 1);
  if (line.trim() === '') return '` `';
  return fence.length === 1 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

/** A block of code: its fence is longer than any in the text. */
export function fenced(text: string, language: string, most = 4000): string {
  const shown = visible(clip(text, most)).trimEnd();
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}${language}\n${shown}\n${fence}`;
}

/** A part that is folded away. `summary` is ours. */
export function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
}
