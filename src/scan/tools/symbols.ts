import { z } from 'zod';
import { firstRows } from '../../profile/tools/tool.js';
import { bySchema, filesIn, languageSchema, limitSchema, notesOn, withinSchema } from '../inputs.js';
import { fullName } from '../outline/outline.js';
import { outlineIn } from '../outlines.js';
import { defineRepositoryTool } from '../tool.js';

const kinds = ['function', 'method', 'class', 'struct', 'enum', 'interface', 'trait', 'type', 'macro', 'namespace'] as const;

const row = z.object({
  symbol: z.string(),
  kind: z.enum(kinds),
  file: z.string(),
  line: z.int(),
  endLine: z.int(),
  language: z.string(),
  by: bySchema,
});

export const symbols = defineRepositoryTool({
  name: 'scanner_symbols',
  aliases: ['symbols', 'find_symbol'],
  summary: 'functions, methods, classes and types, and where they are defined',
  input: z.object({
    name: z.string().min(1).max(300).nullable().default(null).describe('What their names have to contain, in any letter case; with its container: `Trainer.st`.'),
    kind: z.enum(kinds).nullable().default(null).describe('Only these.'),
    within: withinSchema,
    language: languageSchema,
    limit: limitSchema,
  }),
  row,
  facts: z.object({ symbols: z.int(), files: z.int(), byText: z.int() }),
  async run(tree, { name, kind, limit, ...asked }) {
    const wanted = name?.replaceAll('::', '.').toLowerCase() ?? '';
    const word = wanted.split('.').at(-1) ?? '';
    const rows: z.infer<typeof row>[] = [];
    const files = filesIn(tree, asked).filter(({ language }) => language !== null);
    for (const { path } of files) {
      if (word !== '' && tree.text(path)?.toLowerCase().includes(word) !== true) continue;
      const outline = outlineIn(tree, path);
      for (const symbol of outline?.symbols ?? []) {
        if ((kind !== null && symbol.kind !== kind) || !fullName(symbol).toLowerCase().includes(wanted)) continue;
        rows.push({ symbol: fullName(symbol), kind: symbol.kind, file: path, line: symbol.line, endLine: symbol.endLine, language: outline?.language ?? '', by: outline?.by ?? 'text' });
      }
    }
    if (files.length === 0) return { abstained: 'there are no source files of a language that the scanner knows: Python, JavaScript, TypeScript, C++, Rust, Go' };
    // The names that are the nearest to what was asked come first.
    if (name !== null) rows.sort((a, b) => a.symbol.length - b.symbol.length || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
    return { ...firstRows(rows, limit), facts: { symbols: rows.length, files: new Set(rows.map(({ file }) => file)).size, byText: rows.filter(({ by }) => by === 'text').length }, notes: notesOn(tree) };
  },
});
