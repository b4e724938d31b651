import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';
import type { Tool } from '../../tools/tool.js';

type Property = { type?: string; anyOf?: { type?: string }[] };

/**
 * The input of a tool from the words after its name, and the one word among them that is no flag: its target. Throws
 * PL_TOOL_INPUT for what the tool does not take, with what it takes. `limit`: of rows, where the tool itself knows none.
 */
export function toolInput(asked: Tool, given: readonly string[], { mayHaveTarget, repo }: { mayHaveTarget: boolean; repo?: string }): { input: object; target: string | undefined; limit: number | null } {
  const { properties = {} } = z.toJSONSchema(asked.input, { io: 'input' }) as { properties?: Record<string, Property> };
  let limit: number | null = null;
  const refuse = (message: string): PerfloopError => new PerfloopError('PL_TOOL_INPUT', message, { where: asked.name, fix: Object.keys(properties).length === 0 ? 'It takes no flags of its own.' : `It takes ${Object.keys(properties).map((key) => `--${key.replaceAll('_', '-')}`).join(', ')}.` });
  const input: Record<string, unknown> = {};
  if (repo !== undefined) {
    if (properties['repo'] === undefined) throw refuse(asked.target === 'profile' ? 'It asks a profile, and takes no --repo.' : 'It takes no --repo.');
    input['repo'] = repo;
  }
  const words: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const word = given[i] ?? '';
    const [, written, inline] = /^--([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (written === undefined) {
      if (word.startsWith('-') || !mayHaveTarget || words.length > 0) throw refuse(`"${word}" is no flag.`);
      words.push(word);
      continue;
    }
    const key = written.replaceAll('-', '_');
    if (key === 'limit' && properties['limit'] === undefined) {
      limit = limitFrom(inline ?? given[++i] ?? '');
      if (limit === null) throw refuse('--limit is a whole number from 1 up.');
      continue;
    }
    const property = properties[key];
    if (property === undefined) throw refuse(`It has no flag --${written}.`);
    const types = [property.type, ...(property.anyOf ?? []).map(({ type }) => type)];
    if (types.includes('boolean') && inline === undefined && !['true', 'false'].includes(given[i + 1] ?? '')) {
      input[key] = true;
      continue;
    }
    const value = inline ?? given[++i];
    if (value === undefined) throw refuse(`--${written} has no value.`);
    if (types.includes('array')) {
      const list = jsonList(value);
      if (list === null) throw refuse(`--${written} is a list in JSON.`);
      input[key] = list;
      continue;
    }
    const isNumber = types.includes('integer') || types.includes('number');
    input[key] = isNumber ? Number(value) : types.includes('boolean') ? value === 'true' : value;
  }
  const checked = asked.input.safeParse(input);
  if (checked.success) return { input, target: words[0], limit };
  throw refuse(checked.error.issues.map(({ path, message }) => `--${path.join('.').replaceAll('_', '-')}: ${message}`).join('; '));
}

function jsonList(text: string): unknown[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function limitFrom(text: string): number | null {
  const limit = Number(text);
  return Number.isInteger(limit) && limit >= 1 ? limit : null;
}
