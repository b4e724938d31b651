import { z } from 'zod';
import { firstRows } from '../../profile/tools/tool.js';
import { bySchema, filesIn, languageSchema, limitSchema, notesOn, withinSchema } from '../inputs.js';
import { defineRepositoryTool } from '../tool.js';
import { variantsIn } from '../variants/variants.js';

const kinds = ['decorator', 'registration', 'table', 'branch', 'switch'] as const;

const row = z.object({
  /** What holds or compares the keys. */
  registry: z.string(),
  key: z.string(),
  /** What the key chooses. */
  target: z.string().nullable(),
  kind: z.enum(kinds),
  file: z.string(),
  line: z.int(),
  by: bySchema,
});

export const variants = defineRepositoryTool({
  name: 'scanner_variants',
  aliases: ['variants', 'registry_keys'],
  summary: 'names that choose a function, a class or a branch at run time: registries, factories, tables, switches',
  input: z.object({
    name: z.string().min(1).max(300).nullable().default(null).describe('Only where the registry, the key or the target contains this, in any letter case.'),
    kind: z.enum(kinds).nullable().default(null).describe('Only these.'),
    within: withinSchema,
    language: languageSchema,
    limit: limitSchema,
  }),
  row,
  facts: z.object({ keys: z.int(), registries: z.int(), files: z.int() }),
  async run(tree, { name, kind, limit, ...asked }) {
    const wanted = name?.toLowerCase() ?? '';
    const rows: z.infer<typeof row>[] = [];
    for (const { path, language } of filesIn(tree, asked)) {
      if (language === null || tree.text(path)?.toLowerCase().includes(wanted) !== true) continue;
      for (const variant of variantsIn(tree, path)) {
        if (kind !== null && variant.kind !== kind) continue;
        if (![variant.registry, variant.key, variant.target ?? ''].some((text) => text.toLowerCase().includes(wanted))) continue;
        const { registry, key, target, line, by } = variant;
        rows.push({ registry, key, target, kind: variant.kind, file: path, line, by });
      }
    }
    if (rows.length === 0) return { abstained: 'no registry, table or switch with names is seen there' };
    const registries = new Set(rows.map(({ file, registry }) => `${file}\0${registry}`)).size;
    return { ...firstRows(rows, limit), facts: { keys: rows.length, registries, files: new Set(rows.map(({ file }) => file)).size }, notes: notesOn(tree) };
  },
});
