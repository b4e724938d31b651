import type { Evidence } from '../../core/finding.js';
import { firstEvent } from '../../profile/tools/gpu/extent.js';
import type { ProfileDatabase } from '../../profile/tools/open.js';
import { gpuTools, hostTools } from '../../profile/tools/registry.js';
import { tablesOf } from '../../profile/tools/tables.js';
import { ask } from '../../profile/tools/tool.js';
import { copiesOverTime } from './copies.js';
import type { PageFindings, PlacedEvidence, ProfilePageData, Stretch } from './data.js';
import { flameOf } from './flame.js';
import { encodeTimeline } from './timeline/encode.js';
import { readTimeline } from './timeline/read.js';
import { tones } from './tones.js';
import { treemapAspect, treemapOf } from './treemap.js';

/** Rows of each table on the page. */
const rowsShown = 12;

/** Rows of a finding that are marked. */
const mostMarks = 60;

export interface GatherRequest {
  db: ProfileDatabase;
  /** The profile's name for people. */
  title: string;
  findings: PageFindings | null;
  writtenAt: number;
  /** Events beyond this many are merged with their neighbours. */
  mostSpans?: number;
  /** Called before each step, with its part of the whole that is done, 0 to 1. */
  onProgress?: (step: string, done: number) => void;
}

/** Reads all that the page shows. */
export function gatherProfilePage({ db, title, findings, writtenAt, mostSpans, onProgress = () => undefined }: GatherRequest): ProfilePageData {
  onProgress('the timeline', 0);
  const timeline = timelineOf(db, mostSpans);
  const { spanNs } = timeline.index;
  onProgress('flame graph, kernels and copies', 0.55);
  const views = { flame: flameOf(db), treemap: treemapOf(db, treemapAspect), copies: copiesOverTime(db, spanNs) };
  const asked = [...gpuTools, ...hostTools].filter(({ name, input }) => !ownView.has(name) && input.safeParse({}).success);
  const answers = asked.map((tool, i) => {
    onProgress(`asking the tool ${tool.name}`, 0.65 + (0.3 * i) / asked.length);
    return { summary: tool.summary, answer: ask(tool, db, tool.input.safeParse({ limit: rowsShown }).success ? { limit: rowsShown } : {}) };
  });
  return {
    title,
    writtenAt,
    spanNs,
    findings: findings === null ? null : { list: findings.findings.map((finding) => ({ finding, evidence: finding.evidence.map((one) => placed(db, one)) })), abstained: findings.abstained },
    timeline: timeline.spans === 0 ? null : timeline,
    ...views,
    answers,
    notes: tablesOf(db).has('PERFLOOP_NOTES') ? db.prepare<[], string>('SELECT text FROM PERFLOOP_NOTES').pluck().all() : [],
  };
}

/** Of itself, so that the events do not stay in memory while the tools are asked. */
function timelineOf(db: ProfileDatabase, mostSpans: number | undefined): NonNullable<ProfilePageData['timeline']> {
  const { timeline, names } = readTimeline(db, mostSpans === undefined ? {} : { mostSpans });
  const dropped = timeline.tracks.reduce((sum, track) => sum + track.dropped, 0);
  return { ...encodeTimeline(timeline, names), events: timeline.events, spans: timeline.spans, dropped, early: timeline.early, lateNames: names.late, tones: new Set(names.list.flatMap(([, , tone]) => tones[tone] ?? [])) };
}

/** Tools whose answer is a view of its own, or too long for a table. */
const ownView = new Set(['flame', 'kernel_instances', 'call_tree']);

/** Finds the stretches of evidence: what it says itself, and where its rows are in their table. */
function placed(db: ProfileDatabase, evidence: Evidence): PlacedEvidence {
  const { place } = evidence;
  if (place === undefined) return { ...evidence, stretch: null, rows: [] };
  const rows = rowsOf(db, place.table, place.ids.slice(0, mostMarks));
  const [from, to] = place.rangeMs ?? [];
  const said = from === undefined || to === undefined ? null : { from: from * 1e6, to: to * 1e6 };
  const around = rows.length === 0 ? null : { from: Math.min(...rows.map((row) => row.from)), to: Math.max(...rows.map((row) => row.to)) };
  return { ...evidence, stretch: said ?? around, rows };
}

function rowsOf(db: ProfileDatabase, table: string, ids: readonly number[]): Stretch[] {
  if (ids.length === 0 || !tablesOf(db).has(table)) return [];
  const columns = new Set(db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table));
  if (!columns.has('start') || !columns.has('end')) return [];
  return db.prepare<[object], Stretch>(`SELECT start - :origin AS "from", COALESCE("end", start) - :origin AS "to" FROM ${table} WHERE rowid IN (SELECT value FROM json_each(:ids)) ORDER BY start`).all({ origin: firstEvent(db), ids: JSON.stringify(ids) });
}
