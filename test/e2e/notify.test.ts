import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { isSignedBy } from '../../src/delivery/sign.js';
import { startRun } from './runs.js';
import { makeTarget, sharedEngine } from './shared.js';
import { makesFast, proposer, scoredProgram } from './target.js';

interface Got {
  id: string;
  event: string;
  title: string;
  signed: boolean;
}
const got: Got[] = [];
/** Refuses everything that it sees for the first time. */
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => {
    const { id, event, title } = JSON.parse(body) as Got;
    const header = (name: string): string => String(request.headers[`perfloop-${name}`]);
    const again = got.some((one) => one.id === id);
    got.push({ id, event, title, signed: header('id') === id && isSignedBy('the-key-of-hooks', { timestamp: header('timestamp'), signature: header('signature'), body }, Date.now() / 1000) });
    response.writeHead(again ? 204 : 503).end();
  });
});
await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
afterAll(() => new Promise<void>((resolve) => (server.closeAllConnections(), void server.close(() => resolve()))));
const engine = sharedEngine({ HOOK: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, HOOK_KEY: 'the-key-of-hooks' });

it('people are told what waits, what was accepted and that it is over, once each, though nobody answers at first; a run waits for none of it', { timeout: 300_000 }, async () => {
  const hook = (events: string, url: string): string => `[[notify]]\nkind = "webhook"\nurl = "${url}"\nsecret = "$HOOK_KEY"\nevents = ${events}\n`;
  const target = makeTarget((outside) => scoredProgram({ alpha: 40, beta: 30 }, `[target]\nname = "told"\n[loop]\nrounds = 2\nmax_trials = 1\nablation = false\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"\n[approval]\nmode = "each"\n${hook('["awaiting", "accepted", "budget", "finished"]', '$HOOK')}${hook('["finished"]', '$NOT_SET')}`));
  const run = await startRun(engine, target);
  await run.until('it waits for a person', ({ state }) => state === 'awaiting-approval');
  await run.handle.executeUpdate('decide', { args: [run.decide('r1-1', true)] });
  expect(await run.result()).toMatchObject({ state: 'done', accepted: 1 });

  const ids = ['accepted.r1-1', 'awaiting.r1-1', 'budget', 'finished'].map((key) => `${run.id}.${key}`);
  await expect.poll(() => ids.filter((id) => got.filter((one) => one.id === id).length === 2), { timeout: 180_000 }).toEqual(ids);
  expect(got).toHaveLength(2 * ids.length);
  expect(got.every(({ signed }) => signed)).toBe(true);
  expect(got.find(({ event }) => event === 'finished')?.title).toMatch(/^told: done, 1 accepted, \d\.\d+ times as fast$/);
  // One place that is not set holds up no other, and is told where it can be seen.
  await expect(engine.client.workflow.getHandle(`notify/${run.id}.finished`).result()).rejects.toMatchObject({ cause: { message: expect.stringContaining('$NOT_SET is not set') as string } });
});
