import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { payloadCodec } from '../../worker/codec/codec.js';
import { codecSettings, keysVariable } from '../../worker/codec/settings.js';
import { readState } from '../../worker/engine/state.js';
import { openTokens } from '../access/tokens.js';
import { codecHandler } from '../codec-server/handler.js';

export interface CodecServerOptions {
  home: Home;
  env: NodeJS.ProcessEnv;
  port: number;
  host: string;
  /** Of the Temporal UI; that of the local engine is one by itself. */
  origins: readonly string[];
  /** Asks for no token; for the loopback alone. */
  open: boolean;
  namespace?: string;
}

export interface CodecServerIo {
  onReady: (endpoint: string, origins: readonly string[]) => void;
  onRequest: (line: string) => void;
  signal: AbortSignal;
}

/** Serves the codec to the Temporal UI and the `temporal` command until the signal. Throws PL_CODEC_KEYS, PL_CODEC_OPEN, PL_PORT_IN_USE and what `openTokens` does. */
export async function codecServer(options: CodecServerOptions, io: CodecServerIo): Promise<{ endpoint: string }> {
  const { home, env, host, port, open } = options;
  if (open && !['127.0.0.1', '::1', 'localhost'].includes(host)) throw new PerfloopError('PL_CODEC_OPEN', 'without tokens a codec server reads everything to whoever reaches it', { where: `--open --host ${host}`, fix: 'Leave --host out, or leave --open out and make tokens: `perfloop token NAME --role admin`.' });
  const settings = codecSettings(env);
  if (settings.keys.length === 0) throw new PerfloopError('PL_CODEC_KEYS', 'a codec server needs the keys', { where: keysVariable, fix: `Set ${keysVariable}='$NAME' as the workers have it: docs/encryption.md.` });
  const origins = [...options.origins, ...localUi(home)];
  const tokens = open ? null : await openTokens(env, home);
  const server = createServer(codecHandler({ codec: payloadCodec(settings), origins, tokens, namespace: options.namespace ?? null, onRequest: io.onRequest }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? new PerfloopError('PL_PORT_IN_USE', `port ${port} is taken`, { where: `${host}:${port}`, fix: 'Name another one with --port.', cause: error }) : error));
    server.listen(port, host, resolve);
  });
  const endpoint = `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  io.onReady(endpoint, origins);
  if (!io.signal.aborted) await new Promise((resolve) => io.signal.addEventListener('abort', resolve, { once: true }));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { endpoint };
}

function localUi(home: Home): string[] {
  const url = readState(home)?.uiUrl;
  if (url === undefined) return [];
  const { port } = new URL(url);
  return [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
}
