import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { PayloadCodec } from '@temporalio/common';
import { PerfloopError } from '../../core/errors.js';
import { requireRole } from '../access/roles.js';
import { answerRefusal, type Tokens } from '../access/tokens.js';
import { badRequest, payloadsFromJson, payloadsToJson } from './payloads-json.js';

export interface CodecHandler {
  codec: PayloadCodec;
  /** Pages that may ask from a browser: those of the Temporal UI. */
  origins: readonly string[];
  /** Null: whoever reaches it may ask, which is for the loopback alone. */
  tokens: Tokens | null;
  /** Null: any. */
  namespace: string | null;
  /** What was asked, for the log. */
  onRequest: (line: string) => void;
}

/** Of a history at once. */
const mostBytes = 64 * 2 ** 20;

/** Temporal's protocol of remote codecs: POST …/encode and …/decode with payloads, and the preflight of browsers. */
export function codecHandler(options: CodecHandler): RequestListener {
  return (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      options.onRequest(`${request.method} ${JSON.stringify(request.url)}: ${error instanceof PerfloopError ? `${error.code} ${error.message}` : String(error)}`);
      if (response.headersSent) response.destroy();
      else refuse(response, error);
    });
  };
}

async function answer(options: CodecHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  allowOrigin(options, request, response);
  // An answer to this needs no token: the browser sends none with a preflight.
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  const verb = /\/(encode|decode)$/.exec(new URL(request.url ?? '/', 'http://codec').pathname)?.[1];
  if (request.method !== 'POST' || verb === undefined) throw badRequest(`there is no ${request.method} ${request.url} here`);
  const who = await admitted(options, request, verb === 'decode');
  const namespace = request.headers['x-namespace'];
  if (options.namespace !== null && namespace !== options.namespace) throw new PerfloopError('PL_FORBIDDEN', `this codec server serves the namespace ${options.namespace} alone`, { where: 'X-Namespace', fix: 'Ask the codec server of that namespace, or start this one without --namespace.' });
  const payloads = payloadsFromJson(await bodyOf(request));
  const answered = verb === 'encode' ? await options.codec.encode(payloads) : await options.codec.decode(payloads);
  options.onRequest(`${who}: ${verb} ${payloads.length} of namespace ${JSON.stringify(namespace ?? '')}`);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(payloadsToJson(answered));
}

/** Throws PL_CODEC_ORIGIN for a page that is not named: it must not even learn whether it works. */
function allowOrigin({ origins }: CodecHandler, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined) return;
  if (!origins.includes(origin)) throw new PerfloopError('PL_CODEC_ORIGIN', 'pages from there may not ask', { where: `Origin: ${origin.slice(0, 200)}`, fix: 'Start the codec server with --origin and the address of the Temporal UI.' });
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-allow-methods', 'POST, OPTIONS');
  response.setHeader('access-control-allow-headers', 'content-type, authorization, x-namespace');
  response.setHeader('access-control-max-age', '3600');
}

const loopbackHost = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/** Who asks. Throws PL_UNAUTHORIZED, PL_FORBIDDEN. */
async function admitted({ tokens }: CodecHandler, request: IncomingMessage, decodes: boolean): Promise<string> {
  if (tokens === null) {
    // A page of anybody's can point a name of its own at 127.0.0.1.
    if (!loopbackHost.test(request.headers.host ?? '')) throw new PerfloopError('PL_FORBIDDEN', 'without tokens only this machine is answered', { where: `Host: ${(request.headers.host ?? '').slice(0, 200)}`, fix: 'Ask http://127.0.0.1, or start the codec server without --open.' });
    return 'somebody here';
  }
  const person = await tokens.personOf(request.headers.authorization);
  if (decodes) requireRole(person, 'admin', 'read what is encrypted');
  return person.name;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw badRequest(`the body has more than ${mostBytes / 2 ** 20} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refuse(response: ServerResponse, error: unknown): void {
  const status = error instanceof PerfloopError ? { PL_CODEC_REQUEST: 400, PL_CODEC_KEY: 400, PL_CODEC_PAYLOAD: 400, PL_CODEC_ORIGIN: 403 }[error.code as string] : undefined;
  if (status === undefined || !(error instanceof PerfloopError)) return answerRefusal(response, error);
  // The rest of a body that is too large is not read.
  response.writeHead(status, { 'content-type': 'application/json', ...(status === 400 ? { connection: 'close' } : {}) }).end(JSON.stringify({ error: error.toJSON(), message: error.message }));
}
