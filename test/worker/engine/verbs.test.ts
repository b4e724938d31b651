import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { doctor } from '../../../src/client/verbs/doctor.js';
import { down } from '../../../src/client/verbs/down.js';
import { up } from '../../../src/client/verbs/up.js';
import { worker } from '../../../src/client/verbs/worker.js';
import { connectClient, plainSettings } from '../../../src/worker/connection.js';
import { bundleStandIn, standInWorker, testEngine } from '../../support/engine.js';

beforeAll(bundleStandIn);

describe('up', () => {
  it('shows the logs, brings back a killed supervisor, and stops everything on the signal', async () => {
    const engine = testEngine();
    const stop = new AbortController();
    const ready: number[] = [];
    const lines: string[] = [];
    const ended = up(
      { home: engine.home, env: engine.env, workerScript: standInWorker },
      { onProgress: () => undefined, onReady: ({ pid }) => ready.push(pid), onLog: (part, line) => lines.push(`${part}: ${line}`), onTrouble: (error) => expect.unreachable(String(error)), signal: stop.signal },
    );
    await expect.poll(() => ready, { timeout: 60_000 }).toHaveLength(1);
    const { supervisor, address } = engine.state();
    process.kill(supervisor.pid, 'SIGKILL');
    await engine.readyAgain((state) => state.supervisor.pid !== supervisor.pid);
    await expect.poll(() => lines.filter((line) => line.startsWith('supervisor: ')), { timeout: 30_000 }).not.toEqual([]);
    stop.abort();
    expect(await ended).toMatchObject({ address, namespace: 'default', stopped: 'signal' });
    expect(await engine.processes()).toEqual([]);
    expect(lines).toContainEqual(expect.stringMatching(/^supervisor: .* stopped$/));
    // A server that is being stopped warns of its own connections.
    const stopping = lines.findLastIndex((line) => /^supervisor: .* stopping/.test(line));
    expect(lines.slice(stopping).filter((line) => line.startsWith('server: '))).toEqual([]);
  });
});

describe('up, interrupted before it is ready', () => {
  it('leaves nothing running', async () => {
    const engine = testEngine();
    const stop = new AbortController();
    const started = up(
      { home: engine.home, env: engine.env, workerScript: standInWorker },
      { onProgress: ({ phase }) => phase === 'worker' && stop.abort(), onReady: () => expect.unreachable('it was interrupted'), onLog: () => undefined, onTrouble: () => undefined, signal: stop.signal },
    );
    await expect(started).rejects.toMatchObject({ code: 'PL_INTERRUPTED' });
    expect(await engine.processes()).toEqual([]);
  });
});

describe('up, while somebody else runs `down`', () => {
  it('ends, and does not start the engine again', async () => {
    const engine = testEngine();
    const ready: number[] = [];
    const ended = up(
      { home: engine.home, env: engine.env, workerScript: standInWorker },
      { onProgress: () => undefined, onReady: ({ pid }) => ready.push(pid), onLog: () => undefined, onTrouble: (error) => expect.unreachable(String(error)), signal: new AbortController().signal },
    );
    await expect.poll(() => ready, { timeout: 60_000 }).toHaveLength(1);
    await down({ home: engine.home });
    expect(await ended).toMatchObject({ stopped: 'elsewhere' });
    expect(await engine.processes()).toEqual([]);
  });
});

describe('worker', () => {
  it('serves the configured server under its tags, registers the search attributes first, is started again where it wants to begin anew, and gives the exit code', async () => {
    const engine = testEngine();
    const { address } = await engine.ensure();
    const client = await connectClient(plainSettings({ address, namespace: 'default' }, 'perfloop'));
    await client.connection.operatorService.removeSearchAttributes({ namespace: 'default', searchAttributes: ['PerfloopGpu'] });
    const seen = join(engine.home.root, 'seen.json');
    const script = join(engine.home.root, 'worker.mjs');
    writeFileSync(script, `import { existsSync, writeFileSync } from 'node:fs'; const before = ${JSON.stringify(join(engine.home.root, 'before'))}; if (!existsSync(before)) { writeFileSync(before, ''); process.exit(75); } writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ args: process.argv.slice(2), address: process.env.TEMPORAL_ADDRESS })); process.on('SIGTERM', () => process.exit(0)); setInterval(() => undefined, 1000);`);
    const stop = new AbortController();
    const started: number[] = [];
    const result = worker(
      { home: engine.home, env: engine.env, connection: { address }, tags: ['cpu', 'gpu.h100'], hub: true, memory: { most: 450, mostGrowth: 10 }, workerScript: script },
      { onProgress: () => undefined, onWaiting: () => undefined, onStart: ({ pid }) => started.push(pid), signal: stop.signal },
    );
    const { readFile } = await import('node:fs/promises');
    await expect.poll(async () => await readFile(seen, 'utf8').catch(() => ''), { timeout: 30_000 }).toBe(JSON.stringify({ args: ['--tag', 'cpu', '--tag', 'gpu.h100', '--hub', '--max-memory', '450', '--max-memory-growth', '10'], address }));
    expect(started).toHaveLength(2);
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes ?? {})).toContain('PerfloopGpu');
    stop.abort();
    expect(await result).toEqual({ exitCode: 0, signal: null });
    await client.connection.close();
  });
});

describe('doctor', () => {
  it('says of each dependency what it found, what it is for and how to mend it', async () => {
    const engine = testEngine();
    await engine.ensure();
    const { ok, exitCode, checks } = await doctor({ home: engine.home, env: engine.env, connection: {}, cwd: engine.home.root });
    expect({ ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
    const byName = new Map(checks.map((check) => [check.name, check]));
    expect(byName.get('node')).toMatchObject({ status: 'ok', found: process.version });
    expect(byName.get('search attributes')).toMatchObject({ status: 'ok' });
    expect(byName.get('home')?.found).toContain(engine.home.root);
    expect([...byName.keys()]).toEqual(expect.arrayContaining(['git', 'flock', 'python3', 'bubblewrap', 'valgrind', 'perf', 'nsys', 'py-spy', 'chromium', 'Temporal binary', 'load', 'cpu governor', 'cpu turbo']));
    for (const check of checks) expect(check.fix === null, check.name).toBe(check.status === 'ok');
  });

  it('fails, and says how to go on, when the configured server is away', async () => {
    const engine = testEngine();
    const { ok, exitCode, checks } = await doctor({ home: engine.home, env: engine.env, connection: { address: '127.0.0.1:9' }, cwd: engine.home.root });
    expect({ ok, exitCode }).toEqual({ ok: false, exitCode: 2 });
    expect(checks.find(({ name }) => name === 'Temporal server')).toMatchObject({ status: 'fail', fix: expect.stringContaining('perfloop up') as unknown });
  });

  it('starts nothing', async () => {
    const engine = testEngine();
    const { checks } = await doctor({ home: engine.home, env: engine.env, connection: {}, cwd: engine.home.root });
    expect(checks.find(({ name }) => name === 'local engine')).toMatchObject({ status: 'ok', found: expect.stringContaining('not running') as unknown });
    expect(await engine.processes()).toEqual([]);
  });
});
