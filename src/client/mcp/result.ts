import type { CallToolResult } from '@modelcontextprotocol/server';
import { ZodError } from 'zod';
import { secretsOfEnvironment, withoutSecrets } from '../../measure/known-secrets.js';
import { PerfloopError } from '../../core/errors.js';

/** What a profile or a repository names can be of any length; more of one text tells a reader nothing. In UTF-16 code units. */
const longestText = 4000;

/** An answer as data, and as text for clients that do not read data. */
export function resultOf(answer: object): CallToolResult {
  const shown = shortened(answer) as Record<string, unknown>;
  return { content: [{ type: 'text', text: JSON.stringify(shown) }], structuredContent: shown };
}

/** What was expected to go wrong goes to the model, with the remedy; a bug is thrown on. */
export function refusalOf(error: unknown): CallToolResult {
  const known = error instanceof ZodError ? new PerfloopError('PL_TOOL_INPUT', error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '), { fix: 'Give what the input schema asks for.' }) : error;
  if (!(known instanceof PerfloopError)) throw known;
  return { isError: true, content: [{ type: 'text', text: JSON.stringify({ error: withoutSecrets(known.toJSON(), secretsOfEnvironment(process.env)) }) }] };
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.length > longestText ? `${value.slice(0, longestText)}… (${value.length - longestText} more)` : value;
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined).map(([key, one]) => [key, shortened(one)]));
}
