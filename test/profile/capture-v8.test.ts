import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { captureProfile } from '../../src/profile/capture/capture.js';
import { runCommand } from '../../src/measure/run-command.js';
import { hotFunctions } from '../../src/profile/tools/hot-functions.js';
import { profileSummary } from '../../src/profile/tools/summary.js';
import { capture, imported, writeFiles } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

const spin = `
function spin(ms) { const end = process.hrtime.bigint() + BigInt(ms) * 1000000n; let n = 0; while (process.hrtime.bigint() < end) n += Math.sqrt(n + 1); return n; }
`;

/** A repository folder beside which the profiles go. */
function repository(files: Record<string, string>): string {
  const folder = join(temporaryFolder(), 'repo');
  mkdirSync(folder);
  writeFiles(folder, files);
  return folder;
}

interface Written {
  nodes: { callFrame: { functionName: string } }[];
  perfloop: { pid: number; thread: number; script: string };
}

function read(file: string): Written {
  return JSON.parse(readFileSync(file, 'utf8')) as Written;
}

it('profiles every Node process, however it ends', async () => {
  const cwd = repository({
    'main.js': `${spin}
const { fork, spawnSync } = require('child_process');
spawnSync(process.execPath, ['exits.js']);
spawnSync(process.execPath, ['throws.js']);
const server = fork('server.js');
server.on('message', () => server.kill('SIGTERM'));
server.on('exit', (code, signal) => console.log('server ended by', signal));
spin(20);`,
    'exits.js': `${spin} spin(20); process.exit(0);`,
    'throws.js': `${spin} spin(20); throw new Error('on purpose');`,
    'server.js': `${spin} spin(20); require('http').createServer(() => {}).listen(0, '127.0.0.1', () => process.send('up'));`,
  });
  const { files, kind } = await capture('node main.js', { cwd });
  expect(kind).toBe('v8');
  expect(files.map((file) => read(file).perfloop.script).sort()).toEqual(['exits.js', 'main.js', 'server.js', 'throws.js']);
  for (const file of files) expect(read(file).nodes.map((node) => node.callFrame.functionName)).toContain('spin');
});

it('leaves the way a process ends as it is', async () => {
  const cwd = repository({
    'main.js': `const { fork } = require('child_process');
const child = fork('child.js', { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
child.on('message', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => { require('fs').writeFileSync('how', JSON.stringify({ code, signal })); });`,
    'child.js': `process.send('up'); setInterval(() => {}, 1000);`,
  });
  await capture('node main.js', { cwd });
  expect(JSON.parse(readFileSync(join(cwd, 'how'), 'utf8'))).toEqual({ code: null, signal: 'SIGTERM' });
});

it('profiles worker threads, also those that are terminated', async () => {
  const cwd = repository({
    'main.js': `${spin}
const { Worker } = require('worker_threads');
const worker = new Worker('./worker.js');
worker.on('message', async () => { console.log(await worker.terminate()); });`,
    'worker.js': `${spin} spin(30); setInterval(() => {}, 1000); require('worker_threads').parentPort.postMessage('ready');`,
  });
  const { files } = await capture('node main.js', { cwd });
  expect(files.map((file) => read(file).perfloop.thread).sort((a, b) => a - b)).toEqual([0, 1]);
  const worker = files.find((file) => read(file).perfloop.thread === 1);
  expect(worker && read(worker).nodes.map((node) => node.callFrame.functionName)).toContain('spin');
});

it('follows npm scripts and leaves npm itself out', async () => {
  const cwd = repository({
    'package.json': JSON.stringify({ name: 'target', version: '1.0.0', scripts: { bench: 'node bench.mjs' } }),
    'bench.mjs': `${spin} spin(30);`,
  });
  const { files } = await capture('npm run bench', { cwd });
  expect(files.map((file) => read(file).perfloop.script)).toEqual(['bench.mjs']);
});

it('works when the target has NODE_OPTIONS of its own', async () => {
  const cwd = repository({ 'main.js': `${spin} spin(20); if (!global.own) process.exit(3);`, 'own hook.cjs': 'global.own = true;' });
  const { files } = await capture('node main.js', { cwd, env: { NODE_OPTIONS: `--require "${join(cwd, 'own hook.cjs')}"` } });
  expect(files).toHaveLength(1);
});

it('finds the hot function of a captured program, with the builtins that it calls and its lines', async () => {
  const cwd = repository({
    'bench.js': `const { unique } = require('./lib/unique.js');
const ids = Array.from({ length: 6000 }, (_, i) => (i * 7919) % 9973);
let total = 0;
for (let round = 0; round < 6; round += 1) {
  total += unique(ids);
}
setTimeout(() => console.log(total), 300);`,
    'lib/unique.js': `exports.unique = function unique(ids) {
  const seen = [];
  for (const id of ids) {
    if (!seen.includes(id)) seen.push(id);
  }
  return seen.length;
};`,
  });
  const { files } = await capture('node bench.js', { cwd });
  const db = await imported(files, cwd);
  const [hottest] = hotFunctions(db, { root: cwd, ignore: [], minShare: 0.01, top: 5 });
  expect(hottest).toMatchObject({ function: expect.stringMatching(/unique$/), file: 'lib/unique.js', line: 1 });
  expect(hottest?.selfShare).toBeGreaterThan(0.6);

  const summary = profileSummary(db, { root: cwd });
  expect(summary.processes).toBe(1);
  // It slept for 300 ms, which is no part of any share.
  expect(summary.idleMs).toBeGreaterThan(200);
  expect(summary.shares.repository).toBeGreaterThan(0.6);
  expect(Object.values(summary.shares).reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
});

it('does not charge a driver for the time in which it waits for its benchmark', async () => {
  const cwd = repository({
    'driver.js': `function drive() { return require('child_process').execFileSync(process.execPath, ['bench.js']); }\ndrive();`,
    'bench.js': `${spin} spin(400);`,
  });
  const db = await imported((await capture('node driver.js', { cwd })).files, cwd);
  const hot = hotFunctions(db, { root: cwd, ignore: [], minShare: 0, top: 10 });
  expect(hot[0]).toMatchObject({ function: 'spin', file: 'bench.js' });
  expect(hot.find((one) => one.function === 'drive')?.totalShare ?? 0).toBeLessThan(0.3);
  expect(profileSummary(db, { root: cwd }).idleMs).toBeGreaterThan(300);
});

it('fails with the end of the output when the command fails', async () => {
  const cwd = repository({ 'main.js': `console.error('the reason'); process.exit(7);` });
  await expect(capture('node main.js', { cwd })).rejects.toMatchObject({
    code: 'PL_PROFILE_COMMAND_FAILED',
    message: expect.stringContaining('exit code 7'),
    problems: ['the reason'],
  });
});

it('takes no pipe, folder or link for a profile', async () => {
  const cwd = repository({});
  const leave = 'cd "$PERFLOOP_PROFILE_DIR" && mkfifo a.cpuprofile && mkdir b.pstats && ln -s /dev/zero c.pstats';
  await expect(capture(leave, { cwd })).rejects.toMatchObject({ code: 'PL_PROFILE_EMPTY' });
});

it('says what to do when no process left a profile', async () => {
  const cwd = repository({});
  await expect(capture('true', { cwd })).rejects.toMatchObject({ code: 'PL_PROFILE_EMPTY', fix: expect.stringContaining('--profile') });
  await expect(capture('node -e 0', { cwd, kind: 'cprofile' })).rejects.toMatchObject({ code: 'PL_PROFILE_EMPTY', message: expect.stringContaining('No Python process') });
});

it('starts afresh: profiles of an earlier attempt are not taken for this one\'s', async () => {
  const cwd = repository({ 'main.js': `${spin} spin(20);` });
  const outDir = join(cwd, '..', 'out');
  const command = { command: 'node main.js', cwd, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 100_000 };
  const first = await captureProfile({ kind: 'v8', command, outDir, runCommand });
  const second = await captureProfile({ kind: 'v8', command, outDir, runCommand });
  expect(second.files).toHaveLength(1);
  expect(second.files.map((file) => basename(file))).not.toEqual(first.files.map((file) => basename(file)));
});
