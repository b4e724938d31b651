import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCpuList } from '../../src/core/config/cpus.js';
import { parseConfig } from '../../src/core/config/parse.js';
import { allowedCpus, cpusFor } from '../../src/measure/pinning.js';
import { runCommand } from '../../src/measure/run-command.js';
import { takeSample } from '../../src/measure/sample.js';
import { openLauncher } from '../../src/measure/start-command.js';
import { atEnd, temporaryFolder } from './support.js';

const env = { PATH: process.env['PATH'] ?? '' };
const onLinux = process.platform === 'linux';
const from = (files: Record<string, string>) => (path: string) => files[path] ?? null;
const asked = (cpus: string) => parseConfig(`[measure]\ncpus = "${cpus}"\n`, 'perfloop.toml');

test('a list of CPUs is read as the kernel writes it', () => {
  expect(['0', '2-4', '0-1, 8', '3,3'].map(parseCpuList)).toEqual([[0], [2, 3, 4], [0, 1, 8], [3]]);
  expect(['', '-', '4-2', 'a', '1,', '0-99999999'].map(parseCpuList)).toEqual([null, null, null, null, null, null]);
});

describe('which CPUs are meant', () => {
  const eight = { '/proc/self/status': 'Name:\tnode\nCpus_allowed_list:\t0-7\n' };

  test('none, where nothing is asked, also by a config of an earlier version', () => {
    expect(cpusFor(parseConfig('', 'perfloop.toml'))).toEqual([]);
    expect(cpusFor({})).toEqual([]);
  });

  test('those that are named', () => {
    expect(cpusFor(asked('2-3,6'), from(eight))).toEqual([2, 3, 6]);
    expect(() => cpusFor(asked('7-8'), from(eight))).toThrowError(expect.objectContaining({ code: 'PL_NO_PINNING', message: expect.stringContaining('the CPU 8') as string }) as Error);
    expect(() => parseConfig('[measure]\ncpus = "first"\n', 'perfloop.toml')).toThrowError(expect.objectContaining({ code: 'PL_CONFIG_INVALID' }) as Error);
  });

  test('auto: all but the first core with its threads, and none where there are few', () => {
    expect(cpusFor(asked('auto'), from(eight))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(cpusFor(asked('auto'), from({ ...eight, '/sys/devices/system/cpu/cpu0/topology/thread_siblings_list': '0,4\n' }))).toEqual([1, 2, 3, 5, 6, 7]);
    expect(cpusFor(asked('auto'), from({ '/proc/self/status': 'Cpus_allowed_list:\t0-1\n' }))).toEqual([]);
    expect(cpusFor(asked('auto'), from({}))).toEqual([]);
  });
});

describe.runIf(onLinux)('a command', () => {
  test('runs on the CPUs that it is bound to, with its children', async () => {
    const [cpu = 0] = allowedCpus().slice(-1);
    const { stdout } = await runCommand({ command: `sh -c 'grep ^Cpus_allowed_list /proc/self/status; true'`, cwd: '/', env, timeoutMs: 60_000, cpus: [cpu] });
    expect(stdout).toBe(`Cpus_allowed_list:\t${cpu}\n`);
  });

  test('that cannot be bound is refused', async () => {
    await expect(runCommand({ command: 'true', cwd: '/', env, timeoutMs: 60_000, cpus: [8000] })).rejects.toMatchObject({ code: 'PL_NO_PINNING', where: 'measure.cpus' });
  });
});

describe.runIf(onLinux)('a cold sample', () => {
  /** Bytes of a file in the page cache. */
  const resident = (file: string): number => Number(execFileSync('fincore', ['-b', '-n', '-o', 'RES', file], { encoding: 'utf8' }).trim());

  test('finds no file of its worktree in the page cache, nor a linked one', async () => {
    const folder = await temporaryFolder();
    const [worktree, outside] = [join(folder, 'worktree'), join(folder, 'outside')];
    for (const place of [worktree, outside]) await mkdir(place);
    const files = [join(worktree, 'data'), join(outside, 'data')];
    for (const file of files) await writeFile(file, Buffer.alloc(2 ** 20, 1));
    await symlink(outside, join(worktree, 'linked'));
    await symlink(worktree, join(worktree, 'round'));
    for (const file of files) await readFile(file);
    expect(Math.min(...files.map(resident))).toBeGreaterThan(2 ** 19);
    const command = { run: 'for f in data linked/data; do fincore -b -n -o RES $f; done', cwd: '.', env: {}, timeout: 60_000 };
    let seen: number[] = [];
    const take = async (cold: boolean) => takeSample({ command, worktree, rules: [], cold, onOutput: (text) => (seen = text.trim().split('\n').map(Number)) });
    expect(await take(true)).toMatchObject({ ok: true });
    expect(seen).toEqual([0, 0]);
    for (const file of files) await readFile(file);
    await take(false);
    expect(Math.min(...seen)).toBeGreaterThan(2 ** 19);
  });

  test('goes through a launcher that many share', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'one'), 'x');
    const launcher = await openLauncher([]);
    if (launcher === null) throw new Error('no launcher');
    atEnd(() => launcher.close());
    expect(await launcher.cool(folder)).toBe(1);
    expect(await launcher.cool('/nowhere/at/all')).toBe(0);
    expect(await runCommand({ command: 'echo on', cwd: '/', env, timeoutMs: 60_000, launcher })).toMatchObject({ stdout: 'on\n' });
  });
});
