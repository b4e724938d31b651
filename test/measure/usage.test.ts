import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CommandRequest } from '../../src/measure/command.js';
import { runCommand } from '../../src/measure/run-command.js';
import { launcherProblem, openLauncher } from '../../src/measure/start-command.js';
import { atEnd, isAlive, pidIn, temporaryFolder } from './support.js';

const env = { PATH: process.env['PATH'] ?? '' };
const onLinux = process.platform === 'linux';

async function run(command: string, more: Partial<CommandRequest> = {}) {
  return runCommand({ command, cwd: '/', env, timeoutMs: 60_000, ...more });
}

/** A program that burns CPU time until it has used so many milliseconds by its own account, in user mode. */
const burn = (ms: number): string => `node -e 'while (process.cpuUsage().user < ${ms * 1000});'`;
const allocate = (mib: number): string => `node -e 'const held = Buffer.alloc(${mib} * 2 ** 20, 1); process.exit(held.length ? 0 : 1)'`;

test.runIf(!onLinux)('elsewhere than on Linux nothing is known of what a command used, and that is said', async () => {
  expect(await launcherProblem()).toContain('Linux');
  expect((await run('exit 0')).usage).toBeNull();
});

describe.runIf(onLinux)('what a command used', () => {
  test('can be known here', async () => {
    expect(await launcherProblem()).toBeNull();
  });

  test('is the CPU time of its processes, not the time that it waited', async () => {
    const waited = await run('sleep 0.5');
    expect(waited.wallMs).toBeGreaterThan(500);
    expect(waited.usage?.cpuMs).toBeLessThan(250);
    expect(waited.usage?.cpuMs).toBeGreaterThan(0);
    expect((await run(burn(150))).usage?.cpuMs).toBeGreaterThan(150);
  });

  test('counts processes side by side', async () => {
    const { usage } = await run(`${burn(150)} & ${burn(150)} & wait`);
    expect(usage?.cpuMs).toBeGreaterThan(300);
  });

  test('counts what left the group and outlived its parent', async () => {
    const folder = await temporaryFolder();
    const { usage } = await run(`(setsid sh -c "${burn(150).replaceAll('"', '')}; echo > done" > /dev/null 2>&1 &); while [ ! -e done ]; do sleep 0.01; done`, { cwd: folder });
    expect(usage?.cpuMs).toBeGreaterThan(150);
  });

  test('counts what was ended because it outlived the command', async () => {
    const folder = await temporaryFolder();
    const { usage } = await run(`(setsid node -e 'for (;;) if (process.cpuUsage().user > 150000) require("fs").writeFileSync("burnt", "")' > /dev/null 2>&1 &); while [ ! -e burnt ]; do sleep 0.01; done`, { cwd: folder });
    expect(usage?.cpuMs).toBeGreaterThan(150);
  });

  test('is the memory of its largest process, and nothing of the process that measures', async () => {
    const small = await run('exec true');
    expect(small.usage?.peakBytes).toBeGreaterThan(100_000);
    expect(small.usage?.peakBytes).toBeLessThan(20_000_000);
    const large = await run(`${allocate(150)}; ${allocate(300)}; ${allocate(10)}`);
    expect(large.usage?.peakBytes).toBeGreaterThan(300 * 2 ** 20);
    expect(large.usage?.peakBytes).toBeLessThan(500 * 2 ** 20);
  });

  test('is known of a command that fails, is killed or takes too long, too', async () => {
    for (const command of ['exit 3', 'kill -9 $$']) expect((await run(command)).usage?.cpuMs).toBeGreaterThan(0);
    const { timedOut, usage } = await run('while :; do :; done', { timeoutMs: 500 });
    expect(timedOut).toBe(true);
    expect(usage?.cpuMs).toBeGreaterThan(0);
  });
});

describe.runIf(onLinux)('a launcher for many commands', () => {
  async function launcher(hold: number[] = []) {
    const opened = await openLauncher(hold);
    if (opened === null) throw new Error('no launcher');
    atEnd(() => opened.close());
    return opened;
  }

  test('counts each for itself, gives each its input, and mixes no output', async () => {
    const one = await launcher();
    const heavy = await run(`cat; ${burn(150)}`, { launcher: one, stdin: 'first' });
    const light = await run('cat; echo second', { launcher: one });
    expect([heavy.stdout, light.stdout]).toEqual(['first', 'second\n']);
    expect(heavy.usage?.cpuMs).toBeGreaterThan(150);
    expect(light.usage?.cpuMs).toBeLessThan(100);
    expect(light.usage?.peakBytes).toBeLessThan(20_000_000);
  });

  test('leaves no descriptor of its own or of what it holds to a command', async () => {
    const file = join(await temporaryFolder(), 'held');
    await writeFile(file, '');
    const held = await open(file, 'r');
    const one = await launcher([held.fd]);
    expect((await run('ls /proc/$$/fd', { launcher: one })).stdout.trim().split('\n').filter((name) => name !== '10')).toEqual(['0', '1', '2']);
    await held.close();
  });

  test('that a command kills does not take its caller with it: the command has failed, and nothing of it is left', async () => {
    const folder = await temporaryFolder();
    const one = await launcher();
    const result = await run('echo $$ > leader; kill -9 $PPID; sleep 600', { launcher: one, cwd: folder, graceMs: 50 });
    expect(result).toMatchObject({ ok: false, exitCode: null, signal: 'SIGKILL', usage: null });
    expect(await isAlive(await pidIn(join(folder, 'leader')))).toBe(false);
    expect(await run('echo again', { launcher: one })).toMatchObject({ ok: true, stdout: 'again\n' });
  });

  test('goes on after a command that could not be started', async () => {
    const one = await launcher();
    await expect(run('true', { launcher: one, env: { LARGE: 'x'.repeat(10_000_000) } })).rejects.toMatchObject({ code: 'PL_COMMAND_SPAWN' });
    expect(await run('echo fine', { launcher: one })).toMatchObject({ ok: true, stdout: 'fine\n' });
  });

  test('ends with its caller', async () => {
    const folder = await temporaryFolder();
    const one = await launcher();
    await run('echo $PPID > launcher', { launcher: one, cwd: folder });
    expect(Number(await readFile(join(folder, 'launcher'), 'utf8'))).toBe(one.pid);
    await one.close();
    expect(await isAlive(one.pid)).toBe(false);
  });
});
