/** Milliseconds. */
export interface Interval {
  began: number;
  ended: number;
}

/** Activities of a host that may go on at once; a step beyond waits for one of them. */
export const hostSlots = 8;

/**
 * Time of slots that steps used, and that there was. A run has as many slots as most of its steps went on at once, at most those
 * of a host; a step that only waits for a slot uses none.
 */
export function slotUse(steps: readonly Interval[]): { used: number; available: number } {
  const changes = steps.flatMap(({ began, ended }) => [{ at: began, by: 1 }, { at: ended, by: -1 }]).sort((one, other) => one.at - other.at || one.by - other.by);
  let [going, most, used, wall, last] = [0, 0, 0, 0, changes[0]?.at ?? 0];
  for (const { at, by } of changes) {
    used += Math.min(going, hostSlots) * (at - last);
    // Between two rounds nothing goes on, and nothing could.
    if (going > 0) wall += at - last;
    last = at;
    going += by;
    most = Math.max(most, going);
  }
  return { used, available: wall * Math.min(most, hostSlots) };
}

/** Which share of the time of these intervals, each moment counted once, lies in others; null where they have none since the first of the others. */
export function shareCovered(wanted: readonly Interval[], there: readonly Interval[]): number | null {
  const first = there.reduce((earliest, { began }) => Math.min(earliest, began), Infinity);
  const asked = merged(wanted.map(({ began, ended }) => ({ began: Math.max(began, first), ended })));
  const given = merged(there);
  const whole = asked.reduce((sum, { began, ended }) => sum + ended - began, 0);
  if (whole <= 0) return null;
  let covered = 0;
  let at = 0;
  for (const { began, ended } of asked) {
    while (at < given.length && (given[at] as Interval).ended <= began) at += 1;
    for (let index = at; index < given.length && (given[index] as Interval).began < ended; index += 1) {
      const other = given[index] as Interval;
      covered += Math.min(ended, other.ended) - Math.max(began, other.began);
    }
  }
  return covered / whole;
}

function merged(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const { began, ended } of intervals.filter((one) => one.ended > one.began).sort((one, other) => one.began - other.began)) {
    const last = result.at(-1);
    if (last !== undefined && began <= last.ended) last.ended = Math.max(last.ended, ended);
    else result.push({ began, ended });
  }
  return result;
}
