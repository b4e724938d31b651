import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { validateConfig } from '../../src/core/config/parse.js';
import type { ConfigInput } from '../../src/core/config/schema.js';
import type { Sample } from '../../src/core/sample.js';
import { metricRules } from '../../src/core/verdict/metrics.js';
import { takeSample } from '../../src/measure/sample.js';
import { isAlive, pidIn } from './support.js';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'perfloop-service-')));
  mkdirSync(join(root, 'bench'));
  writeFileSync(join(root, 'server.mjs'), server);
  writeFileSync(join(root, 'bench', 'load.mjs'), load);
  writeFileSync(join(root, 'bench', 'ready.mjs'), `await fetch(\`http://127.0.0.1:\${process.env.PORT}/\`);`);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Answers after some work in a child process, and prints what could be taken for a metric. */
const server = `import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fork } from 'node:child_process';
writeFileSync(process.argv[2] === 'child' ? 'child.pid' : 'server.pid', process.pid + '\\n');
if (process.argv[2] === 'child') {
  process.on('message', () => { const until = process.cpuUsage().user + 20000; while (process.cpuUsage().user < until); process.send('done'); });
} else {
  const child = fork(process.argv[1], ['child']);
  const waiting = [];
  child.on('message', () => waiting.shift().end('done'));
  createServer((request, response) => {
    if (request.url === '/') return response.end('ready');
    if (request.url === '/die') process.exit(3);
    waiting.push(response);
    child.send('work');
  }).listen(process.env.PORT);
  console.log('service load: 0.001 ms');
}
`;
const load = `const times = [];
for (let request = 0; request < 10; request += 1) {
  const began = performance.now();
  await (await fetch(\`http://127.0.0.1:\${process.env.PORT}/work\`)).text();
  times.push(performance.now() - began);
}
console.log(\`p50: \${times.sort((a, b) => a - b)[5].toFixed(3)} ms\`);
`;

const commands = { start: 'node server.mjs', ready: 'node bench/ready.mjs', load: 'node bench/load.mjs' };

async function sampleOf(service: Partial<NonNullable<ConfigInput['service']>> = {}, metrics: ConfigInput['metrics'] = []): Promise<Sample> {
  const config = validateConfig({ service: { ...commands, ...service }, metrics }, 'the test');
  const command = config.commands.benchmark;
  if (command === undefined) throw new Error('a service is a benchmark');
  return takeSample({ command, worktree: root, rules: metricRules(config.metrics) });
}

describe('a sample of a service', () => {
  test('times the load and the CPU of all processes of the service, and leaves none of them', async () => {
    const sample = await sampleOf();
    if (!sample.ok) throw new Error(JSON.stringify(sample));
    // Ten requests of 20 ms of work each; what the service prints of itself counts for nothing.
    expect(sample.metrics['load']).toBeGreaterThan(150);
    expect(sample.metrics['service cpu']).toBeGreaterThan(150);
    expect(sample.wallMs).toBeGreaterThan(sample.metrics['load'] ?? 0);
    for (const name of ['server.pid', 'child.pid']) expect(await isAlive(await pidIn(join(root, name)))).toBe(false);
  });

  test('has the latencies that the load prints as metrics', async () => {
    const sample = await sampleOf({}, [{ name: 'p50', pattern: 'p50: ([0-9.]+) ms', unit: 'ms' }]);
    expect(sample.ok && sample.metrics['p50']).toBeGreaterThan(15);
  });

  test('is ended by its own command where there is one', async () => {
    const sample = await sampleOf({ stop: `node -e "fetch('http://127.0.0.1:' + process.env.PORT + '/die').catch(() => 0)"` });
    expect(sample.ok).toBe(true);
  });

  test('fails with the words of a service that ends before it is ready, or during the load', async () => {
    expect(await sampleOf({ start: 'echo no database >&2; exit 1' })).toMatchObject({ ok: false, failure: { kind: 'exit', code: 97, tail: expect.stringMatching(/ended before it was ready[^]*no database/) } });
    expect(await sampleOf({ load: `node -e "fetch('http://127.0.0.1:' + process.env.PORT + '/die').catch(() => 0)"` })).toMatchObject({ ok: false, failure: { code: 97, tail: expect.stringContaining('ended during the load') } });
  });

  test('fails when it is not ready in time, and with the exit code of its load', async () => {
    expect(await sampleOf({ start: 'sleep 60', ready_timeout: '300ms' })).toMatchObject({ ok: false, failure: { tail: expect.stringContaining('was not ready after 0.3 s') } });
    expect(await sampleOf({ load: 'exit 7' })).toMatchObject({ ok: false, failure: { kind: 'exit', code: 7 } });
  });
});
