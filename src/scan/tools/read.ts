import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';
import { linesOf } from '../outlines.js';
import { defineRepositoryTool } from '../tool.js';

/** A longer line is minified code, or data. In UTF-16 code units. */
const longestLine = 2000;

export const read = defineRepositoryTool({
  name: 'scanner_read',
  aliases: ['read_file'],
  summary: 'lines of a file',
  input: z.object({
    file: z.string().min(1).max(4096).describe('Its path, relative to the repository.'),
    from: z.int().min(1).default(1).describe('The first line, from 1.'),
    limit: z.int().min(1).max(10_000).default(200).describe('How many lines.'),
  }),
  row: z.object({ line: z.int(), text: z.string() }),
  facts: z.object({ file: z.string(), language: z.string().nullable(), lines: z.int() }),
  async run(tree, { file, from, limit }) {
    const { path, language } = tree.file(file);
    const text = tree.text(path);
    if (text === null) return { abstained: `${path} is not text` };
    const lines = linesOf(text);
    if (from > Math.max(1, lines.length)) throw new PerfloopError('PL_TOOL_INPUT', `The file has only ${lines.length} lines.`, { where: `--from ${from}`, fix: 'Begin at an earlier line.' });
    const rows = lines.slice(from - 1, from - 1 + limit).map((line, index) => ({ line: from + index, text: line.length > longestLine ? `${line.slice(0, longestLine)}…` : line }));
    return { rows, more: Math.max(0, lines.length - (from - 1) - rows.length), facts: { file: path, language, lines: lines.length }, notes: [] };
  },
});
