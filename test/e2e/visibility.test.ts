import { beforeAll, describe, expect, it } from 'vitest';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { searchAttributes } from '../../src/core/messages.js';
import type { RunStatus } from '../../src/core/status.js';
import { makeTarget, sharedEngine } from './shared.js';
import { startRun, type StartedRun } from './runs.js';
import { makesFast, proposer, scoredProgram } from './target.js';

// What the Temporal UI and `temporal workflow list` show of a run.

const engine = sharedEngine();
const target = makeTarget((outside) => scoredProgram({ alpha: 40 }, `[target]\nname = "seen"\n[loop]\nrounds = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"\n[approval]\nmode = "final"`));

type Event = temporal.api.history.v1.IHistoryEvent;

/** The text of a payload of user metadata. */
const textIn = (payload: temporal.api.common.v1.IPayload | null | undefined): string => (payload?.data ? (JSON.parse(Buffer.from(payload.data).toString('utf8')) as string) : '');

async function eventsOf(workflowId: string): Promise<Event[]> {
  return (await engine.client.workflow.getHandle(workflowId).fetchHistory()).events ?? [];
}

describe('a run in the Temporal UI', () => {
  let run: StartedRun;
  let waiting: WorkflowExecutionDescription;
  let status: RunStatus;

  beforeAll(async () => {
    run = await startRun(engine, target);
    await run.until('it waits', (now) => now.state === 'awaiting-approval');
    waiting = await run.handle.describe();
    await run.handle.signal('decide', run.decide('final', true));
    status = await run.result();
  });

  it('has its state in search attributes, while it goes on and after it', async () => {
    expect(waiting.searchAttributes).toMatchObject({
      [searchAttributes.target]: [status.target.id],
      [searchAttributes.phase]: ['approval'],
      [searchAttributes.status]: ['awaiting-approval'],
      [searchAttributes.round]: [1],
      [searchAttributes.speedup]: [status.speedup?.ratio],
    });
    const ended = await run.handle.describe();
    expect(ended.searchAttributes).toMatchObject({ [searchAttributes.status]: ['done'], [searchAttributes.phase]: ['learn'] });
  });

  it('is found by them', async () => {
    const found = async (query: string): Promise<string[]> => {
      const ids: string[] = [];
      for await (const workflow of engine.client.workflow.list({ query })) ids.push(workflow.workflowId);
      return ids;
    };
    await expect.poll(() => found(`PerfloopTarget = "${status.target.id}" AND PerfloopStatus = "done" AND PerfloopSpeedup > 1.1 AND PerfloopRound = 1`)).toEqual([run.id]);
    expect(await found(`PerfloopTarget = "${status.target.id}" AND PerfloopStatus = "running" AND PerfloopSpeedup > 100`)).toEqual([]);
  });

  it('has a memo of what it is about and what came out', async () => {
    const { memo } = await run.handle.describe();
    expect(memo).toMatchObject({ target: 'seen', origin: target.dir, base: status.target.base, champion: status.champion, accepted: 1, trials: 1 });
    expect(memo?.['speedup']).toBe(status.speedup?.ratio);
  });

  it('says in a sentence what it is, and each trial what it tries', async () => {
    expect(await waiting.staticSummary()).toBe(`seen: faster than ${status.target.base.slice(0, 7)}`);
    expect(await waiting.staticDetails()).toContain('benchmark: `sh bench/score.sh`');
    const trial = await engine.client.workflow.getHandle(`${run.id}/r1-1`).describe();
    expect(await trial.staticSummary()).toBe('r1-1: alpha waits no longer');
    expect(await trial.staticDetails()).toMatch(/^script, src\/alpha\.js:\d+, on [0-9a-f]{10}$/);
  });

  it.each([
    ['the run', () => run.id],
    ['a trial', () => `${run.id}/r1-1`],
  ])('says of every activity of %s what it does', async (_what, id) => {
    const scheduled = (await eventsOf(id())).filter((event) => event.activityTaskScheduledEventAttributes);
    expect(scheduled.length).toBeGreaterThan(4);
    for (const event of scheduled) expect(`${event.activityTaskScheduledEventAttributes?.activityType?.name}: ${textIn(event.userMetadata?.summary)}`).toMatch(/^\w+: \S/);
  });

  it('gives every activity a time-out, and a heartbeat wherever a command may run', async () => {
    for (const id of [run.id, `${run.id}/r1-1`]) {
      for (const { activityTaskScheduledEventAttributes: scheduled } of await eventsOf(id)) {
        if (!scheduled) continue;
        const where = `${scheduled.activityType?.name} on ${scheduled.taskQueue?.name}`;
        expect(Number(scheduled.startToCloseTimeout?.seconds ?? 0), where).toBeGreaterThan(0);
        expect(scheduled.retryPolicy, where).toBeTruthy();
        if (scheduled.taskQueue?.name?.endsWith('.hub')) continue;
        expect(Number(scheduled.heartbeatTimeout?.seconds ?? 0), where).toBe(5);
      }
    }
  });

  it('does its work on the queue of the host and samples on the queue of the device', async () => {
    const queueOf = new Map<string, string>();
    for (const { activityTaskScheduledEventAttributes: scheduled } of [...(await eventsOf(run.id)), ...(await eventsOf(`${run.id}/r1-1`))]) {
      if (scheduled) queueOf.set(scheduled.activityType?.name ?? '', scheduled.taskQueue?.name ?? '');
    }
    expect(queueOf.get('lease')).toBe('perfloop.cpu');
    expect(queueOf.get('recordRun')).toBe('perfloop.hub');
    expect(queueOf.get('openWorktrees')).toMatch(/^perfloop\.host\.[\w-]+$/);
    expect(queueOf.get('sampleStage')).toBe(`${queueOf.get('openWorktrees')?.replace('.host.', '.bench.')}.cpu`);
    expect(queueOf.get('sampleFinal')).toBe(queueOf.get('sampleStage'));
  });
});
