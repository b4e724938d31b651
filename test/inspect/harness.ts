import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll } from 'vitest';
import type { Flag } from '../../src/core/flag.js';
import { inspectChange } from '../../src/inspect/inspect.js';
import { readFileAt } from '../../src/workspace/tree.js';

/** One change of one file. */
export interface Change {
  file: string;
  before: string | null;
  after: string;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, encoding: 'utf8', env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@b' } }).trim();

/** A repository with two commits: all files before, and all after. Each change is inspected by itself. */
export function changesOf(changes: readonly Change[]): { flagsOf(file: string, commands?: string[]): Promise<Flag[]>; all(): Promise<Flag[]> } {
  const dir = mkdtempSync(join(tmpdir(), 'perfloop-inspect-'));
  folders.push(dir);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  const commit = (message: string): string => {
    git(dir, 'add', '-A');
    git(dir, 'commit', '-q', '--allow-empty', '-m', message);
    return git(dir, 'rev-parse', 'HEAD');
  };
  git(dir, 'init', '-q');
  for (const { file, before } of changes) if (before !== null) write(file, before);
  const base = commit('before');
  for (const { file, after } of changes) write(file, after);
  const candidate = commit('after');
  const options = { cwd: dir };
  const repository = { path: join(dir, '.git'), readFileAt: (at: string, path: string) => readFileAt(at, path, options) };
  return {
    flagsOf: (file, commands = ['npm test']) => inspectChange({ repository, base, commit: candidate, skip: (path) => path !== file, commands }),
    all: () => inspectChange({ repository, base, commit: candidate, skip: () => false, commands: ['npm test'] }),
  };
}
