import { z } from 'zod';
import { firstRows } from '../../profile/tools/tool.js';
import { codeSettings } from '../configs/code.js';
import { fileSettings } from '../configs/files.js';
import { filesIn, limitSchema, notesOn, withinSchema } from '../inputs.js';
import { defineRepositoryTool } from '../tool.js';

const kinds = ['yaml', 'toml', 'json', 'ini', 'argument', 'hydra', 'environment'] as const;

const row = z.object({
  file: z.string(),
  line: z.int(),
  kind: z.enum(kinds),
  key: z.string(),
  /** As it is written, or the default; null where there is none, or where it may be a secret. */
  value: z.string().nullable(),
});

export const configs = defineRepositoryTool({
  name: 'scanner_configs',
  aliases: ['configs', 'settings'],
  summary: 'settings in files, and the arguments and environment variables that programs take',
  input: z.object({
    key: z.string().min(1).max(300).nullable().default(null).describe('Only settings whose name contains this, in any letter case.'),
    kind: z.enum(kinds).nullable().default(null).describe('Only these.'),
    within: withinSchema,
    limit: limitSchema,
  }),
  row,
  facts: z.object({ settings: z.int(), files: z.int(), kinds: z.record(z.string(), z.int()) }),
  async run(tree, { key, kind, limit, within }) {
    const wanted = key?.toLowerCase() ?? '';
    const counts = new Map<string, number>();
    const rows = filesIn(tree, { within }).flatMap(({ path, language }) => {
      const text = tree.text(path);
      if (text === null) return [];
      const settings = fileSettings(path, text) ?? (language === null ? [] : codeSettings(text, language));
      return settings
        .filter((setting) => (kind === null || setting.kind === kind) && setting.key.toLowerCase().includes(wanted))
        .map((setting): z.infer<typeof row> => {
          counts.set(setting.kind, (counts.get(setting.kind) ?? 0) + 1);
          return { file: path, line: setting.line, kind: setting.kind, key: setting.key, value: setting.value };
        });
    });
    if (rows.length === 0) return { abstained: 'no settings of a kind that the scanner knows are seen there' };
    return {
      ...firstRows(rows, limit),
      facts: { settings: rows.length, files: new Set(rows.map(({ file }) => file)).size, kinds: Object.fromEntries(counts) },
      notes: ['Arguments, environment variables, YAML and INI are found by text. Values of .env files, and of what is named like a secret, are not shown.', ...notesOn(tree)],
    };
  },
});
