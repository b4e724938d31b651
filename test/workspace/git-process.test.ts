import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { gitEnvironment } from '../../src/workspace/git-environment.js';
import { runGit, type GitCommand } from '../../src/workspace/git-process/run.js';
import { GitStarter } from '../../src/workspace/git-process/starter.js';

const root = mkdtempSync(join(tmpdir(), 'perfloop-git-process-'));
const starter = new GitStarter();

afterAll(() => {
  if (starter.pid !== undefined) process.kill(starter.pid, 'SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const command = (args: string[], more: Partial<GitCommand> = {}): GitCommand => ({ args, cwd: root, env: gitEnvironment('own'), ...more });

/** A git that never ends; it says in a file that it has begun. */
async function endless(): Promise<{ env: Record<string, string>; begun: string }> {
  const begun = join(root, 'begun');
  const bin = mkdtempSync(join(root, 'bin-'));
  writeFileSync(join(bin, 'git'), `#!/bin/sh\necho $$ > ${begun}\nexec sleep 1000\n`);
  await chmod(join(bin, 'git'), 0o755);
  return { env: { ...gitEnvironment('own'), PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` }, begun };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('git in a process of its own', () => {
  test('ends with who asked for it, though that is killed', async () => {
    const { env, begun } = await endless();
    const asking = join(root, 'asking.mjs');
    writeFileSync(asking, `import { GitStarter } from ${JSON.stringify(pathToFileURL(join(packageRoot, 'dist/workspace/git-process/starter.js')).href)};\nawait new GitStarter().run(${JSON.stringify(command(['version'], { env }))});\n`);
    const asker = spawn(process.execPath, [asking], { stdio: 'ignore' });
    const pid = await vi.waitFor(() => Number(readFileSync(begun, 'utf8').trim()) || Promise.reject(new Error('not yet')), { timeout: 60_000 });
    asker.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 60_000 });
    rmSync(begun, { force: true });
  });

  test('says what git as a child would say', async () => {
    for (const asked of [
      command(['init', '--quiet', '--bare', join(root, 'bare.git')]),
      command(['hash-object', '--stdin'], { input: Buffer.from([0, 255, 10]) }),
      command(['hash-object', '--stdin'], { input: 'é\n' }),
      command(['no-such-verb']),
      command(['version'], { cwd: join(root, 'not-there') }),
      command(['version'], { env: { PATH: join(root, 'not-there') } }),
      command(['cat-file', 'blob', 'main:x'], { cwd: join(root, 'bare.git') }),
    ]) {
      const [there, here] = [await starter.run(asked), await runGit(asked)];
      expect({ ...there, stdout: Buffer.from(there.stdout), stderr: Buffer.from(there.stderr) }).toEqual({ ...here, stdout: Buffer.from(here.stdout), stderr: Buffer.from(here.stderr) });
    }
  });

  test('gives bytes as they are, many at once', async () => {
    const bytes = Buffer.alloc(3_000_000, 'perfloop\0\xff');
    const written = await starter.run(command(['hash-object', '-w', '--stdin'], { cwd: join(root, 'bare.git'), input: bytes }));
    const blob = Buffer.from(written.stdout).toString().trim();
    const read = await Promise.all(Array.from({ length: 8 }, async () => starter.run(command(['cat-file', 'blob', blob], { cwd: join(root, 'bare.git') }))));
    expect(read.every(({ stdout }) => bytes.equals(stdout))).toBe(true);
  });

  test('ends git when it is cancelled, and is none that was cancelled before', async () => {
    const { env, begun } = await endless();
    const controller = new AbortController();
    const ended = starter.run(command(['version'], { env }), controller.signal);
    const pid = await vi.waitFor(async () => Number(readFileSync(begun, 'utf8').trim()) || Promise.reject(new Error('not yet')), { timeout: 60_000 });
    controller.abort();
    expect(await ended).toMatchObject({ isCanceled: true, exitCode: undefined });
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 60_000 });
    expect(await starter.run(command(['version']), AbortSignal.abort())).toMatchObject({ isCanceled: true });
  });

  test('is told to be lost with the process that starts it, and the next one has another', async () => {
    const { env, begun } = await endless();
    rmSync(begun, { force: true });
    const ended = starter.run(command(['version'], { env }));
    const pid = await vi.waitFor(async () => Number(readFileSync(begun, 'utf8').trim()) || Promise.reject(new Error('not yet')), { timeout: 60_000 });
    const first = starter.pid ?? 0;
    process.kill(first, 'SIGKILL');
    expect(await ended).toMatchObject({ exitCode: undefined, code: 'the process that starts git was ended' });
    process.kill(pid, 'SIGKILL');
    expect(Buffer.from((await starter.run(command(['version']))).stdout).toString()).toMatch(/^git version /);
    expect(starter.pid).not.toBe(first);
  });
});
