import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploymentList, drainBuild, setCurrentBuild } from '../../src/client/verbs/deployment.js';
import { worker, type WorkerOptions } from '../../src/client/verbs/worker.js';
import { workflowTypes } from '../../src/core/inputs.js';
import { queues } from '../../src/core/queues.js';
import { homeFrom } from '../../src/store/home.js';
import { setUpEngine } from './engine.js';

const prefix = 'versions';
const engine = setUpEngine();
const folder = mkdtempSync(join(tmpdir(), 'perfloop-versions-'));
let client: Client;
let address: string;
/** That of the engine serves its own queues. */
const env = { ...engine.env, PERFLOOP_QUEUE_PREFIX: prefix, PERFLOOP_HOME: folder };
const context = { ...engine.context, env, home: homeFrom(env), connection: {} as { address?: string } };
const patience = { timeout: 90_000, interval: 100 };
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  ({ client, address } = await engine.start());
  context.connection = { address };
});
afterAll(async () => {
  await Promise.all(ends.map((end) => end()));
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A worker as a process of its own. Gives what ends it. */
function start(more: Partial<WorkerOptions>): () => Promise<void> {
  const stop = new AbortController();
  const ended = worker({ home: context.home, env, connection: { address }, tags: ['cpu'], hub: false, ...more }, { onProgress: () => undefined, onWaiting: () => undefined, onStart: () => undefined, signal: stop.signal });
  const end = async (): Promise<void> => {
    stop.abort();
    await ended;
  };
  ends.push(end);
  return end;
}

const build = (buildId: string) => start({ workflowsOnly: true, deployment: 'perfloop', buildId });

/** A workflow that waits until there is a hub. */
async function begin(workflowId: string): Promise<void> {
  await client.workflow.start(workflowTypes.keepLessons, { workflowId, taskQueue: queues.workflows(prefix), args: [{ v: 1, queuePrefix: prefix, lessons: [] }], workflowTaskTimeout: '5 seconds' });
}

/** The builds whose workers completed a task of it. */
async function buildsOf(workflowId: string): Promise<string[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap((event) => event.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId ?? []);
}

const drain = async (name: string, wait = false) => await drainBuild(context, { build: name, wait, signal: new AbortController().signal, onOpen: () => undefined });
const known = async (): Promise<string[]> => await deploymentList(context).then(({ builds }) => builds.map((one) => one.build).sort(), () => []);

it('keeps a run on the build that began it, and begins others on the current one', async () => {
  await expect(deploymentList(context)).rejects.toMatchObject({ code: 'PL_NO_DEPLOYMENT', fix: expect.stringContaining('perfloop worker --deployment') as unknown });
  const endOld = build('0.1.0');
  await expect.poll(known, patience).toEqual(['0.1.0']);
  await expect(setCurrentBuild(context, '0.2.0')).rejects.toMatchObject({ code: 'PL_NO_BUILD', fix: expect.stringContaining('0.1.0') as unknown });
  expect(await setCurrentBuild(context, '0.1.0')).toMatchObject({ current: '0.1.0' });
  await expect(drain('0.1.0')).rejects.toMatchObject({ code: 'PL_BUILD_CURRENT' });
  await begin('old');
  await expect.poll(async () => await buildsOf('old'), patience).toEqual(['0.1.0']);

  build('0.2.0');
  await expect.poll(known, patience).toEqual(['0.1.0', '0.2.0']);
  await setCurrentBuild(context, '0.2.0');
  await begin('new');
  await expect.poll(async () => await buildsOf('new'), patience).toEqual(['0.2.0']);
  await expect.poll(async () => (await drain('0.1.0')).open, patience).toBe(1);

  // Without its build the old one stays where it is, while the new one comes to its end.
  await endOld();
  start({ hub: true, deployment: 'perfloop', buildId: '0.2.0' });
  await client.workflow.getHandle('new').result();
  expect((await client.workflow.getHandle('old').describe()).status.name).toBe('RUNNING');
  build('0.1.0');
  await client.workflow.getHandle('old').result();
  expect(new Set(await buildsOf('old'))).toEqual(new Set(['0.1.0']));
  expect(new Set(await buildsOf('new'))).toEqual(new Set(['0.2.0']));
  expect(await drain('0.1.0', true)).toEqual({ deployment: 'perfloop', build: '0.1.0', open: 0 });
});
