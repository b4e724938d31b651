import { z } from 'zod';
import { firstRows } from '../../profile/tools/tool.js';
import { filesIn, languageSchema, limitSchema, notesOn, withinSchema } from '../inputs.js';
import { defineRepositoryTool } from '../tool.js';

const row = z.object({
  file: z.string(),
  language: z.string().nullable(),
  bytes: z.int(),
});

const facts = z.object({
  files: z.int(),
  bytes: z.int(),
  /** Files by language, most first. */
  languages: z.record(z.string(), z.int()),
  listedBy: z.enum(['git', 'folder']),
});

export const files = defineRepositoryTool({
  name: 'scanner_files',
  aliases: ['files', 'list_files'],
  summary: 'the files of a repository that are its own, and their languages',
  input: z.object({ within: withinSchema, language: languageSchema, limit: limitSchema }),
  row,
  facts,
  async run(tree, { limit, ...asked }) {
    const found = filesIn(tree, asked);
    const counts = new Map<string, number>();
    for (const { language } of found) if (language !== null) counts.set(language, (counts.get(language) ?? 0) + 1);
    return {
      ...firstRows(found.map(({ path, language, bytes }) => ({ file: path, language, bytes })), limit),
      facts: { files: found.length, bytes: found.reduce((sum, { bytes }) => sum + bytes, 0), languages: Object.fromEntries([...counts].sort((a, b) => b[1] - a[1])), listedBy: tree.listedBy },
      notes: notesOn(tree),
    };
  },
});
