import type { Entry } from './measure.js';

/**
 * Names files of an earlier profile as a later one does, where the folder of the program was another: two worktrees, two
 * machines. The pair of folders that explains at least half of the time in files that only one of them names is taken; without
 * such a pair every file keeps its name.
 */
export function movedFiles(before: readonly Entry[], after: readonly Entry[]): (file: string) => string {
  const now = new Set(after.map(({ file }) => file));
  const then = new Set(before.map(({ file }) => file));
  const unmatched = before.filter(({ file }) => file !== null && !now.has(file));
  const byName = new Map<string, string[]>();
  for (const file of now) if (file !== null && !then.has(file)) byName.set(nameOf(file), [...(byName.get(nameOf(file)) ?? []), file]);

  const votes = new Map<string, { from: string; to: string; ms: number }>();
  for (const { file, ms } of unmatched) {
    const from = file as string;
    const best = (byName.get(nameOf(from)) ?? []).map((to) => ({ to, shared: sharedEnd(from, to) })).sort((a, b) => b.shared - a.shared)[0];
    if (best === undefined) continue;
    const pair = { from: from.slice(0, from.length - best.shared), to: best.to.slice(0, best.to.length - best.shared) };
    const key = `${pair.from}\0${pair.to}`;
    votes.set(key, { ...pair, ms: (votes.get(key)?.ms ?? 0) + ms });
  }
  const winner = [...votes.values()].sort((a, b) => b.ms - a.ms)[0];
  const all = unmatched.reduce((sum, { ms }) => sum + ms, 0);
  if (winner === undefined || winner.ms < all / 2) return (file) => file;
  return (file) => (file.startsWith(winner.from) && !now.has(file) ? winner.to + file.slice(winner.from.length) : file);
}

const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

/** How many letters at the end, whole parts of the path, two files share. */
function sharedEnd(one: string, other: string): number {
  const [a, b] = [one.split('/'), other.split('/')];
  let parts = 0;
  while (parts < Math.min(a.length, b.length) && a[a.length - 1 - parts] === b[b.length - 1 - parts]) parts += 1;
  return a.slice(a.length - parts).join('/').length;
}
