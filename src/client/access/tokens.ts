import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import type { Person } from './roles.js';
import { readTokens, type KnownToken } from './tokens-file.js';

/** Begins every token, so that whoever finds one somewhere knows what it is, and redactors do. */
const prefix = 'plt_';

/** A new token: 256 random bits, and what of it may be kept. */
export function makeToken(): { token: string; sha256: string } {
  const token = `${prefix}${randomBytes(32).toString('base64url')}`;
  return { token, sha256: digest(token).toString('hex') };
}

export interface Tokens {
  /** Whose token a request brings in its header `Authorization: Bearer …`. Throws PL_UNAUTHORIZED. */
  personOf(authorization: string | undefined): Promise<Person>;
}

/** Throws where there are none, or the file is not right. The file is read again for each request, so that a token that is taken out counts no more. */
export async function openTokens(env: NodeJS.ProcessEnv, home: Home): Promise<Tokens> {
  await readTokens(env, home);
  return { personOf: async (authorization) => personWith(await readTokens(env, home), authorization) };
}

function personWith(known: readonly KnownToken[], authorization: string | undefined): Person {
  const given = /^Bearer +(\S{1,1000})$/i.exec(authorization?.trim() ?? '')?.[1];
  if (given === undefined) throw unauthorized('a token is needed');
  const hash = digest(given);
  // All of them are compared, in constant time: how long it takes tells nothing of any.
  const [found] = known.filter(({ sha256 }) => timingSafeEqual(sha256, hash));
  if (found === undefined) throw unauthorized('the token is not known');
  if (found.expires !== null && found.expires <= Date.now()) throw unauthorized(`the token of ${found.name} has expired`);
  return { name: found.name, roles: found.roles };
}

function unauthorized(message: string): PerfloopError {
  return new PerfloopError('PL_UNAUTHORIZED', message, { where: 'Authorization', fix: 'Send the header `Authorization: Bearer TOKEN`; `perfloop token NAME` makes one.' });
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Answers a request that was refused: 401, 403 or 500, with the error as JSON. What is wrong with the server's own files is not for the network. */
export function answerRefusal(response: ServerResponse, error: unknown): void {
  const known = error instanceof PerfloopError ? error : null;
  const status = known?.code === 'PL_UNAUTHORIZED' ? 401 : known?.code === 'PL_FORBIDDEN' ? 403 : 500;
  const told = status === 500 || known === null ? new PerfloopError('PL_SERVER', 'the server could not do that', { fix: 'See its log.' }) : known;
  response.writeHead(status, { 'content-type': 'application/json', ...(status === 401 ? { 'www-authenticate': 'Bearer realm="perfloop"' } : {}) }).end(JSON.stringify({ error: told.toJSON() }));
}
