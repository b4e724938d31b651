import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cutNote } from '../../src/measure/bounded-output.js';
import type { CommandRequest } from '../../src/measure/command.js';
import { runCommand } from '../../src/measure/run-command.js';
import { isAlive, pidIn, temporaryFolder, written } from './support.js';

const env = { PATH: process.env['PATH'] ?? '' };

const onLinux = process.platform === 'linux';

async function run(command: string, more: Partial<CommandRequest> = {}) {
  return runCommand({ command, cwd: '/', env, timeoutMs: 60_000, ...more });
}

describe('a command that ends by itself', () => {
  test('gives its exit code, both streams and what it read from stdin', async () => {
    const result = await run('cat; echo oops >&2; exit 3', { stdin: 'héllo' });
    expect(result).toMatchObject({ ok: false, exitCode: 3, signal: null, timedOut: false, cancelled: false, stdout: 'héllo', stderr: 'oops\n', droppedBytes: 0 });
  });

  test('is ok with exit code 0, and may ignore a large stdin', async () => {
    expect(await run('exit 0', { stdin: 'x'.repeat(10_000_000) })).toMatchObject({ ok: true, exitCode: 0 });
  });

  test('gives the signal that killed it', async () => {
    expect(await run('kill -SEGV $$')).toMatchObject({ ok: false, exitCode: null, signal: 'SIGSEGV' });
  });

  test('sees only the environment it is given, and its marker', async () => {
    const { stdout } = await run('env', { env: { PATH: env.PATH, ONE: '1' } });
    const names = stdout.trim().split('\n').map((line) => line.split('=')[0]);
    expect(new Set(names)).toEqual(new Set(['PATH', 'ONE', 'TMPDIR', 'PERFLOOP_JOB', 'PWD', ...names.filter((name) => name === '_' || name === 'SHLVL' || name === 'OLDPWD')]));
  });

  test('may print bytes that are not UTF-8', async () => {
    expect((await run(String.raw`printf 'a\377b\n'`)).stdout).toBe('a�b\n');
  });

  test('its wall time covers the run and not what is left to clean up', async () => {
    const whole = performance.now();
    const result = await run('sleep 0.3; sleep 60 &');
    expect(result.wallMs).toBeGreaterThanOrEqual(300);
    expect(result.wallMs).toBeLessThan(performance.now() - whole);
  });
});

describe('a command that does not end', () => {
  test('is ended on timeout with its children, one that ignores SIGTERM too', async () => {
    const folder = await temporaryFolder();
    const running = run(`trap '' TERM; echo $$ > leader; sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 1; done' & while :; do sleep 1; done`, { cwd: folder, timeoutMs: 3000, graceMs: 100 });
    const [leader, child] = [await pidIn(join(folder, 'leader')), await pidIn(join(folder, 'child'))];
    expect(await running).toMatchObject({ ok: false, timedOut: true, cancelled: false, signal: 'SIGKILL' });
    expect([await isAlive(leader), await isAlive(child)]).toEqual([false, false]);
  });

  test('may clean up within the grace after SIGTERM', async () => {
    const folder = await temporaryFolder();
    const abort = new AbortController();
    const running = run(`trap 'echo cleaned; exit 7' TERM; echo $$ > leader; while :; do sleep 0.05; done`, { cwd: folder, signal: abort.signal, graceMs: 30_000 });
    await pidIn(join(folder, 'leader'));
    abort.abort();
    expect(await running).toMatchObject({ ok: false, cancelled: true, timedOut: false, exitCode: 7, stdout: 'cleaned\n' });
  });

  test('is never started when it is cancelled before', async () => {
    const folder = await temporaryFolder();
    expect(await run('echo > started', { cwd: folder, signal: AbortSignal.abort() })).toMatchObject({ ok: false, cancelled: true, exitCode: null });
    await expect(stat(join(folder, 'started'))).rejects.toThrow('ENOENT');
  });

  test('is ended when it is stopped (SIGSTOP)', async () => {
    const folder = await temporaryFolder();
    const abort = new AbortController();
    const running = run('echo $$ > leader; kill -STOP $$', { cwd: folder, signal: abort.signal, graceMs: 50 });
    await pidIn(join(folder, 'leader'));
    abort.abort();
    expect(await running).toMatchObject({ cancelled: true, signal: 'SIGKILL' });
  });
});

describe('children that outlive the command', () => {
  test('are gone when it returns, though they hold its stdout and ignore SIGTERM', async () => {
    const folder = await temporaryFolder();
    const result = await run(`sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 1; done' & while [ ! -s child ]; do sleep 0.01; done; echo done`, { cwd: folder, graceMs: 50 });
    expect(result).toMatchObject({ ok: true, stdout: 'done\n' });
    expect(result.outlived.ended).toBe(result.outlived.processes.length);
    expect(result.outlived.ended).toBeGreaterThan(0);
    expect(await isAlive(await pidIn(join(folder, 'child')))).toBe(false);
  });

  test.runIf(onLinux)('are found when they left the group, cleared their environment, and their parent is dead', async () => {
    const folder = await temporaryFolder();
    const result = await run(`(env -i setsid /bin/sh -c 'echo $$ > orphan; exec /bin/sleep 600' > /dev/null 2>&1 < /dev/null &) ; while [ ! -s orphan ]; do sleep 0.01; done`, { cwd: folder, graceMs: 50 });
    expect(result.ok).toBe(true);
    expect(await isAlive(await pidIn(join(folder, 'orphan')))).toBe(false);
  });

  test.runIf(onLinux)('are found by the marker when they left the group and their parent is dead', async () => {
    const folder = await temporaryFolder();
    const result = await run(`(setsid sh -c 'echo $$ > orphan; exec sleep 600' > /dev/null 2>&1 < /dev/null &) ; while [ ! -s orphan ]; do sleep 0.01; done`, { cwd: folder, graceMs: 50 });
    expect(result.ok).toBe(true);
    expect(await isAlive(await pidIn(join(folder, 'orphan')))).toBe(false);
  });

  test('may finish within moments: what they print then still counts', async () => {
    const result = await run('(sleep 0.02; echo late) & echo early');
    expect(result.stdout).toBe('early\nlate\n');
    expect(result.outlived).toMatchObject({ ended: 0, processes: [] });
  });
});

describe('a flood of output', () => {
  test('costs neither memory nor disk, and both ends are kept', async () => {
    const folder = await temporaryFolder();
    const logFile = join(folder, 'logs', 'flood.log');
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 20);
    const result = await run('echo first; yes 0123456789 | head -c 200000000; echo last; echo errors >&2', { logFile });
    clearInterval(watch);
    expect(result).toMatchObject({ ok: true, stderr: 'errors\n' });
    expect(result.stdout).toMatch(/^first\n0123456789\n/);
    expect(result.stdout.slice(-20)).toMatch(/last\n$/);
    expect(result.stdout).toContain(cutNote);
    expect(result.stdout.length).toBe(8 * 1024 * 1024 + cutNote.length);
    expect(result.droppedBytes).toBe(200_000_000 + 'first\nlast\n'.length - 8 * 1024 * 1024);
    expect(most - before).toBeLessThan(150_000_000);
    const log = await readFile(logFile, 'utf8');
    expect(log.length).toBeLessThan(17 * 1024 * 1024);
    expect(log).toMatch(/^first\n/);
    expect(log).toMatch(/\[perfloop: \d+ bytes left out here\]/);
    expect(log.slice(-100)).toContain('last\n');
  });

  test('can be followed in the log file while the command runs', async () => {
    const folder = await temporaryFolder();
    const logFile = join(folder, 'log');
    const running = run('echo one; while [ ! -e go ]; do sleep 0.01; done; echo two >&2', { cwd: folder, logFile });
    expect(await written(logFile)).toBe('one');
    await writeFile(join(folder, 'go'), '');
    await running;
    expect(await readFile(logFile, 'utf8')).toBe('one\ntwo\n');
  });

  test('a log file that cannot be written does not change the result', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    expect(await run('echo fine', { logFile: join(folder, 'file', 'log') })).toMatchObject({ ok: true, stdout: 'fine\n' });
  });

  test.runIf(onLinux)('a full disk ends the log, not the command', async () => {
    expect(await run('yes | head -c 20000000', { logFile: '/dev/full' })).toMatchObject({ ok: true });
  });
});

describe('a command that cannot be started', () => {
  test('a missing folder is said with its path', async () => {
    await expect(run('true', { cwd: '/nowhere/at/all' })).rejects.toMatchObject({ code: 'PL_COMMAND_CWD', where: '/nowhere/at/all' });
  });

  test('fails without a folder that is for the code to have, and says so in the log, too', async () => {
    const logFile = join(await temporaryFolder(), 'log');
    expect(await run('true', { cwd: '/nowhere/at/all', failsWithout: 'at/all', logFile })).toMatchObject({ ok: false, exitCode: 127, timedOut: false, cancelled: false, stderr: 'there is no folder at/all to run it in\n' });
    expect(await readFile(logFile, 'utf8')).toContain('there is no folder at/all');
  });

  test('an environment that is too large is said, and leaves no job in the journal', async () => {
    const folder = await temporaryFolder();
    await expect(run('true', { env: { LARGE: 'x'.repeat(10_000_000) }, journal: { folder, name: 'large' } })).rejects.toMatchObject({ code: 'PL_COMMAND_SPAWN' });
    expect(await readdir(folder)).toEqual([]);
  });
});
