import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchBranch } from '../../../src/activities/fleet/fetch-branch.js';

const root = mkdtempSync(join(tmpdir(), 'perfloop-fetch-'));
const origin = join(root, 'origin');
const git = (dir: string, ...args: string[]): string => execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], { cwd: dir, encoding: 'utf8' }).trim();
const commit = (message: string): string => {
  git(origin, 'commit', '--quiet', '--allow-empty', '-m', message);
  return git(origin, 'rev-parse', 'HEAD');
};
const fetched = async (branch: string | null): Promise<string> => {
  const { dir, revision } = await fetchBranch(join(root, 'fleet'), pathToFileURL(origin).href, branch, new AbortController().signal);
  return git(dir, 'rev-parse', revision);
};

beforeAll(() => git(root, 'init', '--quiet', '--initial-branch=a', origin));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('fetches a branch below the name of one that is gone, and one whose name looks like it', async () => {
  const first = commit('first');
  expect(await fetched('a')).toBe(first);
  expect(await fetched(null)).toBe(first);

  git(origin, 'branch', '-m', 'a', 'a/b');
  const second = commit('second');
  git(origin, 'branch', 'a%2Fb', first);
  expect(await fetched('a/b')).toBe(second);
  expect(await fetched('a%2Fb')).toBe(first);
  expect(await fetched(null)).toBe(second);
  await expect(fetched('a')).rejects.toMatchObject({ code: 'PL_FLEET_NO_BRANCH' });
});

it('says once why a repository cannot be fetched, the cause first, and what to try', async () => {
  const missing = pathToFileURL(join(root, 'nowhere')).href;
  const refused = fetchBranch(join(root, 'fleet'), missing, 'main', new AbortController().signal);
  await expect(refused).rejects.toMatchObject({
    code: 'PL_FLEET_UNREACHABLE',
    message: `the repository cannot be fetched: '${join(root, 'nowhere')}' does not appear to be a git repository`,
    where: missing,
    fix: expect.stringContaining(`git ls-remote ${missing}`) as string,
    problems: ['Could not read from remote repository.'],
  });
});
