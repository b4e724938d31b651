import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { FleetRunInput } from '../../src/core/fleet/fleet-run.js';
import { priorityOf } from '../../src/core/fleet/priority.js';
import type { Client } from '@temporalio/client';
import { storedSchedules, type FleetServer } from '../../src/client/fleet/schedules.js';
import { fleetSweep, type SweepFollowed } from '../../src/client/verbs/fleet-sweep.js';
import { fleetStatus, type FleetChanges, type FleetOverview, type FleetState } from '../../src/client/verbs/fleet.js';
import { hookReceiver } from '../support/hook-receiver.js';
import { cli, jsonOf } from './cli.js';
import { makeTarget, sharedEngine } from './shared.js';
import { scoredProgram } from './target.js';

const { told, env } = await hookReceiver();
const engine = sharedEngine(env);
const target = makeTarget(() => scoredProgram({ alpha: 1 }, '[loop]\nrounds = 3\n[[steps]]\ntype = "noop"'));
const patience = { timeout: 120_000, interval: 500 };

/** Of all that a fleet does here, the one thing that runs is a step that does nothing. */
const fleetFile = (name: string, more = ''): string => `[fleet]
name = "${name}"
[defaults]
cadence = "daily at 02:30"
[[targets]]
name = "fetched"
catch_up = "2h"
repository = "${pathToFileURL(target.dir).href}"
overrides.loop.rounds = 1
${more}[[targets]]
name = "vanished"
repository = "${target.dir}"
branch = "vanished"
pause_after = 2
overrides.notify = [{ kind = "webhook", url = "$HOOK", secret = "$HOOK_KEY", events = ["paused"] }]
`;

describe('a fleet', () => {
  const fleet = async (args: readonly string[]): Promise<{ code: number | null; data: unknown; stderr: string }> => {
    const ended = await cli(engine, ['fleet', ...args, '--json'], { cwd: target.outside });
    return { code: ended.code, data: ended.stdout === '' ? null : jsonOf(ended), stderr: ended.stderr };
  };
  const write = (text: string): void => writeFileSync(join(target.outside, 'fleet.toml'), text);
  const states = async (): Promise<FleetState[]> => (await fleetStatus({ ...engine.context, cwd: target.outside }, undefined)).targets;
  const changes = async (args: readonly string[]): Promise<[string, string][]> => ((await fleet(args)).data as FleetChanges).changes.map(({ target: of, change }) => [of, change]);

  it('is applied once, shows what changed by hand, runs what it is asked to, and pauses what fails again and again, of which it tells', { timeout: 400_000 }, async () => {
    // A retry of the test has a fleet of its own.
    const name = `test-${randomBytes(3).toString('hex')}`;
    told.length = 0;
    write(fleetFile(name));
    expect(await changes(['diff'])).toEqual([['fetched', 'create'], ['vanished', 'create']]);
    expect(await changes(['apply'])).toEqual([['fetched', 'create'], ['vanished', 'create']]);
    expect(await changes(['apply'])).toEqual([['fetched', 'same'], ['vanished', 'same']]);
    // The server's list may be behind: what was just made is known all the same, and what it still has and is gone is not.
    const listing = (...ids: string[]): FleetServer => ({ client: Object.create(engine.client, { schedule: { value: { list: () => Readable.from(ids.map((scheduleId) => ({ scheduleId }))), getHandle: (id: string) => engine.client.schedule.getHandle(id) } } }) as Client, prefix: 'perfloop', fleet: name, who: 'tester' });
    const known = async (...ids: string[]): Promise<string[]> => (await storedSchedules(listing(...ids), ['vanished'])).map(({ target: of }) => of);
    expect(await known()).toEqual(['vanished']);
    expect(await known(`perfloop/fleet/${name}/fetched`, `perfloop/fleet/${name}/gone`)).toEqual(['fetched', 'vanished']);

    // Earlier versions had another fairness key: nobody's hand, and made as it is now.
    const handle = engine.client.schedule.getHandle(`perfloop/fleet/${name}/fetched`);
    await handle.update(({ action, ...previous }) => ({ ...previous, action: { ...action, priority: { priorityKey: 3, fairnessKey: 'fetched', fairnessWeight: 1 } } as typeof action }));
    expect(((await fleet(['apply'])).data as FleetChanges).changes[0]).toMatchObject({ change: 'update', what: [expect.stringMatching(/^fairness key: fetched -> /)], drift: [], done: true });
    expect(await changes(['diff'])).toEqual([['fetched', 'same'], ['vanished', 'same']]);

    // By hand: shown, and overwritten only where that is asked for.
    await handle.update(({ policies, action, ...previous }) => ({ ...previous, policies: { ...policies, catchupWindow: 3 * 3_600_000 }, action: { ...action, workflowId: 'mine', workflowRunTimeout: '1 minute', workflowTaskTimeout: '7 seconds', retry: { maximumAttempts: 3, backoffCoefficient: 2 } } }));
    const drifted = await fleet(['apply']);
    expect(drifted.code).toBe(2);
    expect((drifted.data as FleetChanges).changes[0]).toMatchObject({ target: 'fetched', change: 'drift', done: false, drift: ['catch-up window: 3h, not 2h', `workflow id: mine, not perfloop/fleet/${name}/fetched`, 'time-out of a run: 1m, not none', 'time-out of a task: 7s, not 5s', 'retries: by a policy, not none'] });
    // What its runs would do is no news from the file, whatever the file says meanwhile.
    await handle.update(({ action, ...previous }) => {
      const [input] = action.args as [FleetRunInput];
      return { ...previous, action: { ...action, args: [{ ...input, target: { ...input.target, branch: 'evil' } }] } };
    });
    expect(((await fleet(['apply'])).data as FleetChanges).changes[0]).toMatchObject({ target: 'fetched', change: 'update', done: false, drift: expect.arrayContaining(['input: changed, not as applied']) as string[] });
    expect((await fleet(['apply', '--force'])).code).toBe(0);
    // `temporal schedule update` replaces all of it, the input too.
    await handle.update(({ action, state, ...previous }) => ({ ...previous, action: { ...action, args: [] }, state: { ...state, remainingActions: 3 } }));
    expect((await states()).map(({ target: of, drift }) => [of, drift.length])).toEqual([['fetched', 1], ['vanished', 0]]);
    expect((await fleet(['apply', '--force'])).code).toBe(0);
    expect(await changes(['diff'])).toEqual([['fetched', 'same'], ['vanished', 'same']]);

    // What the file changes is told key by key.
    const served = 'priority = 1\nweight = 2.5\n';
    write(fleetFile(name, served));
    expect(((await fleet(['apply'])).data as FleetChanges).changes[0]).toMatchObject({ change: 'update', what: ['priority: 3 -> 1', 'weight: 1 -> 2.5'], done: true });

    // All at once is a sweep, of which one run fails.
    const swept = await fleet(['run']);
    expect([swept.code, (swept.data as SweepFollowed).sweep]).toMatchObject([2, { state: 'done', waiting: 0, running: [], counts: { completed: 1, failed: 1, other: 0, leftOut: 0 } }]);
    const ended = async (of: string): Promise<FleetState['last']> => (await states()).find((state) => state.target === of)?.last ?? null;
    await expect.poll(() => ended('fetched'), patience).toMatchObject({ state: 'completed', result: { base: target.git('rev-parse', 'HEAD'), accepted: 0, speedup: null } });
    await expect.poll(() => ended('vanished'), patience).toMatchObject({ state: 'failed', failure: { code: 'PL_FLEET_NO_BRANCH', message: 'the repository has no branch vanished' } });
    expect((await states()).map(({ schedule }) => schedule)).toEqual(['on', 'on']);

    // The run is one like any other, with what the fleet says in place of the config of the repository.
    const result = (await ended('fetched'))?.result ?? null;
    const run = result !== null && 'run' in result ? (result.run ?? '') : '';
    expect(jsonOf(await cli(engine, ['show', run, '--json']))).toMatchObject({ state: 'done', rounds: 1, target: { name: 'fetched' } });

    // Its priority and weight are those of its target, as those of all that it asks of hosts; the share is that of the repository.
    const { raw } = await engine.client.workflow.getHandle(run).describe();
    expect(raw.workflowExecutionInfo?.priority).toMatchObject(priorityOf({ repository: target.dir, priority: 1, weight: 2.5 }));

    // A failure of which the server keeps nothing any more is not counted, and hides no other.
    const { workflow: first = '' } = (await ended('vanished')) ?? {};
    await engine.client.workflowService.deleteWorkflowExecution({ namespace: engine.client.options.namespace, workflowExecution: { workflowId: first } });
    const isKnown = (): Promise<boolean> => engine.client.workflow.getHandle(first).describe().then(() => true, () => false);
    await expect.poll(isKnown, patience).toBe(false);
    await fleet(['run', 'vanished']);
    await expect.poll(async () => ((await ended('vanished'))?.workflow === first ? null : await ended('vanished')), patience).toMatchObject({ state: 'failed', failure: { code: 'PL_FLEET_NO_BRANCH' } });
    const { workflow: second = '' } = (await ended('vanished')) ?? {};
    await expect(engine.client.workflow.getHandle(second).result()).rejects.toMatchObject({ cause: { type: 'PL_FLEET_NO_BRANCH' } });
    expect((await states())[1]).toMatchObject({ schedule: 'on' });

    await fleet(['run', 'vanished']);
    await expect.poll(async () => (await states())[1], patience).toMatchObject({ schedule: 'paused', next: null, note: expect.stringMatching(/after 2 failures in a row; the last: PL_FLEET_NO_BRANCH: the repository has no branch vanished/) as string });
    // Those whom the fleet file names are told, once, and not of the failures before: the repository is what cannot be reached.
    await expect.poll(() => told, patience).toEqual([{ id: expect.stringMatching(/\.paused$/) as string, event: 'paused', target: 'vanished', run: null, title: 'vanished: paused after 2 failures in a row', text: expect.stringMatching(/^PL_FLEET_NO_BRANCH: .*vanished[^]*\nperfloop fleet resume vanished$/) as string, signed: true }]);
    expect((await fleet(['resume', 'vanished', '--reason', 'the branch is back'])).code).toBe(0);
    expect((await states())[1]).toMatchObject({ schedule: 'on', note: expect.stringMatching(/the branch is back/) as string });

    // What failed before counts no more: the next failure is the first one.
    const { workflow: third = '' } = (await ended('vanished')) ?? {};
    await fleet(['run', 'vanished']);
    await expect.poll(async () => ((await ended('vanished'))?.workflow === third ? null : await ended('vanished')), patience).toMatchObject({ state: 'failed' });
    expect((await states())[1]).toMatchObject({ schedule: 'on' });

    write(fleetFile(name, served).split('[[targets]]').slice(0, 2).join('[[targets]]'));
    expect(await changes(['apply'])).toEqual([['fetched', 'same'], ['vanished', 'remove']]);
    expect((await fleet(['run', 'vanished'])).code).toBe(2);
    expect((await fleet(['remove'])).code).toBe(0);
    expect((await states()).map(({ schedule }) => schedule)).toEqual(['missing']);
  });

  it('is swept: so many runs at once, by priority, over executions, until somebody stops it', { timeout: 400_000 }, async () => {
    const name = `swept-${randomBytes(3).toString('hex')}`;
    const held = `[[targets]]\nname = "held"\nrepository = "${target.dir}"\npriority = 1\noverrides.steps = [{ type = "approve", name = "hold" }]\n`;
    const idle = ['one', 'two', 'three'].map((of, index) => `[[targets]]\nname = "${of}"\nrepository = "${target.dir}"\noverrides.loop = { rounds = 1, plateau = ${index + 1} }\n`);
    write(`[fleet]\nname = "${name}"\nopen = 1\n${idle.join('')}${held}`);
    await fleet(['apply']);
    const id = `perfloop/fleet/${name}`;
    const here = { ...engine.context, cwd: target.outside };
    const sweep = async (): Promise<FleetOverview['sweep']> => (await fleetStatus(here, undefined)).sweep;

    // As short as its executions may be, no run is lost and none is started twice.
    const short = await fleetSweep(here, { file: undefined, names: ['one', 'two', 'three'], detach: false, show: () => undefined, mostEvents: 1 });
    expect(short.sweep?.ended.map(({ target: of, outcome }) => [of, outcome.kind])).toEqual([['one', 'completed'], ['two', 'completed'], ['three', 'completed']]);
    const executions = async (workflowId: string): Promise<number> => (await engine.client.workflow.count(`WorkflowId = '${workflowId}'`)).count;
    await expect.poll(() => executions(id), patience).toBeGreaterThan(3);
    for (const of of ['one', 'two', 'three']) expect(await executions(`${id}/${of}/sweep`)).toBe(1);

    expect((await fleet(['run', '--detach'])).code).toBe(0);
    await expect.poll(sweep, patience).toMatchObject({ state: 'running', open: 1, waiting: 3, running: [{ target: 'held' }] });
    expect(await fleet(['run'])).toMatchObject({ code: 2, data: { error: { code: 'PL_FLEET_SWEEPING' } } });
    await fleet(['pause', '--sweep', '--reason', 'the hosts are needed']);
    await expect.poll(sweep, patience).toMatchObject({ state: 'paused', steered: [{ what: 'pause', who: expect.any(String) as string, comment: 'the hosts are needed', at: expect.any(Number) as number }] });
    // As the Temporal UI sends it.
    await engine.client.workflow.getHandle(id).signal('resume');

    // Its schedule does not run besides what the sweep runs.
    await fleet(['run', 'held']);
    const scheduled = async (): Promise<string | undefined> => (await engine.client.schedule.getHandle(`${id}/held`).describe()).info.recentActions[0]?.action.workflow.workflowId;
    await expect.poll(scheduled, patience).toBeTruthy();
    expect(await engine.client.workflow.getHandle((await scheduled()) ?? '').result()).toMatchObject({ run: null });

    await fleet(['stop', '--cancel-runs', '--reason', 'enough']);
    const attached = await fleet(['attach']);
    expect([attached.code, (attached.data as SweepFollowed).sweep]).toMatchObject([2, { state: 'stopped', waiting: 3, running: [], counts: { completed: 0, other: 1 } }]);
    expect((attached.data as SweepFollowed).sweep?.steered).toMatchObject([{ what: 'pause' }, { what: 'resume', who: 'somebody who did not say' }, { what: 'stop', comment: 'enough', cancelRuns: true }]);
    expect(await fleet(['stop'])).toMatchObject({ code: 2, data: { error: { code: 'PL_FLEET_NO_SWEEP' } } });
    await fleet(['remove']);
  });
});
