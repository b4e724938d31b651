import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { checkedValue } from '../../core/config/checked-value.js';
import type { Problem } from '../../core/config/problems.js';
import { parseToml, placeOf, plainValue } from '../../core/config/toml.js';
import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { personName, personNameRule, roles, type Person } from './roles.js';

/** A token that is valid, as its SHA-256. */
export interface KnownToken extends Person {
  sha256: Buffer;
  /** Milliseconds since the epoch; null: for ever. */
  expires: number | null;
}

const schema = z.strictObject({
  tokens: z.array(z.strictObject({
    name: z.string().regex(personName, personNameRule).describe('Whose it is; stands in the record of decisions.'),
    roles: z.array(z.enum(roles)).default([]),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the token in 64 lower-case hexadecimal digits, as `perfloop token` prints it'),
    expires: z.date('must be a date such as 2027-01-31').optional(),
  })).min(1),
});

const variable = 'PERFLOOP_TOKENS';
const fix = 'Make one with `perfloop token NAME --role approve`, and put the table that it prints there: docs/access.md.';

/** Reads the tokens: `PERFLOOP_TOKENS` names a file or holds the text of one; else `tokens.toml` of the home. Throws PL_NO_TOKENS, PL_TOKENS_INVALID, PL_TOKENS_WRITABLE. */
export async function readTokens(env: NodeJS.ProcessEnv, home: Home): Promise<KnownToken[]> {
  const given = env[variable] ?? '';
  if (given.includes('[[tokens]]')) return parseTokens(given, variable);
  const file = given === '' ? join(home.root, 'tokens.toml') : resolve(given);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new PerfloopError('PL_NO_TOKENS', 'there is no file of tokens, and nobody is let in without one', { where: file, fix, cause: error });
  });
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o022) !== 0) throw new PerfloopError('PL_TOKENS_WRITABLE', 'other users of this machine may write the file of tokens, and so give themselves any role', { where: file, fix: `Run \`chmod go-w ${file}\`.` });
  return parseTokens(text, file);
}

function parseTokens(text: string, where: string): KnownToken[] {
  const root = parseToml(text, where);
  const value = plainValue(root);
  const { tokens } = checkedValue(schema, value, { where, placeAt: (path) => placeOf(root, path), code: 'PL_TOKENS_INVALID', fix, more: twice(value), ofFiles: [] });
  return tokens.map(({ name, roles, sha256, expires }) => ({ name, roles, sha256: Buffer.from(sha256, 'hex'), expires: expires?.getTime() ?? null }));
}

/** One token for two people would leave open who it was. */
function twice(value: unknown): Problem[] {
  const tokens = (value as { tokens?: { sha256?: unknown }[] }).tokens;
  if (!Array.isArray(tokens)) return [];
  const first = new Map<unknown, number>();
  return tokens.flatMap((token, index) => {
    const hash = token?.sha256;
    const earlier = first.get(hash);
    if (hash !== undefined && earlier === undefined) first.set(hash, index);
    return earlier === undefined ? [] : [{ path: ['tokens', index, 'sha256'], text: `is that of token ${earlier + 1} already` }];
  });
}
