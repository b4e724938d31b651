import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { openArtifacts } from '../../src/store/artifacts.js';
import { type Home, homeFrom } from '../../src/store/home.js';
import { openWorktree } from '../../src/workspace/open-worktree.js';
import { openRepository } from '../../src/workspace/repository.js';
import { removeTree } from '../../src/workspace/remove-tree.js';
import { resolveTarget } from '../../src/workspace/snapshot.js';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await removeTree(folder);
});

/** A temporary folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'perfloop-test-')));
  folders.push(folder);
  return folder;
}

export function temporaryHome(): Home {
  return homeFrom({ PERFLOOP_HOME: temporaryFolder() });
}

const environment = { PATH: process.env['PATH'] ?? '', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'A User', GIT_AUTHOR_EMAIL: 'user@example.com', GIT_COMMITTER_NAME: 'A User', GIT_COMMITTER_EMAIL: 'user@example.com', HOME: tmpdir() };

/** Git as a user would run it. */
export function userGit(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

export function write(folder: string, files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** A repository of the user with one commit of the files. */
export function userRepository(files: Record<string, string | Buffer> = { 'src/a.js': 'export const a = 1;\n', 'test/a.test.js': 'check\n', 'bench/run.js': 'bench\n' }): string {
  const dir = join(temporaryFolder(), 'user repo é');
  mkdirSync(dir);
  userGit(dir, 'init', '-q', '-b', 'main');
  write(dir, files);
  commitAllOf(dir, 'first');
  return dir;
}

export function commitAllOf(dir: string, message: string): string {
  userGit(dir, 'add', '-A');
  userGit(dir, 'commit', '-q', '--allow-empty', '-m', message);
  return userGit(dir, 'rev-parse', 'HEAD');
}

/** A hash over every file below a folder, `.git` included: paths, modes, modification times, content. */
export function hashEverything(dir: string, { times = true } = {}): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true }).map((of) => join(of.parentPath, of.name)).sort()) {
    const found = lstatSync(entry);
    hash.update(`${entry}\0${found.mode}\0`);
    if (found.isSymbolicLink()) hash.update(readlinkSync(entry));
    else if (found.isFile()) hash.update(times ? `${found.mtimeMs}\0` : '').update(readFileSync(entry));
  }
  return hash.digest('hex');
}

/** A target made from a user's repository, with perfloop's own repository of it holding the base. */
export async function prepared(dir: string, home: Home = temporaryHome()) {
  const artifacts = openArtifacts(home.artifacts);
  const { target, warnings } = await resolveTarget({ dir, revision: 'HEAD', artifacts });
  const repository = await openRepository(home, target, artifacts);
  await repository.ensureCommit(target.base);
  return { home, artifacts, target, warnings, repository, base: target.base.commit };
}

/** One repository for all tests of a file, which open worktrees of their own; `remove` it in `afterAll`. */
export async function shareRepository(files: Record<string, string | Buffer>) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'perfloop-test-')));
  const dir = join(folder, 'repository');
  mkdirSync(dir);
  userGit(dir, 'init', '-q', '-b', 'main');
  write(dir, files);
  commitAllOf(dir, 'first');
  const { home, repository, base, target } = await prepared(dir, homeFrom({ PERFLOOP_HOME: join(folder, 'home') }));
  let worktrees = 0;
  return {
    home,
    repository,
    target,
    base,
    open: () => openWorktree({ home, repository, key: `run/trial/${worktrees++}`, commit: base, layoutSeed: 0, place: null, prepare: async () => {} }),
    remove: () => removeTree(folder),
  };
}

/** The code of the PerfloopError that a promise is rejected with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'no error';
}
