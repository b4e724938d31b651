import { entry } from '../../entry.js';
import type { ProfileDatabase } from '../../open.js';
import { hasTable } from '../../tables.js';
import { inIterations } from '../iterations/in-iterations.js';
import type { WorkColumns } from '../columns/work.js';

/** Times are nanoseconds from the profile's first event. */
export interface Span {
  start: number;
  end: number;
}

export interface NamedRanges {
  /** With numbers as #. */
  name: string;
  process: number;
  thread: number;
  /** Whether the thread makes calls of CUDA, so that devices may wait for it. */
  drives: boolean;
  /** In their order; those that overlap, of the same name and thread, are one. */
  spans: Span[];
}

const sqlOf = (db: ProfileDatabase, likes: readonly string[]): string => {
  const like = (column: string): string => likes.map((one) => `${column} LIKE '${one}'`).join(' OR ');
  const drives = hasTable(db, 'CUPTI_ACTIVITY_KIND_RUNTIME') ? 'EXISTS (SELECT 1 FROM CUPTI_ACTIVITY_KIND_RUNTIME AS r WHERE r.globalTid = NVTX_EVENTS.globalTid)' : '0';
  return `
SELECT COALESCE(text, value) AS name, start - :origin AS start, "end" - :origin AS "end", globalTid / 0x1000000 % 0x1000000 AS process, globalTid & 0xFFFFFF AS thread, ${drives} AS drives
FROM NVTX_EVENTS LEFT JOIN StringIds ON StringIds.id = textId
WHERE eventType IN (59, 60) AND "end" IS NOT NULL AND (${like('text')} OR textId IN (SELECT id FROM StringIds WHERE ${like('value')}))
ORDER BY start, "end" DESC`;
};

/** Closed ranges by name and thread. `likes`: patterns of SQL that find candidates fast; `pattern`: what names really have to be. */
export function namedRanges(db: ProfileDatabase, { likes, pattern, origin }: { likes: readonly string[]; pattern: RegExp; origin: bigint }): NamedRanges[] {
  if (!hasTable(db, 'NVTX_EVENTS')) return [];
  const groups = new Map<string, NamedRanges>();
  for (const { name: whole, start, end, process, thread, drives } of db.prepare<[object], Span & { name: string; process: number; thread: number; drives: number }>(sqlOf(db, likes)).iterate({ origin })) {
    if (!pattern.test(whole)) continue;
    const name = whole.replaceAll(/\d+/g, '#');
    const { spans } = entry(groups, `${process} ${thread} ${name}`, () => ({ name, process, thread, drives: drives === 1, spans: [] }));
    append(spans, start, end);
  }
  return [...groups.values()];
}

/** Adds a span that begins no earlier than the last; one that overlaps it, or touches it, becomes a part of it. */
export function append(spans: Span[], start: number, end: number): void {
  const last = spans.at(-1);
  if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
  else spans.push({ start, end });
}

/** Spans of several lists as one, in their order and without overlaps. */
export function merged(lists: readonly (readonly Span[])[]): Span[] {
  const result: Span[] = [];
  for (const { start, end } of lists.flat().sort((a, b) => a.start - b.start)) append(result, start, end);
  return result;
}

export const totalNs = (spans: readonly Span[]): number => spans.reduce((sum, { start, end }) => sum + end - start, 0);

/** For how long devices did nothing while the spans lasted, in the mean over devices; null without work of devices. */
export function idleNs(work: WorkColumns | null, spans: readonly Span[]): number | null {
  if (work === null || work.start.length === 0) return null;
  const devices = new Set(work.device).size;
  return totalNs(spans) - inIterations(work, spans).busy.reduce((sum, one) => sum + one, 0) / devices;
}
