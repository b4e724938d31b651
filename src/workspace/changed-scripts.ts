import { readScripts, scriptNames } from './command-files.js';
import type { Repository } from './repository.js';

/**
 * Scripts of package.json that the commands run and another commit changes, adds or removes; with what they run in turn, and
 * what npm runs around them.
 */
export async function changedScripts(repository: Pick<Repository, 'readFileAt'>, base: string, commit: string, commands: readonly string[]): Promise<string[]> {
  const [before, after] = await Promise.all([scriptsAt(repository, base), scriptsAt(repository, commit)]);
  const called = new Set(commands.flatMap((run) => [...scriptNames(run, before), ...scriptNames(run, after)]));
  return [...called].filter((name) => before[name] !== after[name]);
}

async function scriptsAt(repository: Pick<Repository, 'readFileAt'>, commit: string): Promise<Record<string, string>> {
  return repository.readFileAt(commit, 'package.json').then((text) => readScripts(text.toString('utf8')), () => ({}));
}
