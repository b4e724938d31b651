/** A table of what waits for a person in runs that have not ended: the run, and since when (ms). A trial or the branch, or the question of a step. */
export const waitingTable = `(SELECT r.id AS run, w.value AS since FROM runs r, json_each(r.status, '$.waiting') w WHERE r.ended_at IS NULL
  UNION ALL SELECT r.id, json_extract(q.value, '$.since') FROM runs r, json_each(r.status, '$.questions') q WHERE r.ended_at IS NULL)`;
