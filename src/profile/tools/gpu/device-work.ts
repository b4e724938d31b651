/** SQL for work that is no kernel, a SELECT of the columns for each table there is, of all devices or `:device`. */
export const otherWork = (tables: ReadonlySet<string>, columns: string): string[] =>
  ['CUPTI_ACTIVITY_KIND_GRAPH_TRACE', 'CUPTI_ACTIVITY_KIND_MEMCPY', 'CUPTI_ACTIVITY_KIND_MEMSET'].filter((table) => tables.has(table)).map((table) => `SELECT ${columns} FROM ${table} WHERE :device IS NULL OR deviceId = :device`);
