import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../src/worker/engine/package-paths.js';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command line as a process, as a user has it; one that hangs is killed and has the code null. */
export async function perfloop(args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<Ended> {
  const child = spawn(process.execPath, [join(packageRoot, 'bin', 'perfloop.js'), ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000, killSignal: 'SIGKILL' });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}

export interface Refusal {
  code: string;
  where: RegExp | string;
  /** Somewhere in the message, the problems or the remedy. */
  says?: RegExp;
}

/** Refused on stderr, with the code, the place and what to do, and nothing that only a programmer could read. */
export function expectRefusal(ended: Ended, { code, where, says = /./ }: Refusal): void {
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(`error ${code}: `);
  expect(ended.stderr).toMatch(typeof where === 'string' ? new RegExp(`^ {2}at: .*${where.replaceAll(/[.[\]]/g, '\\$&')}`, 'm') : where);
  expect(ended.stderr).toMatch(/^ {2}fix: \S/m);
  expect(ended.stderr).toMatch(says);
  expect(ended.stderr).not.toMatch(/^\s+at .*:\d+:\d+|this is a bug/m);
}

/** The error that `--json` puts on stdout, where nothing else is. */
export function errorOf(ended: Ended): { code: string; message: string; where?: string; fix?: string; problems?: string[] } {
  expect(ended.code).toBe(2);
  return (JSON.parse(ended.stdout) as { error: ReturnType<typeof errorOf> }).error;
}

/** A folder that is removed by `remove`. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'perfloop-bad-input-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function git(dir: string, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'protocol.file.allow=always', ...args], { cwd: dir, stdio: 'ignore' });
}

/** A folder with these files; with `commit` a repository that holds them. */
export function folderOf(dir: string, files: Record<string, string>, options: { commit: boolean }): string {
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  if (options.commit) {
    git(dir, 'init', '--quiet', '--initial-branch', 'main');
    git(dir, 'add', '--all');
    git(dir, 'commit', '--quiet', '--message', 'start');
  }
  return dir;
}
