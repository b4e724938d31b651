import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { commit, git, type DemoTarget } from './target.js';

/** What one run before and one after would have claimed, in seconds. */
export interface Claim {
  before: number;
  after: number;
}

/** A change that does nothing: a comment. Commits it on a branch of its own and gives the commit. */
export async function changeOfNothing({ folder }: DemoTarget): Promise<string> {
  await git(folder, 'checkout', '--quiet', '-b', 'does-nothing');
  appendFileSync(join(folder, 'lib', 'DBSCAN.js'), '\n// 30% faster!\n');
  const changed = await commit(folder, 'Make DBSCAN 30% faster');
  await git(folder, 'checkout', '--quiet', 'main');
  return changed;
}

/** What most people do: time it once before and once after. */
export async function timeOnce({ folder }: DemoTarget, changed: string): Promise<Claim> {
  const before = await seconds(folder);
  await git(folder, 'checkout', '--quiet', changed);
  const after = await seconds(folder);
  await git(folder, 'checkout', '--quiet', 'main');
  return { before, after };
}

async function seconds(folder: string): Promise<number> {
  const began = performance.now();
  await execa(process.execPath, ['bench/dbscan.js'], { cwd: folder });
  return (performance.now() - began) / 1000;
}
