import { PerfloopError } from '../core/errors.js';
import type { Lesson } from '../core/lesson.js';
import type { DecisionRecord, RunStatus, TrialSummary } from '../core/status.js';
import { openReader } from './database.js';
import type { Home } from './home.js';
import { rollbacksOf, type Rollbacks } from './rollbacks.js';
import type { RunHeader } from './writer.js';

export interface LessonHit extends Omit<Lesson, 'hardware' | 'seconds'> {
  /** The matching part with the words in **bold**. */
  excerpt: string;
}

/** The reading side of the knowledge base: works while a worker writes, and without any server. */
export interface StoreReader {
  /** Newest first. */
  listRuns(options: { limit: number; target?: string }): RunHeader[];
  /** The ids that begin with `prefix`, newest first, at most 10. */
  findRuns(prefix: string): string[];
  runStatus(run: string): RunStatus | null;
  readonly rollbacks: Rollbacks;
  searchWiki(text: string, limit: number): LessonHit[];
  /** What models wrote down of a target, the latest first. */
  notes(target: string, limit: number): { title: string; body: string }[];
  close(): void;
}

interface DecisionRow {
  id: string;
  trial: string;
  approve: number;
  who: string;
  comment: string;
  at: number;
}

/** Opens the home's knowledge base; null when nothing was ever run there. */
export function openStoreReader(home: Home): StoreReader | null {
  // So that runs can be looked at before the hub of a new perfloop has started: all that is read here was there from the beginning.
  const db = openReader(home.db, 1);
  if (db === null) return null;
  const header = (row: { status: string }): RunHeader => JSON.parse(row.status) as RunHeader;
  const recent = db.prepare<[number], { status: string }>('SELECT status FROM runs ORDER BY started_at DESC, id LIMIT ?');
  const recentOf = db.prepare<[string, string, number], { status: string }>('SELECT status FROM runs WHERE target = ? OR name = ? ORDER BY started_at DESC, id LIMIT ?');
  const byPrefix = db.prepare<{ prefix: string }, { id: string }>('SELECT id FROM runs WHERE substr(id, 1, length(@prefix)) = @prefix ORDER BY started_at DESC, id LIMIT 10');
  const one = db.prepare<[string], { status: string }>('SELECT status FROM runs WHERE id = ?');
  const trials = db.prepare<[string], { summary: string }>('SELECT summary FROM trials WHERE run = ? ORDER BY position');
  const decisions = db.prepare<[string], DecisionRow>('SELECT id, trial, approve, who, comment, at FROM decisions WHERE run = ? ORDER BY at, id');
  const wiki = db.prepare<[string, number], LessonHit>(`SELECT l.id, l.run, l.trial, l.target, l.proposer, l.recipe, l.language, l.verdict, l.log_gain AS logGain, l.title, l.body, l.at,
      snippet(lessons_text, 1, '**', '**', ' … ', 24) AS excerpt
    FROM lessons_text JOIN lessons l ON l.rowid = lessons_text.rowid WHERE lessons_text MATCH ? ORDER BY bm25(lessons_text) LIMIT ?`);

  const noted = db.prepare<[string, number], { title: string; body: string }>("SELECT title, body FROM lessons WHERE target = ? AND verdict = 'noted' ORDER BY at DESC, rowid DESC LIMIT ?");

  const rollbacks = rollbacksOf(db);

  return {
    rollbacks,
    listRuns: ({ limit, target }) => (target === undefined ? recent.all(limit) : recentOf.all(target, target, limit)).map(header),
    findRuns: (prefix) => byPrefix.all({ prefix }).map((row) => row.id),
    runStatus(run) {
      const row = one.get(run);
      if (row === undefined) return null;
      const rolledBack = rollbacks.rolledBack(run);
      return {
        ...header(row),
        trials: trials.all(run).map((trial) => JSON.parse(trial.summary) as TrialSummary),
        decisions: decisions.all(run).map((decision): DecisionRecord => ({ ...decision, approve: decision.approve === 1 })),
        ...(rolledBack.length === 0 ? {} : { rolledBack }),
      };
    },
    searchWiki(text, limit) {
      const query = wikiQuery(text);
      if (query === null) throw new PerfloopError('PL_EMPTY_SEARCH', 'there is no word to search for', { fix: 'Give at least one word, such as `perfloop wiki search regex`.' });
      return wiki.all(query, limit);
    },
    notes: (target, limit) => noted.all(target, limit),
    close: () => db.close(),
  };
}

/** Quotes each word, so that FTS5's own operators in a user's text are plain words. */
function wikiQuery(text: string): string | null {
  const words = text.match(/[\p{L}\p{N}_]+/gu);
  return words === null ? null : words.map((word) => `"${word}"*`).join(' ');
}
