import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import { isSignedBy } from '../../src/delivery/sign.js';

/** A notification as it came. */
export interface Told {
  id: string;
  event: string;
  target: string;
  run: string | null;
  title: string;
  text: string;
  /** With the key, in these minutes, and its id in the header. */
  signed: boolean;
}

const key = 'the-key-of-hooks';

/** What takes webhooks, for the tests of a file. `answer`: the status that it gives to one, of which it has had `earlier`. */
export async function hookReceiver(answer: (earlier: number) => number = () => 204): Promise<{ told: Told[]; /** For the hub's worker: $HOOK and $HOOK_KEY. */ env: NodeJS.ProcessEnv }> {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => {
      const { id, event, target, run, title, text } = JSON.parse(body) as Told;
      const header = (name: string): string => String(request.headers[`perfloop-${name}`]);
      const earlier = told.filter((one) => one.id === id).length;
      const signed = header('id') === id && isSignedBy(key, { timestamp: header('timestamp'), signature: header('signature'), body }, Date.now() / 1000);
      told.push({ id, event, target, run, title, text, signed });
      response.writeHead(answer(earlier)).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  afterAll(() => new Promise<void>((resolve) => (server.closeAllConnections(), void server.close(() => resolve()))));
  return { told, env: { HOOK: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, HOOK_KEY: key } };
}
