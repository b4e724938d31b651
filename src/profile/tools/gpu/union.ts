/**
 * SQL to merge spans (start, end) as they begin: one that begins after all before it have ended begins a new stretch. `reached` is
 * the latest end of those before, null for the first. `per`: columns within whose values spans are merged.
 */
export const reached = (per: string): string => `MAX("end") OVER (PARTITION BY ${per} ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached`;

/** SQL: nanoseconds that at least one of the rows of a group covers, by their `reached`. */
export const coveredNs = 'SUM(CASE WHEN reached IS NULL OR start >= reached THEN "end" - start WHEN "end" > reached THEN "end" - reached ELSE 0 END)';
