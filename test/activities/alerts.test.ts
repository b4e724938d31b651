import { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { actOnAlertActivity } from '../../src/activities/alerts/act.js';
import { tellAlertsActivity } from '../../src/activities/alerts/tell.js';
import type { Alert } from '../../src/core/alerts/book.js';
import { alertsSchema } from '../../src/core/alerts/schema.js';
import { homeFrom, type Home } from '../../src/store/home.js';

const alert: Alert = { id: 'throughput', kind: 'throughput', subject: 'cpu', text: 'Work waits.', fix: 'Start hosts.', since: 1, toldAt: 2, escalated: false, seen: 2, gone: 0, done: null, acknowledged: null };
const run = <Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> => new MockActivityEnvironment().run<[Input], Output, (input: Input) => Promise<Output>>(activity, input);

function temporaryHome(): Home {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-alerts-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return homeFrom({ PERFLOOP_HOME: root });
}

it('the hook for more hosts gets the alert as JSON, its own environment, and its failure is told', async () => {
  const home = temporaryHome();
  const client = new Client();
  onTestFinished(async () => client.connection.close());
  const act = actOnAlertActivity({ home, client, env: { PATH: process.env['PATH'], CLOUD_KEY: 'a-key' }, rollBack: async () => expect.fail('nothing is to be rolled back') });
  const asked = (hook?: string) => run(act, { v: 1, fleet: 'nightly', queuePrefix: 'perfloop', at: 7, rules: alertsSchema.parse(hook === undefined ? {} : { scale_hook: hook }), alert, action: { kind: 'scale', tag: 'gpu.h100' } });
  const out = join(home.root, 'told');
  expect(await asked(`cat > ${out}; echo $CLOUD_KEY >> ${out}`)).toContain('ran `cat');
  const [told = '', key] = readFileSync(out, 'utf8').trim().split('\n');
  expect([JSON.parse(told), key]).toEqual([{ v: 1, fleet: 'nightly', at: 7, tag: 'gpu.h100', alert: { id: 'throughput', kind: 'throughput', subject: 'cpu', text: 'Work waits.' } }, 'a-key']);
  await expect(asked('echo no quota left >&2; exit 3')).rejects.toMatchObject({ type: 'PL_ALERT_HOOK', message: 'scale_hook failed: no quota left' });
  expect(await asked()).toContain('`scale_hook` is not set; hosts of kind gpu.h100 are wanted');
});

it('a secret of the environment that the hook prints is in no failure, nor is a part of one with several lines', async () => {
  const home = temporaryHome();
  const client = new Client();
  onTestFinished(async () => client.connection.close());
  const key = 'Zm9vYmFy/9+q1';
  const pem = '-----BEGIN-----\nMIIEow+ba1/8\nlastPartOf/Key==';
  const act = actOnAlertActivity({ home, client, env: { PATH: process.env['PATH'], CLOUD_API_KEY: key, CLOUD_PRIVATE_KEY: pem }, rollBack: async () => expect.fail('nothing is to be rolled back') });
  const failure = async (hook: string) => run(act, { v: 1, fleet: 'nightly', queuePrefix: 'perfloop', at: 7, rules: alertsSchema.parse({ scale_hook: hook }), alert, action: { kind: 'scale', tag: 'gpu.h100' } }).catch((error: unknown) => error);
  const told = await failure('echo "refused: $CLOUD_API_KEY" >&2; exit 3');
  expect(told).toMatchObject({ type: 'PL_ALERT_HOOK', message: 'scale_hook failed: refused: [redacted]' });
  expect(JSON.stringify(told)).not.toContain(key);
  expect(await failure('printf "%s\\n" "$CLOUD_PRIVATE_KEY" >&2; exit 3')).toMatchObject({ type: 'PL_ALERT_HOOK', message: 'scale_hook failed: [redacted]' });
});

it('what is told is appended to the log of the fleet', async () => {
  const home = temporaryHome();
  const tell = tellAlertsActivity({ home });
  await run(tell, { v: 1, fleet: 'nightly', at: 0, events: [{ kind: 'raised', alert: { ...alert, done: 'ran `hook`' } }] });
  await run(tell, { v: 1, fleet: 'nightly', at: 1000, events: [{ kind: 'cleared', alert }] });
  expect(readFileSync(join(home.logs, 'alerts/nightly.log'), 'utf8')).toBe('1970-01-01T00:00:00.000Z raised throughput: Work waits. Start hosts. Done: ran `hook`\n1970-01-01T00:00:01.000Z cleared throughput: Work waits.\n');
});
