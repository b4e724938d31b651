import { describe, expect, it } from 'vitest';
import { show } from '../../src/client/verbs/show.js';
import { budget } from '../../src/client/verbs/budget.js';
import { steer } from '../../src/client/verbs/steer.js';
import { messageNames } from '../../src/core/messages.js';
import { makeTarget, sharedEngine } from './shared.js';
import { resultBranch, startRun, trialOf, verdictOf } from './runs.js';
import { makesFast, proposer, scoredProgram, type Target } from './target.js';

const engine = sharedEngine();

const threeWaits = (loop: string): Target =>
  makeTarget((outside) => scoredProgram({ alpha: 40, beta: 30, gamma: 20 }, `[loop]\n${loop}\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"`));

describe('budgets', () => {
  const target = threeWaits('rounds = 2\nmax_trials = 1');

  it('end the run after that many trials, with what was accepted', async () => {
    const status = await (await startRun(engine, target)).result();
    expect(status.trials.map(verdictOf)).toEqual(['accepted faster']);
    expect(status).toMatchObject({ state: 'done', round: 1, accepted: 1, budget: { trials: 1, maxTrials: 1 } });
    expect(status.warnings).toContain('Not everything was tried: the budget of one trial is used.');
    expect(resultBranch(engine, status)).toBe(status.champion);
  });

  it('can be changed while it runs', async () => {
    const run = await startRun(engine, target);
    const given = await budget({ ...engine.context, person: 'ada' }, run.id, { maxTrials: 2, rounds: 1, maxWallMs: 3_600_000 }, 'one more');
    expect(given).toMatchObject({ run: run.id, changed: { maxTrials: 2 }, budget: { maxTrials: 2, maxWallMs: 3_600_000 } });
    await expect(budget(engine.context, run.id, {})).rejects.toMatchObject({ code: 'PL_USAGE' });
    const status = await run.result();
    // One of them passed beside the other, and was confirmed afresh on it: that is within the round that was paid for. Which one gains more is close.
    expect(status.trials.map((trial) => trial.id)).toEqual(['r1-1', 'r1-2', expect.stringMatching(/^r1-[12]c$/)]);
    expect(status).toMatchObject({ accepted: 2, rounds: 1, steered: [{ what: 'setBudget', who: 'ada', comment: 'one more', budget: { maxTrials: 2, rounds: 1 } }] });
  });
});

describe('a plateau', () => {
  const target = makeTarget(() => scoredProgram({ alpha: 1 }, '[loop]\nrounds = 9\nplateau = 3\n[[steps]]\ntype = "noop"'));

  it('ends the run after that many rounds in a row without anything accepted', async () => {
    const status = await (await startRun(engine, target)).result();
    expect(status).toMatchObject({ state: 'done', round: 3, rounds: 9, accepted: 0, trials: [] });
  });
});

describe('stop', () => {
  const target = threeWaits('rounds = 5');

  it('lets the current trial end, accepts and measures what passed, and tries nothing else', async () => {
    const run = await startRun(engine, target);
    await run.until('the first trial samples', (status) => status.trials[0]?.state === 'confirming');
    await run.handle.signal(messageNames.stop, { v: 1, who: 'tester@here' });
    const status = await run.result();
    expect(status.trials.map((trial) => `${trial.id} ${verdictOf(trial)}`)).toEqual(['r1-1 accepted faster']);
    expect(status).toMatchObject({ state: 'done', round: 1, accepted: 1 });
    expect(status.final).not.toBeNull();
    expect(status.warnings).toContain('Not everything was tried: stopped by request.');
    expect(resultBranch(engine, status)).toBe(status.champion);
  });
});

describe('pause and resume', () => {
  const target = threeWaits('rounds = 1');

  it('lets the current trial end and then does nothing until it may go on', async () => {
    const run = await startRun(engine, target);
    await run.until('the first trial samples', (status) => status.trials[0]?.state === 'confirming');
    await steer({ ...engine.context, person: 'ada' }, run.id, 'pause', 'the host is needed');
    const paused = await run.until('the first trial has passed', (status) => trialOf(status, 'r1-1').state === 'passed');
    expect(paused.state).toBe('paused');
    // Nothing is under way and nothing is scheduled: only a message can move it.
    const pending = async (): Promise<number> => {
      const { raw } = await run.handle.describe();
      return (raw.pendingActivities ?? []).length + (raw.pendingChildren ?? []).length + (raw.pendingWorkflowTask ? 1 : 0);
    };
    await expect.poll(pending, { timeout: 60_000 }).toBe(0);
    const { historyLength } = await run.handle.describe();
    expect((await run.status()).trials).toHaveLength(1);
    expect((await run.handle.describe()).historyLength).toBe(historyLength);

    await run.handle.signal(messageNames.resume);
    const status = await run.result();
    expect(status.state).toBe('done');
    // After a pause over a weekend there is as much time left as before.
    const [pausedAt = 0, resumedAt = 0] = (status.steered ?? []).map(({ at }) => at);
    expect(status.budget.askingMs).toBeGreaterThan(0);
    expect(status.budget.askingMs).toBeLessThanOrEqual(resumedAt - pausedAt);
    // Who, when and why; in the store too. Who signals by other means may say nothing.
    expect(status.steered).toEqual([{ what: 'pause', who: 'ada', comment: 'the host is needed', at: expect.any(Number) as number }, { what: 'resume', who: 'somebody who did not say', comment: '', at: expect.any(Number) as number }]);
    expect((await show(engine.context, run.id)).status.steered).toEqual(status.steered);
    expect(status.trials.map((trial) => trial.id).slice(0, 3)).toEqual(['r1-1', 'r1-2', 'r1-3']);
  });

  it('ends a paused run on stop', async () => {
    const run = await startRun(engine, target);
    await run.handle.signal(messageNames.pause);
    await run.until('it is paused', (status) => status.state === 'paused');
    await run.handle.signal(messageNames.stop);
    const status = await run.result();
    expect(status).toMatchObject({ state: 'done', trials: [], accepted: 0 });
  });
});

describe('messages that make no sense', () => {
  const target = makeTarget(() => scoredProgram({ alpha: 1 }, '[target]\nname = "patient"\n[[steps]]\ntype = "noop"\n[loop]\nrounds = 1'));

  it('are refused or ignored, and the run goes on', async () => {
    const run = await startRun(engine, target);
    await run.handle.signal(messageNames.pause);
    await run.until('it is paused', (status) => status.state === 'paused');
    for (const args of [[], ['r1-1'], [{ approve: true }]]) {
      await run.handle.signal(messageNames.decide, ...args);
      await run.handle.signal('trialState', ...args);
      await expect(run.handle.executeUpdate<unknown, [unknown]>(messageNames.decide, { args: args as [unknown] })).rejects.toMatchObject({ cause: { type: 'PL_BAD_MESSAGE' } });
      await expect(run.handle.executeUpdate<unknown, [unknown]>(messageNames.setBudget, { args: args as [unknown] })).rejects.toMatchObject({ cause: { type: 'PL_BAD_MESSAGE' } });
    }
    await run.handle.signal('noSuchSignal', 1);
    await run.handle.signal(messageNames.resume, 'now', 'please');
    const status = await run.result();
    expect(status).toMatchObject({ state: 'done', decisions: [] });
    expect(status.warnings.join('\n')).toMatch(/A signal `decide` was ignored: it takes one object such as/);
  });
});

describe('cancel', () => {
  const target = threeWaits('rounds = 1');

  it('ends the run at once and says so in its last status', async () => {
    const run = await startRun(engine, target);
    await run.until('a trial samples', (status) => status.trials[0]?.state === 'confirming');
    await run.handle.cancel();
    await expect(run.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    const status = await run.status();
    expect(status.state).toBe('cancelled');
    expect(status.error).toBeNull();
    expect(resultBranch(engine, status)).toBeNull();
  });
});
