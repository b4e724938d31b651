import type { Evidence } from '../../core/finding.js';
import type { ProfileDatabase } from '../../profile/tools/open.js';
import type { Results } from '../results.js';
import type { Citation } from './schemas.js';

/** What citations are held against. */
export interface CitedFrom {
  results: Results;
  /** Names of the tools that ask the profile. */
  ofProfile: ReadonlySet<string>;
  db: ProfileDatabase;
  /** The profile as the person named it. */
  file: string;
}

/** Those that stand, as evidence, and what is wrong with the others. `fromProfile`: whether one of those that stand is of the profile. */
export function checkedCitations(citations: readonly Citation[], from: CitedFrom): { evidence: Evidence[]; problems: string[]; fromProfile: boolean } {
  const checked = citations.map((citation) => ({ citation, problem: problemOf(citation, from) }));
  const standing = checked.flatMap(({ citation, problem }) => (problem === null ? [citation] : []));
  return {
    evidence: standing.map((citation) => evidenceOf(citation, from)),
    problems: checked.flatMap(({ problem }) => (problem === null ? [] : [problem])),
    fromProfile: standing.some(({ result }) => from.ofProfile.has(from.results.toolOf(result) ?? '')),
  };
}

function problemOf({ result, quote, table, rows = [] }: Citation, { results, db }: CitedFrom): string | null {
  if (!results.has(result)) return `there is no result ${result}`;
  if (!results.says(result, quote)) return `the result ${result} does not say ${JSON.stringify(quote)}`;
  if (rows.length === 0) return null;
  const missing = table === undefined ? null : missingRows(db, table, [...new Set(rows)]);
  if (missing === null) return `the profile has no table ${table ?? '(none is named)'}`;
  return missing.length === 0 ? null : `the table ${table} has no rows ${missing.join(', ')}`;
}

/** Null where there is no such table. */
function missingRows(db: ProfileDatabase, table: string, rows: readonly number[]): number[] | null {
  if (db.prepare("SELECT 1 FROM sqlite_master WHERE name = ? AND type = 'table'").get(table) === undefined) return null;
  const there = new Set(db.prepare<number[], number>(`SELECT rowid FROM "${table.replaceAll('"', '""')}" WHERE rowid IN (${rows.map(() => '?').join(', ')})`).pluck().all(...rows));
  return rows.filter((row) => !there.has(row));
}

function evidenceOf({ result, quote, says, table, rows }: Citation, { results, file }: CitedFrom): Evidence {
  const place = table === undefined || rows === undefined || rows.length === 0 ? {} : { place: { profile: file, table, rangeMs: null, ids: [...new Set(rows)] } };
  return { tool: results.toolOf(result) ?? result, text: `${says} (${quote})`, ...place };
}
