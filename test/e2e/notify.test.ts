import { expect, it } from 'vitest';
import { hookReceiver } from '../support/hook-receiver.js';
import { startRun } from './runs.js';
import { makeTarget, sharedEngine } from './shared.js';
import { makesFast, proposer, scoredProgram } from './target.js';

// Refuses everything that it sees for the first time.
const { told: got, env } = await hookReceiver((earlier) => (earlier === 0 ? 503 : 204));
const engine = sharedEngine(env);

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
