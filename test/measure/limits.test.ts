import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { limitsIn } from '../../src/core/config/limits-schema.js';
import type { CommandResult } from '../../src/measure/command.js';
import { limitsHere, type Limits } from '../../src/measure/limits/limits.js';
import { runCommand } from '../../src/measure/run-command.js';
import { isRunning } from '../support/is-running.js';
import { confined, describeSandboxed } from './sandbox-support.js';

// Small limits, so that what exceeds them is harmless where they do not hold.

const folder = mkdtempSync(join(tmpdir(), 'perfloop-limits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string, limits: Partial<Limits>): Promise<CommandResult> => runCommand({ command, cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 60_000, limits: { ...limitsHere(limitsIn({})), ...limits } });

describe.skipIf(process.platform !== 'linux')('a command under limits (Linux)', () => {
  it('is ended with all its processes when these take more memory together than they may', async () => {
    // Each takes less; they hold it for longer than the test may last.
    const taking = `node -e "const held = Buffer.alloc(96 * 2 ** 20, 1); setTimeout(() => held, 61728394)"`;
    const result = await run(`${taking} & ${taking} & ${taking}`, { memoryBytes: 200 * 2 ** 20 });
    expect(result).toMatchObject({ ok: false, timedOut: false, cancelled: false });
    expect(result.stderr).toMatch(/perfloop ended it: it took \d+ MiB of memory, and `limits.memory` is 200 MiB here/);
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
    expect(await run('head -c 3000000 /dev/zero > large', { fileBytes: 2 ** 20 })).toMatchObject({ ok: false });
    expect(statSync(join(folder, 'large')).size).toBe(2 ** 20);
    expect(await run('ulimit -n', { openFiles: 77 })).toMatchObject({ ok: true, stdout: '77\n' });
  });
});

describeSandboxed('in a sandbox', () => {
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
  expect(limitsHere(limitsIn({ limits: { memory: '1.5GiB', file_size: '64MiB' } }))).toMatchObject({ memoryBytes: 1.5 * 2 ** 30, fileBytes: 2 ** 26, openFiles: null });
  for (const memory of ['0GiB', '101%', '8GB', '8', '-1GiB']) expect(() => limitsIn({ limits: { memory } }), memory).toThrow(/size/);
});
