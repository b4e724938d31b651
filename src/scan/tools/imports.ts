import { z } from 'zod';
import { firstRows } from '../../profile/tools/tool.js';
import { bySchema, filesIn, languageSchema, limitSchema, notesOn, withinSchema } from '../inputs.js';
import { outlineIn } from '../outlines.js';
import { isOutside, moduleFiles } from '../resolve/modules.js';
import { defineRepositoryTool } from '../tool.js';

const row = z.object({
  file: z.string(),
  line: z.int(),
  module: z.string(),
  /** The names that it brings, `a as b` where they are other ones here; `*` is all of them. */
  names: z.array(z.string()),
  /** The file of the repository that it means; null for what comes from outside, or cannot be told. */
  resolved: z.string().nullable(),
  outside: z.boolean(),
  by: bySchema,
});

export const imports = defineRepositoryTool({
  name: 'scanner_imports',
  aliases: ['imports', 'dependencies'],
  summary: 'what files import, and who imports a file',
  input: z.object({
    within: withinSchema,
    of: z.string().min(1).max(4096).nullable().default(null).describe('Only imports of this file of the repository.'),
    module: z.string().min(1).max(300).nullable().default(null).describe('Only imports whose written module contains this.'),
    language: languageSchema,
    limit: limitSchema,
  }),
  row,
  facts: z.object({ imports: z.int(), files: z.int(), unresolved: z.int(), /** From outside, those with the most imports. */ outside: z.array(z.object({ module: z.string(), imports: z.int() })) }),
  async run(tree, { of, module: part, limit, ...asked }) {
    const target = of === null ? null : tree.file(of).path;
    const counts = new Map<string, number>();
    const rows = filesIn(tree, asked).flatMap(({ path }) => {
      const outline = outlineIn(tree, path);
      return (outline?.imports ?? []).flatMap(({ module, line, names }): z.infer<typeof row>[] => {
        if (outline === null || (part !== null && !module.includes(part))) return [];
        const place = { from: path, module, language: outline.language };
        const files = moduleFiles(tree, place);
        if (target !== null && !files.includes(target)) return [];
        const outside = isOutside(tree, place);
        if (outside) counts.set(module, (counts.get(module) ?? 0) + 1);
        return [{ file: path, line, module, names: names.map(({ name, as }) => (name === as || name === '*' ? as : `${name} as ${as}`)), resolved: target ?? files[0] ?? null, outside, by: outline.by }];
      });
    });
    return {
      ...firstRows(rows, limit),
      facts: { imports: rows.length, files: new Set(rows.map(({ file }) => file)).size, unresolved: rows.filter(({ resolved, outside }) => resolved === null && !outside).length, outside: [...counts].sort((a, b) => b[1] - a[1]).slice(0, 10).map(([module, count]) => ({ module, imports: count })) },
      notes: notesOn(tree),
    };
  },
});
