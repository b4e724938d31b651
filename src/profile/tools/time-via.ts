import type { ProfileDatabase } from './open.js';

export interface Via {
  function: string;
  /** `builtin` is native code of the language, `library` the language's own library, `inlined` a Python comprehension. */
  kind: 'builtin' | 'library' | 'inlined';
  /** The file that it is in; empty for native code. */
  module: string;
  /** Of the busy time, 0 to 1. */
  share: number;
}

const sql = `
SELECT symbol.value AS function, PERFLOOP_FRAMES.kind, module.value AS module,
  1.0 * SUM(PERFLOOP_CHARGES.ns) / (SELECT MAX(COALESCE(SUM(ns), 0), 1) FROM PERFLOOP_CHARGES WHERE category <> 'idle') AS share
FROM PERFLOOP_CHARGES
JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = PERFLOOP_CHARGES.via
JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module
WHERE PERFLOOP_CHARGES.frame = ? AND PERFLOOP_CHARGES.category = 'code' AND PERFLOOP_CHARGES.via <> PERFLOOP_CHARGES.frame
GROUP BY PERFLOOP_FRAMES.symbol, PERFLOOP_FRAMES.kind, PERFLOOP_FRAMES.module ORDER BY share DESC, symbol.value, module.value`;

/** The builtins and library functions whose time is charged to a function, most first. Not only direct callees. */
export function timeVia(db: ProfileDatabase, { frame }: { frame: number }): Via[] {
  return db.prepare<[number], Via>(sql).all(frame);
}
