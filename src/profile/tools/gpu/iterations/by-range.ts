import type { ProfileDatabase } from '../../open.js';
import { entry } from '../../entry.js';
import { hasTable } from '../../tables.js';
import type { Found } from './find.js';

/** What ranges around one iteration are called, the surest first. PyTorch's profiler writes ProfilerStep#12. */
const hints: readonly RegExp[] = [/^ProfilerStep#/, /(?:^|[^a-z])(?:step|iter(?:ation)?)s?(?:$|[^a-z])/i, /batch/i, /(?:^|[^a-z])(?:decode|generate|forward)/i, /epoch/i];

/** Ranges that are hinted at cover at least this part of the time from the first to the last: others are a part of an iteration. */
const leastCovered = 0.5;
const leastCount = 3;

/** Closed ranges whose text may say that they are an iteration. `text` or the text of `textId`; types 59 push and pop, 60 start and end. */
const hintedSql = `
SELECT COALESCE(text, value) AS name, start - :origin AS start, "end" - :origin AS "end", CAST(globalTid AS TEXT) AS thread
FROM NVTX_EVENTS LEFT JOIN StringIds ON StringIds.id = textId
WHERE eventType IN (59, 60) AND "end" > start AND (
  text LIKE '%step%' OR text LIKE '%iter%' OR text LIKE '%batch%' OR text LIKE '%decode%' OR text LIKE '%generate%' OR text LIKE '%forward%' OR text LIKE '%epoch%'
  OR textId IN (SELECT id FROM StringIds WHERE value LIKE '%step%' OR value LIKE '%iter%' OR value LIKE '%batch%' OR value LIKE '%decode%' OR value LIKE '%generate%' OR value LIKE '%forward%' OR value LIKE '%epoch%'))
ORDER BY start, "end" DESC`;

const namedSql = `
SELECT COALESCE(text, value) AS name, start - :origin AS start, "end" - :origin AS "end", CAST(globalTid AS TEXT) AS thread
FROM NVTX_EVENTS LEFT JOIN StringIds ON StringIds.id = textId
WHERE eventType IN (59, 60) AND "end" > start AND (INSTR(LOWER(text), LOWER(:range)) > 0 OR textId IN (SELECT id FROM StringIds WHERE INSTR(LOWER(value), LOWER(:range)) > 0))
ORDER BY start, "end" DESC`;

interface Range {
  name: string;
  start: number;
  end: number;
  thread: string;
}

interface Group {
  name: string;
  thread: string;
  /** In their order; a range within another of its group is left out. */
  spans: { start: number; end: number }[];
  /** Those that begin within another. */
  nested: number;
  ns: number;
}

/** Iterations by ranges of NVTX, those that `range` names or those whose name says it; null where there are none. */
export function byRange(db: ProfileDatabase, { range, origin }: { range: string | null; origin: bigint }): Found | null {
  if (!hasTable(db, 'NVTX_EVENTS')) return null;
  // A name that was given with # for its numbers, as it is told here, is looked for by what stands before.
  const groups = grouped(db.prepare<[object], Range>(range === null ? hintedSql : namedSql).all({ origin, range: range?.split('#', 1)[0] ?? null }));
  const rank = ({ name }: Group): number => hints.findIndex((hint) => hint.test(name));
  const fit = range !== null ? groups : groups.filter((group) => rank(group) >= 0 && group.spans.length >= leastCount && group.nested <= group.spans.length / 10 && covered(group) >= leastCovered);
  // By name exactly before by a part of it, then the surest name, then the most time.
  const exact = ({ name }: Group): number => Number(range !== null && name !== withoutNumbers(range));
  const [best] = fit.toSorted((a, b) => exact(a) - exact(b) || (range === null ? rank(a) - rank(b) : 0) || b.ns - a.ns || (a.name < b.name ? -1 : 1));
  if (best === undefined) return null;
  const others = groups.filter(({ name, thread }) => name === best.name && thread !== best.thread).length;
  return { how: 'range', name: best.name, thread: best.thread, device: null, spans: best.spans, notes: others > 0 ? [`${others} more threads have ranges of this name; these are those of the thread with the most time.`] : [] };
}

/** "ProfilerStep#12" and "ProfilerStep#13" are one. */
const withoutNumbers = (name: string): string => name.replaceAll(/\d+/g, '#').replace(/##+/, '#');

function grouped(ranges: readonly Range[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { name: whole, thread, start, end } of ranges) {
    const name = withoutNumbers(whole);
    const group = entry(groups, `${thread} ${name}`, () => ({ name, thread, spans: [], nested: 0, ns: 0 }));
    if (start < (group.spans.at(-1)?.end ?? Number.NEGATIVE_INFINITY)) group.nested += 1;
    else {
      group.spans.push({ start, end });
      group.ns += end - start;
    }
  }
  return [...groups.values()];
}

const covered = ({ spans, ns }: Group): number => ns / ((spans.at(-1)?.end ?? 0) - (spans[0]?.start ?? 0));
