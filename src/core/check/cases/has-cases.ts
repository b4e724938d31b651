import type { Config } from '../../config/schema.js';

/** Whether functions are compared. Configs of runs of an earlier version have no `cases`. */
export function hasCases({ cases }: { cases?: Config['cases'] }): boolean {
  return cases !== undefined && cases.length > 0;
}
