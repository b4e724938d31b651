import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { isPath } from '../../core/fleet/repository.js';
import { sha256 } from '../../propose/hash.js';
import { withoutPasswords } from '../../core/secrets.js';
import { git, gitResult } from '../../workspace/git.js';
import { withLockRetry } from '../../workspace/locks.js';

/** A transport that runs programs would let a fleet file run what it likes. */
const noHelpers = { 'protocol.ext.allow': 'never' };

/**
 * A folder whose repository has the head of the branch, and the name of that revision there. A path is used where it is; a
 * URL is fetched into a bare repository below `folder`, as the user of the worker. Throws PL_FLEET_UNREACHABLE and
 * PL_FLEET_NO_BRANCH.
 */
export async function fetchBranch(folder: string, repository: string, branch: string | null, signal: AbortSignal): Promise<{ dir: string; revision: string }> {
  if (isPath(repository)) return { dir: repository, revision: branch === null ? 'HEAD' : await branchHere(repository, branch, signal) };
  const dir = join(folder, sha256(repository).slice(0, 16));
  await mkdir(dir, { recursive: true });
  await git(['init', '--quiet', '--bare'], { cwd: dir, signal });
  const options = { cwd: dir, signal, settings: 'user' as const, config: noHelpers };
  const asked = branch === null ? 'HEAD' : `refs/heads/${branch}`;
  const revision = branch === null ? 'refs/perfloop/fleet-head' : `refs/perfloop/fleet-heads/${flat(branch)}`;
  const fetched = await withLockRetry(dir, () => gitResult(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--', repository, `+${asked}:${revision}`], options));
  if (fetched.exitCode === 0) return { dir, revision };
  if (/couldn't find remote ref/i.test(fetched.stderr)) throw noBranch(repository, branch);
  const [said = `git ended with ${fetched.exitCode}`, ...more] = reasons(withoutPasswords(fetched.stderr));
  throw new PerfloopError('PL_FLEET_UNREACHABLE', `the repository cannot be fetched: ${said}`, { where: repository, fix: `Try \`git ls-remote ${repository}\` as the user that the worker runs as; credentials belong into its credential helper or its ssh keys.`, ...(more.length === 0 ? {} : { problems: more.slice(0, 5) }) });
}

/** What git and its transports say, the cause first; without the advice that git ends each refusal with. */
function reasons(stderr: string): string[] {
  return stderr
    .split('\n')
    .map((line) => line.trim().replace(/^(fatal|error): /, ''))
    .filter((line) => line !== '' && !/^(warning: |Please make sure you have the correct access rights|and the repository exists)/.test(line));
}

/** As one part of a ref's name: `a` and `a/b`, which were there one after the other, would be a file and a folder of one name. */
function flat(branch: string): string {
  return branch.replaceAll(/[%/]/g, encodeURIComponent);
}

async function branchHere(dir: string, branch: string, signal: AbortSignal): Promise<string> {
  const found = await gitResult(['rev-parse', '--verify', '--quiet', '--end-of-options', `refs/heads/${branch}`], { cwd: dir, signal, settings: 'user' });
  if (found.exitCode !== 0) throw noBranch(dir, branch);
  return `refs/heads/${branch}`;
}

function noBranch(repository: string, branch: string | null): PerfloopError {
  return new PerfloopError('PL_FLEET_NO_BRANCH', branch === null ? 'the repository has no commits' : `the repository has no branch ${branch}`, { where: repository, fix: 'Correct the branch: `branch` in the fleet file, and apply it, or `--branch` of `perfloop watch`. Or take the target out.' });
}
