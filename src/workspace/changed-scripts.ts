import { z } from 'zod';
import type { Repository } from './repository.js';

const manifest = z.object({ scripts: z.record(z.string(), z.string()).default({}) });

/**
 * Scripts of the base's package.json that another commit changes, removes, or puts a `pre` or `post` script around. A new
 * script of another name changes nothing that the base runs.
 */
export async function changedScripts(repository: Repository, base: string, commit: string): Promise<string[]> {
  const [before, after] = await Promise.all([scriptsOf(repository, base), scriptsOf(repository, commit)]);
  const around = Object.keys(before).flatMap((name) => [`pre${name}`, name, `post${name}`]);
  return [...new Set(around)].filter((name) => before[name] !== after[name]);
}

async function scriptsOf(repository: Repository, commit: string): Promise<Record<string, string>> {
  try {
    return manifest.parse(JSON.parse((await repository.readFileAt(commit, 'package.json')).toString('utf8'))).scripts;
  } catch {
    // No manifest, or none that npm would read: then it runs no scripts.
    return {};
  }
}
