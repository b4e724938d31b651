import { RE2JS } from 're2js';
import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';
import { filesIn, languageSchema, limitSchema, notesOn, withinSchema } from '../inputs.js';
import { linesOf } from '../outlines.js';
import { defineRepositoryTool } from '../tool.js';

/** More of a line than a person reads. In UTF-16 code units. */
const longestText = 300;

const input = z.object({
  pattern: z.string().min(1).max(500).describe('What lines have to contain: a regular expression in RE2 syntax.'),
  fixed: z.boolean().default(false).describe('The pattern is plain text.'),
  ignore_case: z.boolean().default(false).describe('In any letter case.'),
  within: withinSchema,
  language: languageSchema,
  limit: limitSchema,
});

/** Lines that match. RE2 takes time linear in the text, whatever the pattern. Throws PL_SCAN_PATTERN. */
export const search = defineRepositoryTool({
  name: 'scanner_search',
  aliases: ['search_code', 'grep'],
  summary: 'lines that match a regular expression, or contain a text',
  input,
  row: z.object({ file: z.string(), line: z.int(), column: z.int(), text: z.string() }),
  facts: z.object({ matches: z.int(), files: z.int(), searched: z.int() }),
  async run(tree, { pattern, fixed, ignore_case: ignoreCase, limit, ...asked }) {
    const at = finder(pattern, { fixed, ignoreCase });
    const rows: { file: string; line: number; column: number; text: string }[] = [];
    let [matches, files, searched] = [0, 0, 0];
    for (const { path } of filesIn(tree, asked)) {
      const text = tree.text(path);
      if (text === null) continue;
      searched += 1;
      if (!at.mayMatch(text)) continue;
      const before = matches;
      linesOf(text).forEach((line, index) => {
        const column = at.indexIn(line);
        if (column === -1) return;
        matches += 1;
        if (rows.length < limit) rows.push({ file: path, line: index + 1, column: column + 1, text: shown(line, column) });
      });
      if (matches > before) files += 1;
    }
    return { rows, more: matches - rows.length, facts: { matches, files, searched }, notes: notesOn(tree) };
  },
});

interface Finder {
  /** Quick: false only where no line matches. */
  mayMatch: (text: string) => boolean;
  /** Where the first match of the line begins, -1 without one. */
  indexIn: (line: string) => number;
}

function finder(pattern: string, { fixed, ignoreCase }: { fixed: boolean; ignoreCase: boolean }): Finder {
  const plain = fixed || !/[\\^$.|?*+()[\]{}]/.test(pattern);
  if (plain && !ignoreCase) return { mayMatch: (text) => text.includes(pattern), indexIn: (line) => line.indexOf(pattern) };
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(plain ? RE2JS.quote(pattern) : pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (cause) {
    throw new PerfloopError('PL_SCAN_PATTERN', `The pattern is no regular expression: ${cause instanceof Error ? cause.message : String(cause)}.`, { where: pattern, fix: 'Mend it, or search for it as plain text: --fixed', cause });
  }
  return {
    mayMatch: () => true,
    indexIn(line) {
      const matcher = compiled.matcher(line);
      return matcher.find() ? matcher.start() : -1;
    },
  };
}

/** The part of a long line with the match. */
function shown(line: string, column: number): string {
  if (line.length <= longestText) return line;
  const start = Math.max(0, Math.min(column - 60, line.length - longestText));
  return `${start > 0 ? '…' : ''}${line.slice(start, start + longestText)}${start + longestText < line.length ? '…' : ''}`;
}
