import { resolve } from 'node:path';
import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';
import { cachedProfile } from '../../profile/cached.js';
import { openProfile } from '../../profile/tools/open.js';
import { profileTool, profileTools } from '../../profile/tools/registry.js';
import { ask, type ProfileTool, type ToolAnswer } from '../../profile/tools/tool.js';
import { note, type CliContext } from '../context.js';

export interface ToolListed {
  name: string;
  aliases: readonly string[];
  summary: string;
  /** JSON Schema of what it takes. */
  input: unknown;
}

export function toolList(): ToolListed[] {
  return profileTools.map(({ name, aliases, summary, input }) => ({ name, aliases, summary, input: z.toJSONSchema(input, { io: 'input' }) }));
}

/** Asks a profile. `given`: the flags that are the tool's own, as they were written: `--by device`, `--least-us=10`. */
export async function tool(context: CliContext, { name, profile, given }: { name: string; profile: string; given: readonly string[] }): Promise<ToolAnswer> {
  const asked = profileTool(name);
  const input = inputFrom(asked, given);
  const database = await cachedProfile(context.home, resolve(context.cwd, profile), { onImport: () => note(context, 'importing the profile (once)') });
  const db = openProfile(database);
  try {
    return ask(asked, db, input);
  } finally {
    db.close();
  }
}

type Property = { type?: string; anyOf?: { type?: string }[] };

function inputFrom(asked: ProfileTool, given: readonly string[]): object {
  const { properties = {} } = z.toJSONSchema(asked.input, { io: 'input' }) as { properties?: Record<string, Property> };
  const refuse = (message: string): PerfloopError => new PerfloopError('PL_TOOL_INPUT', message, { where: asked.name, fix: Object.keys(properties).length === 0 ? 'It takes no flags of its own.' : `It takes ${Object.keys(properties).map((key) => `--${key.replaceAll('_', '-')}`).join(', ')}.` });
  const input: Record<string, unknown> = {};
  for (let i = 0; i < given.length; i++) {
    const [, written, inline] = /^--([\w-]+)(?:=(.*))?$/s.exec(given[i] ?? '') ?? [];
    if (written === undefined) throw refuse(`"${given[i] ?? ''}" is no flag.`);
    const key = written.replaceAll('-', '_');
    const property = properties[key];
    if (property === undefined) throw refuse(`It has no flag --${written}.`);
    const types = [property.type, ...(property.anyOf ?? []).map(({ type }) => type)];
    if (types.includes('boolean') && inline === undefined && !['true', 'false'].includes(given[i + 1] ?? '')) {
      input[key] = true;
      continue;
    }
    const value = inline ?? given[++i];
    if (value === undefined) throw refuse(`--${written} has no value.`);
    const isNumber = types.includes('integer') || types.includes('number');
    input[key] = isNumber ? Number(value) : types.includes('boolean') ? value === 'true' : value;
  }
  const checked = asked.input.safeParse(input);
  if (checked.success) return input;
  throw refuse(checked.error.issues.map(({ path, message }) => `--${path.join('.').replaceAll('_', '-')}: ${message}`).join('; '));
}
