import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { runCommand } from '../../src/measure/run-command.js';
import { launcherProblem } from '../../src/measure/start-command.js';

// add_key(2) and keyctl(2) KEYCTL_SEARCH on the session's keyring, by number: the C library has no call for them.
const calls: Partial<Record<NodeJS.Architecture, [add: number, keyctl: number]>> = { x64: [248, 250], arm64: [217, 219] };
const [add, keyctl] = calls[process.arch] ?? [0, 0];
const python = (body: string): string => `python3 -c 'import ctypes; c = ctypes.CDLL(None, use_errno=True); ${body}'`;
const leave = python(`print(c.syscall(${add}, b"user", b"perfloop-memo", b"hello", 5, -3) > 0)`);
const find = python(`print(c.syscall(${keyctl}, 10, -3, b"user", b"perfloop-memo", 0) > 0)`);

const works = add !== 0 && (await launcherProblem()) === null && spawnSync('sh', ['-c', leave], { encoding: 'utf8' }).stdout === 'True\n';

test.skipIf(!works)('a key that one command leaves in its session is not found by the next (needs python3, and a kernel that lets it)', async () => {
  const said = async (command: string): Promise<string> => (await runCommand({ command, cwd: '/', env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 60_000 })).stdout;
  expect(await said(`${leave}; ${find}`)).toBe('True\nTrue\n');
  expect(await said(find)).toBe('False\n');
});
