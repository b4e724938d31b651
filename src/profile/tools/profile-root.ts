import { isInDependency } from './repository.js';
import type { ProfileDatabase } from './open.js';

const sql = `
SELECT module.value AS module, SUM(PERFLOOP_CHARGES.ns) AS ns
FROM PERFLOOP_CHARGES
JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = PERFLOOP_CHARGES.frame AND PERFLOOP_FRAMES.kind = 'source'
JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module
WHERE PERFLOOP_CHARGES.category = 'code'
GROUP BY module.value ORDER BY ns DESC`;

/**
 * The folder that the repository had when the profile was recorded, which may have been another worktree or another machine:
 * `here` when the profile names it, else the folder under which most of the time falls into tracked files. Null when none does.
 */
export function profileRoot(db: ProfileDatabase, { here, trackedFiles }: { here: string[]; trackedFiles: ReadonlySet<string> }): string | null {
  const modules = db.prepare<[], { module: string; ns: number }>(sql).all();
  for (const root of here) if (modules.some(({ module }) => module.startsWith(`${root}/`) && !isInDependency(module.slice(root.length)))) return root;

  const votes = new Map<string, number>();
  for (const { module, ns } of modules) {
    if (!module.startsWith('/') || isInDependency(module)) continue;
    // Every way to cut the path into a folder and a tracked file.
    for (let cut = module.indexOf('/', 1); cut > 0; cut = module.indexOf('/', cut + 1)) {
      if (trackedFiles.has(module.slice(cut + 1))) votes.set(module.slice(0, cut), (votes.get(module.slice(0, cut)) ?? 0) + ns);
    }
  }
  const [best] = [...votes].sort(([a, nsA], [b, nsB]) => nsB - nsA || a.length - b.length);
  if (best) return best[0];
  return modules.some(({ module }) => trackedFiles.has(module.replace(/^\.\//, ''))) ? (here[0] ?? null) : null;
}
