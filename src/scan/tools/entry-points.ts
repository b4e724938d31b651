import { z } from 'zod';
import { firstRows } from '../../profile/tools/tool.js';
import { limitSchema, notesOn } from '../inputs.js';
import { entryPoints } from '../resolve/entry-points.js';
import { defineRepositoryTool } from '../tool.js';

export const entryPointTool = defineRepositoryTool({
  name: 'scanner_entry_points',
  aliases: ['entry_points'],
  summary: 'where programs begin: main functions and guards, scripts, what manifests declare',
  input: z.object({ limit: limitSchema }),
  row: z.object({
    name: z.string(),
    kind: z.string(),
    file: z.string().nullable(),
    line: z.int(),
    command: z.string().nullable(),
  }),
  facts: z.object({ entries: z.int(), files: z.int() }),
  async run(tree, { limit }) {
    const found = entryPoints(tree);
    if (found.length === 0) return { abstained: 'no manifest declares a program, and no source has a main function or guard that the scanner knows' };
    return { ...firstRows(found, limit), facts: { entries: found.length, files: new Set(found.flatMap(({ file }) => file ?? [])).size }, notes: notesOn(tree) };
  },
});
