/** Notes on schedules that somebody lets go on. The server keeps no time of a resumption, so that the note holds it: failures before it count no more. */
export function resumedNote(who: string, at: number, reason: string): string {
  return note('resumed', who, at, reason);
}

/** Nor does it keep the time of a pause. */
export function pausedNote(who: string, at: number, reason: string): string {
  return note('paused', who, at, reason);
}

function note(what: string, who: string, at: number, reason: string): string {
  return `${what} by ${who} at ${new Date(at).toISOString()}${reason === '' ? '' : `: ${reason}`}`;
}

/** Milliseconds since the epoch; null where the note says nothing of it. */
export function resumedAt(note: string): number | null {
  const [, at] = /^resumed by .*? at (\d{4}-\d\d-\d\dT[\d:.]+Z)(?:: |$)/s.exec(note) ?? [];
  const time = at === undefined ? Number.NaN : Date.parse(at);
  return Number.isNaN(time) ? null : time;
}

/** From when on failures count: since somebody changed the schedule (an `apply`, with or without `--force`), or let it go on. */
export function countsSince({ lastUpdatedAt, note }: { lastUpdatedAt: Date | undefined; note: string | undefined }): number {
  return Math.max(lastUpdatedAt?.getTime() ?? 0, resumedAt(note ?? '') ?? 0);
}
