import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import type { HostAdvert } from '../../src/core/hosts/host-record.js';
import { HostEntry } from '../../src/worker/host-entry.js';

const advert = { v: 1, host: '3f2a1b4c5d6e', hostname: 'bench-1', tags: ['cpu'], queue: 'perfloop.host.3f2a1b4c5d6e', pid: 7 } as HostAdvert;

it('the entry of a host does not hold up its worker where the server takes a call and says nothing', async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const connection = Connection.lazy({ address: `127.0.0.1:${(server.address() as AddressInfo).port}` });
  onTestFinished(async () => {
    await connection.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const troubles: string[] = [];
  const entry = new HostEntry({ client: new Client({ connection }), queuePrefix: 'perfloop', advert, news: () => ({ leases: [], inHand: 0, ending: false }), onDrain: () => undefined, onTrouble: (text) => void troubles.push(text), answerMs: 100 });
  await entry.begin();
  await entry.end();
  const late = 'the list of hosts cannot be kept: the Temporal server did not answer within 100ms; it is asked again every 5s';
  expect(troubles).toEqual([late, late]);
});
