import type { Loaded } from '../data.js';
import { parseDiff, type DiffLine } from '../diff.js';
import { clip } from '../words.js';
import { html, type Markup } from './markup.js';
import { missing } from './missing.js';

/** Bounds of what a page shows of one diff: a hundred trials must not make a page that no browser opens. */
const mostCharacters = 32_000;
const mostLines = 600;
const mostLineLength = 600;
/** A diff up to this many lines is open at once where the trial was accepted. */
const shortDiff = 40;

/** A trial's diff, folded; everything in it is a stranger's text. */
export function diffSection(diff: Loaded<string>, open: boolean): Markup | null {
  if (diff.kind === 'none') return null;
  if (diff.kind === 'missing') return missing('The diff', diff.why);
  const { lines, added, removed, files } = parseDiff(diff.value);
  const shown = withinBounds(lines);
  const cut = lines.length - shown.length;
  return html`<details class="diff"${open && lines.length <= shortDiff ? html` open` : null}><summary>Diff <span class="added">+${added}</span> <span class="removed">−${removed}</span>${files > 1 ? html` in ${files} files` : null}</summary>
<pre tabindex="0">${shown.map(lineOf)}</pre>${cut > 0 ? html`<p class="note">${cut.toLocaleString('en-US')} more lines are not shown here; the whole diff is on the branch or in the artifact store.</p>` : null}</details>`;
}

function withinBounds(lines: readonly DiffLine[]): DiffLine[] {
  const shown: DiffLine[] = [];
  let characters = 0;
  for (const line of lines) {
    characters += Math.min(line.text.length, mostLineLength);
    if (shown.length >= mostLines || characters > mostCharacters) break;
    shown.push(line);
  }
  return shown;
}

const signs: Record<DiffLine['kind'], string> = { added: '+', removed: '−', context: ' ', file: '', meta: '', hunk: '' };

/** Numbers and signs are drawn by the style sheet, so that what is copied is code. */
function lineOf(line: DiffLine): Markup {
  const numbers = line.kind === 'added' || line.kind === 'removed' || line.kind === 'context' ? html` data-o="${line.old ?? ''}" data-n="${line.new ?? ''}" data-s="${signs[line.kind]}"` : null;
  return html`<span class="${line.kind}"${numbers}>${clip(line.text, mostLineLength)}\n</span>`;
}
