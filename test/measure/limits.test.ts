import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { limitsIn, limitsSchema } from '../../src/core/config/limits-schema.js';
import { failureText } from '../../src/core/verdict/words.js';
import type { CommandResult } from '../../src/measure/command.js';
import type { Launcher } from '../../src/measure/launcher/launcher.js';
import { limitHint } from '../../src/measure/limits/hint.js';
import { limitsHere, type Limits } from '../../src/measure/limits/limits.js';
import { runCommand } from '../../src/measure/run-command.js';
import { takeSample } from '../../src/measure/sample.js';
import { openLauncher } from '../../src/measure/start-command.js';
import { isRunning } from '../support/is-running.js';
import { confined, describeSandboxed } from './sandbox-support.js';

// Small limits, so that what exceeds them is harmless where they do not hold.

const folder = mkdtempSync(join(tmpdir(), 'perfloop-limits-'));
// Now, so that the clock of the file system has moved on before the command that must not be charged with it.
writeFileSync(join(folder, 'before'), Buffer.alloc(32 * 2 ** 20, 1));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string, limits: Partial<Limits>, launcher?: Launcher): Promise<CommandResult> => runCommand({ command, cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 60_000, limits: { ...limitsHere(limitsIn({})), ...limits }, ...(launcher === undefined ? {} : { launcher }) });

describe.skipIf(process.platform !== 'linux')('a command under limits (Linux)', () => {
  it('is ended with all its processes when these take more memory together than they may', async () => {
    // Each takes less; they hold it for longer than the test may last.
    const taking = `node -e "const held = Buffer.alloc(96 * 2 ** 20, 1); setTimeout(() => held, 61728394)"`;
    const result = await run(`${taking} & ${taking} & ${taking}`, { memoryBytes: 200 * 2 ** 20 });
    expect(result).toMatchObject({ ok: false, timedOut: false, cancelled: false });
    expect(result.stderr).toMatch(/perfloop ended it: it took \d+ MiB of memory, and `limits.memory` is 200 MiB here \(PL_LIMIT\): let it take less, or raise `limits.memory`/);
    expect(isRunning('61728394')).toBe(false);
  });

  it('is ended when it has more processes than it may', async () => {
    const result = await run('for i in $(seq 80); do sleep 61728395 & done; wait', { processes: 40 });
    expect(result.ok).toBe(false);
    expect(result.stderr).toMatch(/it had \d+ processes and threads, and `limits.processes` is 40/);
    expect(isRunning('61728395')).toBe(false);
  });

  it('may take what the default lets it, and pages that processes share count once', async () => {
    const shared = `python3 -c "
import os, time
held = bytearray(60 * 2**20)
for i in range(4):
    if os.fork() == 0:
        time.sleep(3); os._exit(0)
for i in range(4): os.wait()
print('all of it')"`;
    expect(await run(shared, { memoryBytes: 200 * 2 ** 20 })).toMatchObject({ ok: true, stdout: 'all of it\n' });
  });

  it('cannot write a file that is larger than it may, nor open more', async () => {
    expect(await run('head -c 3000000 /dev/zero > large', { fileBytes: 2 ** 20 })).toMatchObject({ ok: false, exceeded: { limit: 'file_size', said: 'was ended as it wrote a file of more than 1 MiB, which `limits.file_size` is' } });
    expect(statSync(join(folder, 'large')).size).toBe(2 ** 20);
    expect(await run('ulimit -n', { openFiles: 77 })).toMatchObject({ ok: true, stdout: '77\n' });
  });
});

const burning = (seconds: number): string => `python3 -c "
import time
while time.process_time() < ${seconds}: pass"`;

describe.skipIf(process.platform !== 'linux')('processor time (Linux)', () => {
  it('that is used up means that the command has failed, though it goes on and ends well', async () => {
    const result = await run(`${burning(1.3)}; echo "went on"`, { cpuMs: 1000 });
    expect(result).toMatchObject({ ok: false, exceeded: { limit: 'cpu_time' } });
    expect(result.stderr).toMatch(/it used [\dms]+ of processor time, and `limits.cpu_time` is 1s \(PL_LIMIT\)/);
  });

  it('of one process is kept by the kernel, a little above', async () => {
    expect(await run('ulimit -S -t; ulimit -H -t', { cpuMs: 5000 })).toMatchObject({ ok: true, stdout: '7\n8\n' });
  });

  it('of many processes counts together, those that have ended included', async () => {
    // Each less than it may; ends by itself after 60 of them.
    const result = await run(`for i in $(seq 60); do ${burning(0.4)}; done; echo "all of them"`, { cpuMs: 2000 });
    expect(result).toMatchObject({ ok: false, timedOut: false, stdout: '', exceeded: { limit: 'cpu_time' } });
  });

  it('may be used by each command anew, where one process starts them all', async () => {
    const launcher = await openLauncher([]);
    if (launcher === null) throw new Error('there is no launcher');
    onTestFinished(() => launcher.close());
    for (const _ of [1, 2]) expect(await run(burning(1.2), { cpuMs: 2000 }, launcher)).toMatchObject({ ok: true });
  });

  it('that a sample exceeds is a failure, whatever it prints', async () => {
    const limits = { ...limitsHere(limitsIn({})), cpuMs: 1000 };
    const sample = await takeSample({ command: { run: `${burning(20)}; echo "time 0.001"`, cwd: '.', env: {}, timeout: 60_000 }, worktree: folder, rules: [], limits });
    expect(sample).toMatchObject({ ok: false, failure: { kind: 'exit', exceeded: expect.stringContaining('PL_LIMIT') as string } });
    expect(sample.ok ? '' : failureText(sample.failure)).toMatch(/^it used [\dms]+ of processor time, .*: let it take less, or raise `limits.cpu_time`$/);
  });
});

describe.skipIf(process.platform !== 'linux')('files (Linux)', () => {
  const mib = 2 ** 20;
  /** Ends by itself after 200 MiB. */
  const bomb = 'for i in $(seq 50); do head -c 4194304 /dev/zero > "$TO$i"; sleep 0.02; done; sleep 61728397';

  it('that it writes to the disk are counted together, and it is ended', async () => {
    const result = await run(`TO=bomb-; ${bomb}`, { disk: { bytes: 64 * mib } });
    expect(result).toMatchObject({ ok: false, timedOut: false, exceeded: { limit: 'disk' } });
    expect(result.stderr).toMatch(/it wrote files of [\d.]+ MiB, and `limits.disk` is 64 MiB here \(PL_LIMIT\)/);
    expect(isRunning('61728397')).toBe(false);
  });

  it('count in its temporary folder, and without a name', async () => {
    expect(await run(`TO=$TMPDIR/; ${bomb}`, { disk: { bytes: 64 * mib } })).toMatchObject({ ok: false, exceeded: { limit: 'disk' } });
    const nameless = `python3 -c "
import os, tempfile, time
held = tempfile.TemporaryFile()
for i in range(50): held.write(b'x' * 4194304); held.flush(); time.sleep(0.02)
time.sleep(61728397)"`;
    expect(await run(nameless, { disk: { bytes: 64 * mib } })).toMatchObject({ ok: false, exceeded: { limit: 'disk' } });
  });

  it('that were there before do not count, nor what another command writes meanwhile', async () => {
    // `before` is as large as it may write, and the other takes as much of the disk again.
    for (const name of ['go', 'small']) rmSync(join(folder, name), { force: true });
    const elsewhere = mkdtempSync(join(tmpdir(), 'perfloop-limits-other-'));
    onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }));
    const other = 'for i in $(seq 10); do head -c 4194304 /dev/zero > "$OTHER/$i"; done';
    const started = run('while [ ! -e go ]; do sleep 0.05; done; head -c 1000000 /dev/zero > small; sleep 0.6; echo well', { disk: { bytes: 32 * mib } });
    await runCommand({ command: other, cwd: elsewhere, env: { PATH: process.env['PATH'] ?? '', OTHER: elsewhere }, timeoutMs: 60_000 });
    writeFileSync(join(folder, 'go'), '');
    expect(await started).toMatchObject({ ok: true, stdout: 'well\n' });
  });
});

describeSandboxed('in a sandbox', () => {
  const within = async (command: string, limits: Partial<Limits>): Promise<CommandResult> => {
    const { worktree, sandbox } = await confined();
    return runCommand({ command, cwd: worktree, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 60_000, sandbox, limits: { ...limitsHere(limitsIn({})), ...limits } });
  };

  it('/dev/shm holds what it may, and nothing else can be written to memory', async () => {
    const filled = await within('head -c 20000000 /dev/zero > /dev/shm/bomb; echo $?; stat -c %s /dev/shm/bomb', { shmBytes: 8 * 2 ** 20 });
    expect([filled.stdout, filled.stderr]).toEqual(['1\n8388608\n', expect.stringContaining('No space left on device') as string]);
    const elsewhere = await within('head -c 50000000 /dev/zero > /run/bomb; stat -c %s /run/bomb; echo no > /dev/bomb; echo thrown away > /dev/null && test -c /dev/zero && echo works', {});
    expect(elsewhere.stdout).toBe('16777216\nworks\n');
    expect(limitHint(filled.stderr, { limits: { ...limitsHere(limitsIn({})), shmBytes: 8 * 2 ** 20 }, sandbox: (await confined()).sandbox })).toContain('holds 8 MiB');
  });

  it('no limit can be raised from within', async () => {
    const raised = await within(`ulimit -f unlimited; ulimit -t unlimited; prlimit --pid $$ --fsize=unlimited --cpu=unlimited; ulimit -f; ulimit -H -t; head -c 3000000 /dev/zero > large`, { fileBytes: 2 ** 20, cpuMs: 5000 });
    expect(raised).toMatchObject({ ok: false, stdout: '2048\n8\n', exceeded: { limit: 'file_size' } });
  });

  it('one whose processes double all the time is ended with all of them', async () => {
    const { worktree, sandbox } = await confined();
    // Ends by itself at 512, should nobody else end it.
    const doubling = `import os, time
for generation in range(9):
    os.fork()
    time.sleep(0.05)
time.sleep(61728396)`;
    const result = await runCommand({ command: `python3 -c '${doubling}'`, cwd: worktree, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 60_000, sandbox, limits: { ...limitsHere(limitsIn({})), processes: 100 } });
    expect(result.stderr).toContain('`limits.processes` is 100');
    expect([result.ok, result.timedOut, isRunning('61728396')]).toEqual([false, false, false]);
  });
});

it('the memory of a machine, or of its container, is what a share is of', () => {
  const whole = limitsHere(limitsIn({ limits: { memory: '100%' } })).memoryBytes;
  expect(limitsHere(limitsIn({ limits: { memory: '50%' } })).memoryBytes).toBeCloseTo(whole / 2, -1);
  expect(limitsHere(limitsSchema.parse({ memory: '1.5GiB', file_size: '64MiB', cpu_time: '90s', disk: '20GiB' }))).toMatchObject({ memoryBytes: 1.5 * 2 ** 30, fileBytes: 2 ** 26, openFiles: null, cpuMs: 90_000, disk: { bytes: 20 * 2 ** 30 } });
  // A run keeps the config as it was read.
  expect(limitsHere(limitsIn({ limits: limitsSchema.parse({ cpu_time: '90s' }) })).cpuMs).toBe(90_000);
  expect(() => limitsSchema.parse({ cpu_time: '0.5s' })).toThrow(/at least 1s/);
  for (const memory of ['0GiB', '101%', '8GB', '8', '-1GiB']) expect(() => limitsSchema.parse({ memory }), memory).toThrow(/size/);
});
