import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { down } from '../../../src/client/verbs/down.js';
import { connectClient, plainSettings } from '../../../src/worker/connection.js';
import { findBinary } from '../../../src/worker/engine/binary.js';
import { engineStatus } from '../../../src/worker/engine/engine.js';
import { hasWork } from '../../../src/worker/engine/idle.js';
import { identify, isAlive, type ProcessId } from '../../../src/worker/engine/process.js';
import { serverArguments } from '../../../src/worker/engine/server.js';
import { ensureSearchAttributes, missingSearchAttributes } from '../../../src/worker/engine/search-attributes.js';
import { touchEngine, writeState } from '../../../src/worker/engine/state.js';
import { bundleStandIn, testEngine, type TestEngine } from '../../support/engine.js';

beforeAll(bundleStandIn);

/** Started; a workflow task; the activity; a workflow task: 1 + 3 + 3 + 3 events. */
const settledHistoryLength = 10;

/** A workflow that is under way and waits for `finish`. */
async function openWorkflow(engine: TestEngine) {
  const client = await engine.client();
  const handle = await client.workflow.start('waitForSignal', { workflowId: 'waiting', taskQueue: 'perfloop' });
  // Killed in the middle of a workflow task, it would go on only after that task's timeout.
  await expect.poll(async () => (await handle.describe()).historyLength, { timeout: 30_000 }).toBe(settledHistoryLength);
  return {
    finish: async () => {
      await handle.signal('finish');
      return (await handle.result()) as unknown;
    },
  };
}

const kill = async (id: ProcessId | null): Promise<void> => {
  if (!id) throw new Error('not running');
  process.kill(id.pid, 'SIGKILL');
  await expect.poll(async () => await isAlive(id)).toBe(false);
};

describe('the local engine', () => {
  it('starts on demand, says its phases, and serves the next caller as it is', async () => {
    const engine = testEngine();
    const phases: string[] = [];
    const first = await engine.ensure({ onProgress: ({ phase }) => phases.push(phase) });
    expect(first).toMatchObject({ started: true, namespace: 'default' });
    expect([...new Set(phases)]).toEqual(['server', 'worker']);
    expect(await engine.ensure({ onProgress: () => expect.unreachable('it was up') })).toEqual({ ...first, started: false });
    expect(await engineStatus(engine.home)).toMatchObject({ running: true, phase: 'ready', pid: first.pid, problem: null });
  });

  it('has its worker begin anew when that takes too much memory', async () => {
    const engine = testEngine();
    await engine.ensure();
    expect(execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(engine.state().worker?.pid)], { encoding: 'utf8' })).toContain('--max-memory 450 --max-memory-growth 10');
  });

  it('prepares the namespace: search attributes, and histories kept for 30 days', async () => {
    const engine = testEngine();
    await engine.ensure();
    const client = await engine.client();
    expect(await missingSearchAttributes(client)).toEqual([]);
    const { config } = await client.connection.workflowService.describeNamespace({ namespace: 'default' });
    expect(optionalTsToMs(config?.workflowExecutionRetentionTtl)).toBe(30 * 24 * 3600 * 1000);
  });

  it('is one engine when several ask at once', async () => {
    const engine = testEngine();
    const engines = await Promise.all([engine.ensure(), engine.ensure(), engine.ensure()]);
    expect(new Set(engines.map(({ pid }) => pid)).size).toBe(1);
    const { supervisor, server, worker } = engine.state();
    // Those that came second leave by themselves.
    await expect.poll(async () => new Set(await engine.processes()), { timeout: 30_000 }).toEqual(new Set([supervisor.pid, server?.pid, worker?.pid]));
  });

  it('keeps address and UI over a restart', async () => {
    const engine = testEngine();
    const before = await engine.ensure();
    expect(await down({ home: engine.home })).toMatchObject({ wasRunning: true });
    const after = await engine.ensure();
    expect(after).toEqual({ ...before, pid: after.pid });
    expect(after.pid).not.toBe(before.pid);
  });
});

describe('after kill -9', () => {
  it('of the server, another one takes over and open workflows go on', async () => {
    const engine = testEngine();
    await engine.ensure();
    const { finish } = await openWorkflow(engine);
    const { server, address } = engine.state();
    await kill(server);
    const after = await engine.readyAgain((state) => state.server !== null && state.server.pid !== server?.pid);
    expect(after.address).toBe(address);
    expect(await finish()).toBe('finished');
  });

  it('of the worker, another one takes over and open workflows go on', async () => {
    const engine = testEngine();
    await engine.ensure();
    const { finish } = await openWorkflow(engine);
    const { worker } = engine.state();
    await kill(worker);
    await engine.readyAgain((state) => state.worker !== null && state.worker.pid !== worker?.pid);
    expect(await finish()).toBe('finished');
  });

  it('of the supervisor, its children end, and the next caller brings everything back', async () => {
    const engine = testEngine();
    const before = await engine.ensure();
    const { finish } = await openWorkflow(engine);
    const old = await engine.processes();
    await kill(engine.state().supervisor);
    const after = await engine.ensure();
    expect(after).toMatchObject({ started: true, address: before.address, uiUrl: before.uiUrl });
    expect((await engine.processes()).filter((pid) => old.includes(pid))).toEqual([]);
    expect(await finish()).toBe('finished');
  });

  it('of all three, the next caller brings everything back', async () => {
    const engine = testEngine();
    await engine.ensure();
    const { finish } = await openWorkflow(engine);
    const { supervisor, server, worker } = engine.state();
    for (const id of [supervisor, server, worker]) await kill(id);
    expect(await engine.ensure()).toMatchObject({ started: true });
    expect(await finish()).toBe('finished');
  });
});

describe('where the machine is not as it was', () => {
  it('takes no notice of what an engine of another boot left behind', async () => {
    const engine = testEngine();
    await engine.ensure();
    await down({ home: engine.home });
    const self = await identify(process.pid);
    if (!self) throw new Error('this process is not there');
    // The pids now belong to somebody else: to this test, which would end if they were believed.
    const stranger = { ...self, boot: 'the one before' };
    writeState(engine.home, { v: 1, phase: 'ready', supervisor: stranger, server: stranger, worker: stranger, address: '127.0.0.1:1', uiUrl: '', namespace: 'default', build: { version: '', root: '', builtAt: 0 }, binary: '', startedAt: 0, deaths: { server: 0, worker: 0 }, problem: null });
    expect(await engine.ensure()).toMatchObject({ started: true });
  });

  it('moves to other ports when another program has taken one meanwhile', async () => {
    const engine = testEngine();
    const before = await engine.ensure();
    await down({ home: engine.home });
    await listenOn(Number(before.address.split(':')[1]));
    const after = await engine.ensure();
    expect(after.address).not.toBe(before.address);
    expect(after.uiUrl).toBe(before.uiUrl);
  });

  it('moves, with its worker, when a dead server cannot have its port back', async () => {
    const engine = testEngine();
    await engine.ensure();
    await openWorkflow(engine);
    const before = engine.state();
    // While the supervisor cannot look, somebody else takes the port.
    process.kill(before.supervisor.pid, 'SIGSTOP');
    await kill(before.server);
    await listenOn(Number(before.address.split(':')[1]));
    process.kill(before.supervisor.pid, 'SIGCONT');
    await engine.readyAgain((state) => state.address !== before.address);
    const moved = (await engine.client()).workflow.getHandle('waiting');
    await moved.signal('finish');
    expect(await moved.result()).toBe('finished');
  });

  it('refuses a port that the user named and somebody else has', async () => {
    const engine = testEngine();
    const port = await listenOn(0);
    await expect(engine.ensure({ ports: { server: port } })).rejects.toMatchObject({ code: 'PL_PORT_IN_USE', where: `127.0.0.1:${port}` });
    expect(await engine.processes()).toEqual([]);
  });

  it('registers the search attributes on a database that was made without them', async () => {
    const engine = testEngine();
    await withPlainServer(engine, async (client) => {
      expect((await missingSearchAttributes(client)).map(({ problem }) => problem)).toEqual(Array.from({ length: 6 }, () => 'absent'));
    });
    await engine.ensure();
    expect(await missingSearchAttributes(await engine.client())).toEqual([]);
  });

  it('says so when a search attribute has another type', async () => {
    const engine = testEngine();
    await withPlainServer(engine, async (client) => {
      const keyword = encodeSearchAttributeIndexedValueType('KEYWORD');
      if (keyword === undefined) throw new Error('the SDK does not know keywords');
      await client.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes: { PerfloopRound: keyword } });
      await expect(ensureSearchAttributes(client)).rejects.toMatchObject({ code: 'PL_SEARCH_ATTRIBUTES' });
    });
    await expect(engine.ensure()).rejects.toMatchObject({ code: 'PL_SEARCH_ATTRIBUTES', message: expect.stringContaining('PerfloopRound is registered, but not as Int') as unknown });
    expect(await engine.processes()).toEqual([]);
  });
});

describe('the end of the engine', () => {
  it('comes by itself when nobody uses it', async () => {
    const engine = testEngine({ env: { PERFLOOP_IDLE_MS: '1000' } });
    await engine.ensure();
    await expect.poll(engine.processes, { timeout: 60_000 }).toEqual([]);
    expect(existsSync(engine.home.engineFile)).toBe(false);
  });

  it('comes when its home is deleted under it', async () => {
    const engine = testEngine({ env: { PERFLOOP_IDLE_MS: '4000' } });
    await engine.ensure();
    rmSync(engine.home.root, { recursive: true, force: true });
    // Long before it would count as idle: a client keeps using it.
    const using = setInterval(() => touchEngine(engine.home), 500);
    onTestFinished(() => clearInterval(using));
    await expect.poll(engine.processes, { timeout: 60_000 }).toEqual([]);
  });

  it('does not come while a workflow is open or a schedule not paused', async () => {
    const engine = testEngine();
    await engine.ensure();
    const client = await engine.client();
    expect(await hasWork(client)).toBe(false);

    const { finish } = await openWorkflow(engine);
    await expect.poll(async () => await hasWork(client)).toBe(true);
    await finish();
    await expect.poll(async () => await hasWork(client)).toBe(false);

    const action = { type: 'startWorkflow', workflowType: 'waitForSignal', taskQueue: 'perfloop', args: [] as [] } as const;
    const schedule = await client.schedule.create({ scheduleId: 'nightly', spec: { calendars: [{ month: 'JANUARY', dayOfMonth: 1, hour: 3 }] }, action, state: { paused: true } });
    // Schedules are workflows inside the server; one that is paused does not count.
    await expect.poll(async () => await hasWork(client)).toBe(false);
    await schedule.unpause();
    await expect.poll(async () => await hasWork(client)).toBe(true);
  });

  it('comes with `down`, which tells what is still open', async () => {
    const engine = testEngine();
    await engine.ensure();
    await openWorkflow(engine);
    await expect.poll(async () => await hasWork(await engine.client())).toBe(true);
    expect(await down({ home: engine.home })).toEqual({ wasRunning: true, open: 1 });
    expect(await engine.processes()).toEqual([]);
    expect(await engineStatus(engine.home)).toEqual({ running: false });
    expect(await down({ home: engine.home })).toEqual({ wasRunning: false, open: null });
  });

  it('comes with an error that shows the log when the worker cannot live', async () => {
    const engine = testEngine({ workerScript: null });
    const script = join(engine.home.root, 'broken.mjs');
    writeFileSync(script, "console.error('no such bundle'); process.exit(3);\n");
    await expect(engine.ensure({ workerScript: script })).rejects.toMatchObject({ code: 'PL_ENGINE_FAILED', problems: expect.arrayContaining(['no such bundle']) as unknown });
    expect(await engine.processes()).toEqual([]);
  });
});

async function listenOn(port: number): Promise<number> {
  // Clients of a server that was there before may call again.
  const server = createServer((socket) => socket.destroy());
  const listening = async () =>
    await new Promise<boolean>((resolve, reject) => {
      // A killed server may hold its port a moment longer than its process lives.
      server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
  await expect.poll(listening, { timeout: 30_000 }).toBe(true);
  onTestFinished(async () => {
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

/** Runs the bare server on the engine's database. */
async function withPlainServer(engine: TestEngine, work: (client: Awaited<ReturnType<TestEngine['client']>>) => Promise<void>): Promise<void> {
  const { path } = await findBinary({ home: engine.home, env: engine.env, onProgress: () => undefined });
  const ports = { server: await freePort(), ui: await freePort() };
  mkdirSync(engine.home.temporal, { recursive: true });
  const server = spawn(path, serverArguments(engine.home, ports), { env: engine.env, stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    const client = await connectClient(plainSettings({ address: `127.0.0.1:${ports.server}`, namespace: 'default' }, 'perfloop'), { patienceMs: 30_000 });
    try {
      await work(client);
    } finally {
      await client.connection.close();
    }
  } finally {
    server.kill('SIGKILL');
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
