import { cp, lstat, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { isPlainWord, isSecretName } from '../core/secrets.js';
import { removeTree } from '../workspace/remove-tree.js';

/** What stands in a file of a login and is long enough for a key or a token. */
const tokenLike = /[\w.+=-]{24,}/g;
/** `"access_token": "…"` or `token = …`, of any length that is no word's. */
const named = /([\w-]+)["']?\s*[:=]\s*["']?([^\s"',;]{8,})/g;
/** Larger ones are no files of keys. */
const mostBytes = 1 << 20;

/**
 * Copies what an agent may know of the user's home into the home that it has, to the same place. Gives the keys and tokens
 * that seem to be in there. Throws PL_AGENT_LOGIN where something is not there.
 */
export async function copyLogin(paths: readonly string[], usersHome: string, home: string): Promise<string[]> {
  const tokens: string[] = [];
  for (const path of paths) {
    const relative = path.slice(2).replaceAll(/\/+$/g, '');
    const from = join(usersHome, relative);
    if ((await stat(from).catch(() => null)) === null) throw new PerfloopError('PL_AGENT_LOGIN', `an agent is to find ${path}, which is not there`, { where: from, fix: 'Log in with the agent\'s own program first, or take the path out of `login`.' });
    await makeOwn(home, dirname(relative));
    await removeTree(join(home, relative));
    await cp(from, join(home, relative), { recursive: true, dereference: true });
    tokens.push(...(await tokensBelow(from)));
  }
  return tokens;
}

/** A folder of this home itself: a link into the user's would be written through. */
async function makeOwn(home: string, relative: string): Promise<void> {
  let path = home;
  for (const part of relative.split('/').filter((name) => name !== '' && name !== '.')) {
    path = join(path, part);
    if ((await lstat(path).catch(() => null))?.isSymbolicLink() === true) await rm(path);
    await mkdir(path, { recursive: true });
  }
}

async function tokensBelow(path: string): Promise<string[]> {
  const found = await stat(path);
  if (found.isDirectory()) return (await Promise.all((await readdir(path)).map((name) => tokensBelow(join(path, name))))).flat();
  if (!found.isFile() || found.size > mostBytes) return [];
  const text = await readFile(path, 'utf8');
  const byForm = Array.from(text.matchAll(tokenLike), ([token]) => token).filter((token) => /\d/.test(token) && /[A-Za-z]/.test(token));
  const byName = Array.from(text.matchAll(named)).flatMap(([, name = '', value = '']) => (isSecretName(name) && !isPlainWord(value) ? [value] : []));
  return [...new Set([...byForm, ...byName])];
}
