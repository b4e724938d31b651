import { MockActivityEnvironment } from '@temporalio/testing';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { actOnAlertActivity } from '../../src/activities/alerts/act.js';
import { acknowledgeAlert, fleetAlerts } from '../../src/client/verbs/fleet-alerts.js';
import { fleetApply, fleetDiff } from '../../src/client/verbs/fleet.js';
import { show } from '../../src/client/verbs/show.js';
import { hosts, steerHost } from '../../src/client/verbs/hosts.js';
import type { Alert } from '../../src/core/alerts/book.js';
import { alertsSchema } from '../../src/core/alerts/schema.js';
import { cli } from './cli.js';
import { sharedEngine } from './shared.js';
import { seedRuns } from '../support/seeded-fleet.js';

const engine = sharedEngine();
const folder = mkdtempSync(join(tmpdir(), 'perfloop-alerts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'fleet.toml');
const minute = 60_000;
const patience = { timeout: 120_000, interval: 200 };

// The store of yesterday: fast, then slow after a patch was accepted, dear, and with a question that nobody answered.
seedRuns(engine.home, [
  ...Array.from({ length: 5 }, (_, index) => ({ run: `r-fast${index + 2}`, fleet: 'nightly', startedAt: Date.now() - 30 * 60 * minute, endedAt: Date.now() - 29 * 60 * minute, tookMs: { execute: minute }, ...(index === 0 ? { accepted: [{ at: Date.now() - 31 * 60 * minute }] } : {}) })),
  ...Array.from({ length: 5 }, (_, index) => ({ run: `r-slow${index + 2}`, fleet: 'nightly', startedAt: Date.now() - 60 * minute, endedAt: Date.now() - 10 * minute, tookMs: { execute: 30 * minute }, dollars: 3, ...(index === 0 ? { accepted: [{ at: Date.now() - 60 * minute }] } : {}) })),
  { run: 'r-open', fleet: 'nightly', startedAt: Date.now() - 50 * minute, endedAt: null, waiting: { 'r1-1': Date.now() - 40 * minute } },
]);

const fleetFile = (alerts: string): string => `[fleet]\nname = "nightly"\n${alerts}[[targets]]\nname = "parser"\nrepository = "/nowhere"\n`;
const bounds = (most: number, approval = '10m'): string => `[alerts]\nevery = "200ms"\nmoney_per_day = ${most}\napproval = "${approval}"\n[alerts.phase_p95]\nexecute = { bound = "10m", action = "roll_back" }\n[[alerts.notify]]\nkind = "slack"\nurl = "$NOT_SET"\n`;

it('raises what is crossed, is silent on what somebody takes care of, clears what is over, and stops with its table', async () => {
  const apply = async (alerts: string) => {
    writeFileSync(file, fleetFile(alerts));
    return (await fleetApply(engine.context, file, { force: false })).alerts;
  };
  const told = async () => (await fleetAlerts(engine.context, file)).told.map(({ kind, id }) => `${kind} ${id}`);

  // A first try of the test may have left some.
  await expect.poll(() => apply(''), patience).toBe('none');
  await expect(fleetAlerts(engine.context, file)).rejects.toMatchObject({ code: 'PL_NO_ALERTS' });
  writeFileSync(file, fleetFile(bounds(10)));
  expect((await fleetDiff(engine.context, file)).alerts).toBe('create');
  expect(await apply(bounds(10))).toBe('create');
  expect(await apply(bounds(10))).toBe('same');

  await expect.poll(told, patience).toEqual(expect.arrayContaining(['raised phase/parser/execute', 'raised money', 'raised approval/r-open']));
  const shown = await cli(engine, ['fleet', 'alerts', '--file', file]);
  expect(shown.code).toBe(2);
  expect(shown.stdout).toContain('The 95th percentile of execute of parser is 30m, above its bound of 10m (5 times within 1d).');
  expect(shown.stdout).toContain('Models and agents cost $15.00 within 24 hours, above the bound of $10.00.');
  expect(shown.stdout).toContain('nightly: 3 alerts, last look ');
  // A second try of the test finds it rolled back.
  expect(shown.stdout).toMatch(/done: (?:rolled back what was accepted since .* UTC, when execute of parser was within its bound last: r-slow2\/r2-0 "r2-0"\.|nothing is rolled back: nothing that was accepted since)/);
  const rolledBack = async (run: string) => (await show(engine.context, run)).status.rolledBack?.map(({ trial, who, alert }) => [trial, who, alert]);
  expect([await rolledBack('r-slow2'), await rolledBack('r-fast2')]).toEqual([[['r2-0', 'perfloop', 'phase/parser/execute']], undefined]);
  const byHand = async (...flags: string[]) => cli(engine, ['rollback', 'r-fast2', ...flags]);
  expect(JSON.parse((await byHand('--comment', 'the build takes an hour', '--json')).stdout)).toEqual({ run: 'r-fast2', patches: [{ trial: 'r2-0', title: 'r2-0' }], undo: false, delivery: 'done' });
  expect((await byHand()).stderr).toContain('PL_NOTHING_TO_ROLL_BACK');
  expect((await show(engine.context, 'r-fast2')).status.rolledBack).toMatchObject([{ trial: 'r2-0', why: 'the build takes an hour', alert: null }]);
  expect((await byHand('--undo')).stdout).toContain('given back r2-0');
  expect(await rolledBack('r-fast2')).toBeUndefined();

  await expect(acknowledgeAlert(engine.context, file, 'nothing', '')).rejects.toMatchObject({ code: 'PL_NO_SUCH_ALERT' });
  await acknowledgeAlert(engine.context, file, 'phase/parser/execute', 'a slow disk');
  await expect.poll(async () => (await fleetAlerts(engine.context, file)).open.find(({ id }) => id === 'phase/parser/execute')?.acknowledged?.why, patience).toBe('a slow disk');

  // The bounds become wider: what they kept open is over.
  expect(await apply(bounds(100, '2h'))).toBe('update');
  await expect.poll(told, patience).toEqual(expect.arrayContaining(['cleared money', 'cleared approval/r-open']));
  expect((await cli(engine, ['fleet', 'alerts', '--file', file])).code).toBe(0);
  expect(readFileSync(join(engine.home.logs, 'alerts/nightly.log'), 'utf8')).toContain(' raised money: Models and agents cost $15.00');

  const notified: string[] = [];
  for await (const { workflowId } of engine.client.workflow.list({ query: "WorkflowType = 'notification'" })) notified.push(workflowId);
  expect(notified.filter((id) => id.includes('.money.')).map((id) => id.split('.').at(-2))).toEqual(expect.arrayContaining(['cleared', 'raised']) as string[]);

  expect(await apply('')).toBe('remove');
  await expect.poll(async () => (await engine.client.workflow.getHandle('perfloop/alerts/nightly').describe()).status.name, patience).toBe('COMPLETED');
});

it('drains a host that fails, and says so', async () => {
  const [known] = (await hosts(engine.context)).hosts;
  const host = known?.host ?? '';
  const alert: Alert = { id: `host/${host}/failing`, kind: 'host', subject: host, text: 'The disk is full.', fix: '', since: 1, toldAt: null, escalated: false, seen: 2, gone: 0, done: null, acknowledged: null };
  const act = actOnAlertActivity({ home: engine.home, client: engine.client, env: {}, rollBack: async () => expect.fail('nothing is to be rolled back') });
  const asked: Parameters<typeof act>[0] = { v: 1, fleet: 'nightly', queuePrefix: 'perfloop', at: 1, rules: alertsSchema.parse({}), alert, action: { kind: 'drain', host } };
  expect(await new MockActivityEnvironment().run<[typeof asked], string, typeof act>(act, asked)).toBe(`host ${host} drains`);
  await expect.poll(async () => (await hosts(engine.context)).hosts[0]?.drain, patience).toMatchObject({ who: 'perfloop', reason: 'The disk is full.' });
  await steerHost(engine.context, 'undrain', host, '');
  await expect.poll(async () => (await hosts(engine.context)).hosts[0]?.state, patience).toBe('serving');
});
