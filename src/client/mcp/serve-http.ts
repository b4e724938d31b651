import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { PerfloopError } from '../../core/errors.js';
import { hasRole, requireRole, type Person, type Role } from '../access/roles.js';
import { answerRefusal, openTokens } from '../access/tokens.js';
import { note, type CliContext } from '../context.js';
import { detachOnSignals } from '../follow.js';
import { makeServer } from './make-server.js';

export interface ServeHttpOptions {
  version: string;
  host: string;
  /** 0: one that is free. */
  port: number;
  /** Gets the address once it answers. */
  onListening?: (url: string) => void;
}

const path = '/mcp';
/** Each may wait for a run, so it is no more than a fleet's people and programs have. */
const mostConnections = 500;
const mostBytes = 4 << 20;

/** Tools that take more than a token. What a person may not use is not listed; who asks for it all the same is told the role that it takes. */
const rolesOfTools: Readonly<Record<string, Role>> = { approve: 'approve', reject: 'approve', rollback: 'approve', start_run: 'run', judge: 'run', pause: 'run', resume: 'run', stop: 'run', cancel: 'run', budget: 'run', analyze: 'run' };

/** Serves the Model Context Protocol by HTTP until a signal comes, to who brings a token; its roles decide what is offered. Throws PL_NO_TOKENS and others of the file, and PL_LISTEN. */
export async function serveHttp(context: CliContext, { version, host, port, onListening }: ServeHttpOptions): Promise<void> {
  const tokens = await openTokens(context.env, context.home);
  const handler = createMcpHandler(
    (request) => {
      const person = personOf(request.authInfo?.extra);
      const runs = hasRole(person, 'run');
      return makeServer({ ...context, person: person.name }, version, { explores: runs, judges: runs, runs, decides: hasRole(person, 'approve') });
    },
    { onerror: (error) => note(context, error.message) },
  );
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Before anything of the request is read.
    const person = await tokens.personOf(incoming.headers.authorization);
    if (new URL(incoming.url ?? '/', 'http://localhost').pathname !== path) return void response.writeHead(404).end();
    const text = await textOf(incoming);
    if (text === null) return void response.writeHead(413, { connection: 'close' }).end();
    refuseByRole(person, parsed(text));
    const request = requestOf(incoming, response, text);
    // The token goes no further than this.
    const answered = await handler.fetch(request, { authInfo: { token: '', clientId: person.name, scopes: [...person.roles], extra: { person } } });
    response.writeHead(answered.status, Object.fromEntries(answered.headers.entries()));
    if (answered.body === null) response.end();
    else await pipeline(Readable.fromWeb(answered.body), response);
  };
  // Who asks first does not wait for what all of them share: the modules of the tools, and their schemas.
  await makeServer(context, version, { explores: true, judges: true, runs: true, decides: true });
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      if (!(error instanceof PerfloopError)) note(context, `a request failed: ${error instanceof Error ? error.message : String(error)}`);
      if (response.headersSent) response.destroy();
      else answerRefusal(response, error);
    });
  });
  server.maxConnections = mostConnections;
  const { signal, release } = detachOnSignals();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(new PerfloopError('PL_LISTEN', `nothing can be served at ${host}:${port}: ${cause.message}`, { where: '--http', fix: 'Choose another address or port.', cause })));
      server.listen(port, host, resolve);
    });
    const { port: at } = server.address() as AddressInfo;
    onListening?.(`http://${host.includes(':') ? `[${host}]` : host}:${at}${path}`);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    release();
    server.closeAllConnections();
    server.close();
    await handler.close();
  }
}

/** What was put there by `answer`. */
function personOf(extra: Record<string, unknown> | undefined): Person {
  return (extra?.['person'] as Person | undefined) ?? { name: 'nobody', roles: [] };
}

/** A call of a tool that takes a role is refused before any server is made for it. Throws PL_FORBIDDEN. */
function refuseByRole(person: Person, body: unknown): void {
  for (const message of Array.isArray(body) ? (body as unknown[]) : [body]) {
    const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } };
    if (method !== 'tools/call' || typeof params?.name !== 'string') continue;
    const role = rolesOfTools[params.name] ?? (params.name.startsWith('sandbox_') ? 'run' : null);
    if (role !== null) requireRole(person, role, `use the tool ${params.name}`);
  }
}

/** The body; null where it is larger than any that a tool takes. */
async function textOf(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Who serves it says what is wrong with it.
    return null;
  }
}

/** Aborted when the client goes. */
function requestOf(incoming: IncomingMessage, response: ServerResponse, body: string): Request {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined && name !== 'authorization') headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const method = incoming.method ?? 'GET';
  return new Request(`http://${incoming.headers.host ?? 'localhost'}${incoming.url ?? '/'}`, { method, headers, signal: gone.signal, ...(method === 'GET' || method === 'HEAD' ? {} : { body }) });
}
