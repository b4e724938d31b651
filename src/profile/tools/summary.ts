import type { ProfileDatabase } from './open.js';
import { registerRepositoryPath } from './repository.js';

/** Where the time went. Shares are of the busy time, 0 to 1, and add up to 1. */
export interface ProfileSummary {
  processes: number;
  threads: number;
  /** First start to last end, milliseconds; null when no file says it. */
  wallMs: number | null;
  /** Sum over all threads without the time in which they waited. */
  busyMs: number;
  idleMs: number;
  shares: {
    /** Functions of the repository's own files, with the builtins and library functions they called. */
    repository: number;
    /** The same of all other files: dependencies, and code that is not in a file. */
    outside: number;
    collector: number;
    /** Loading and compiling modules. */
    loader: number;
    /** Native time and library code that no function of a file called. */
    runtime: number;
  };
}

const chargesSql = `
SELECT
  COALESCE(SUM(CASE WHEN category = 'idle' THEN ns ELSE 0 END), 0) / 1e6 AS idleMs,
  COALESCE(SUM(CASE WHEN category <> 'idle' THEN ns ELSE 0 END), 0) / 1e6 AS busyMs,
  COALESCE(SUM(CASE WHEN category = 'code' AND repository_path(module.value) IS NOT NULL THEN ns ELSE 0 END), 0) / 1e6 AS repository,
  COALESCE(SUM(CASE WHEN category = 'code' AND repository_path(module.value) IS NULL THEN ns ELSE 0 END), 0) / 1e6 AS outside,
  COALESCE(SUM(CASE WHEN category = 'collector' THEN ns ELSE 0 END), 0) / 1e6 AS collector,
  COALESCE(SUM(CASE WHEN category = 'loader' THEN ns ELSE 0 END), 0) / 1e6 AS loader,
  COALESCE(SUM(CASE WHEN category IN ('runtime', 'program') THEN ns ELSE 0 END), 0) / 1e6 AS runtime
FROM PERFLOOP_CHARGES
LEFT JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = PERFLOOP_CHARGES.frame
LEFT JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module`;

const profilesSql = `
SELECT COUNT(*) AS threads, COUNT(DISTINCT globalTid / 0x1000000) AS processes, (MAX(endNs) - MIN(startNs)) / 1e6 AS wallMs FROM PERFLOOP_PROFILES`;

/** Where the time of a whole profile went, for a repository at `root`; without one, every file counts as of the repository. */
export function profileSummary(db: ProfileDatabase, { root }: { root: string | null }): ProfileSummary {
  registerRepositoryPath(db, root);
  const { busyMs, idleMs, ...parts } = db.prepare<[], { busyMs: number; idleMs: number } & ProfileSummary['shares']>(chargesSql).get() ?? nothing;
  const counts = db.prepare<[], Pick<ProfileSummary, 'threads' | 'processes' | 'wallMs'>>(profilesSql).get() ?? { threads: 0, processes: 0, wallMs: null };
  const share = (ms: number): number => (busyMs > 0 ? ms / busyMs : 0);
  return {
    ...counts,
    busyMs,
    idleMs,
    shares: {
      repository: share(parts.repository),
      outside: share(parts.outside),
      collector: share(parts.collector),
      loader: share(parts.loader),
      runtime: share(parts.runtime),
    },
  };
}

const nothing = { busyMs: 0, idleMs: 0, repository: 0, outside: 0, collector: 0, loader: 0, runtime: 0 };
