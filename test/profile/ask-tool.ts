import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { importProfile } from '../../src/profile/import/import.js';
import { openProfile, type ProfileDatabase } from '../../src/profile/tools/open.js';
import { profileTool } from '../../src/profile/tools/registry.js';
import { ask } from '../../src/profile/tools/tool.js';
import { writeExport, type ExportRows } from './nsys-export.js';
import { temporaryFolder } from './temporary-folder.js';

/** Where real profiles are, for those who have them. */
export const realProfiles = join(import.meta.dirname, '../../../shared/fixtures/profiles');

/** Imports a file, or rows that an export is made of. The database is closed and gone after the test. */
export async function profileOf(source: string | object, strings: Record<number, string> = {}): Promise<ProfileDatabase> {
  const folder = temporaryFolder();
  const file = typeof source === 'string' ? source : writeExport(join(folder, 'a.sqlite'), source as ExportRows, { strings });
  const database = join(folder, 'p.sqlite');
  await importProfile({ files: [file], kind: 'auto', database });
  const db = openProfile(database);
  onTestFinished(() => void db.close());
  return db;
}

export interface Answer<Row = object, Facts = object> {
  rows: Row[];
  facts: Facts;
  notes: string[];
  more: number;
}

/** The answer, whose rows and facts are as the tool's own schema has them. Throws where it abstains. */
export function answerOf(db: ProfileDatabase, name: string, input: object = {}): Answer {
  const tool = profileTool(name);
  const answer = ask(tool, db, { limit: 1000, ...input });
  if (answer.abstained !== null) throw new Error(answer.abstained);
  tool.row.array().parse(answer.rows);
  tool.facts.parse(answer.facts);
  return answer;
}

/** Why it abstains; null where it answers. */
export const abstention = (db: ProfileDatabase, name: string, input: object = {}): string | null => ask(profileTool(name), db, input).abstained;

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The middle value, or the mean of both. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.floor(sorted.length / 2)] ?? 0)) / 2;
}

export function groupBy<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}

export interface Span {
  start: number;
  end: number;
}

/** For how long at least one of the spans runs, from one edge to the next. */
export function covered(spans: readonly Span[]): number {
  const edges = [...new Set(spans.flatMap(({ start, end }) => [start, end]))].toSorted((a, b) => a - b);
  return sum(edges.slice(1).map((edge, i) => (spans.some(({ start, end }) => start <= (edges[i] as number) && end >= edge) ? edge - (edges[i] as number) : 0)));
}
