import { PerfloopError } from '../core/errors.js';
import { git } from './git.js';

/** The first with settings from the environment (GIT_CONFIG_COUNT), without which hooks of the user could run. */
const oldest = [2, 31] as const;

/** The version of the installed git, such as `2.39.5`. Throws PL_NO_GIT. */
export async function gitVersion(): Promise<string> {
  return /\d+(\.\d+)+/.exec(await git(['version'], { cwd: process.cwd() }))?.[0] ?? 'unknown';
}

/** The PATH whose git is new enough. */
let fits: string | undefined;

/** Throws PL_NO_GIT or PL_GIT_TOO_OLD. A process that found it once does not ask again. */
export async function requireGit(): Promise<void> {
  const path = process.env['PATH'] ?? '';
  if (fits === path) return;
  const version = await gitVersion();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) throw new PerfloopError('PL_GIT_TOO_OLD', `git ${version} is too old`, { where: 'git', fix: `Install git ${oldest.join('.')} or newer.` });
  fits = path;
}
