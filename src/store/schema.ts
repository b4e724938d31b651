/** Version of the tables below; a database with a newer one is refused. */
export const schemaVersion = 3;

/** US dollars that the status of a run tells of models, of agents, and of who wrote their tasks. */
export function dollarsOf(status: string): string {
  return `coalesce(json_extract(${status}, '$.models.spent.money'), 0.0)
    + coalesce((SELECT sum(coalesce(json_extract(value, '$.usage.usd'), 0.0) + coalesce(json_extract(value, '$.writer.usage.usd'), 0.0)) FROM json_each(${status}, '$.agents')), 0.0)`;
}

/** Every table is written by upserts with deterministic ids, so that a repeated activity changes nothing. */
export const schemaSql = `
CREATE TABLE IF NOT EXISTS runs (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, target TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
  started_at INTEGER NOT NULL, ended_at INTEGER, status TEXT NOT NULL,
  fleet TEXT, dollars REAL NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS runs_by_start ON runs (started_at DESC);
CREATE INDEX IF NOT EXISTS runs_open ON runs (id) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS runs_by_dollars ON runs (dollars);
CREATE INDEX IF NOT EXISTS runs_by_fleet ON runs (fleet, ended_at) WHERE fleet IS NOT NULL;
CREATE TABLE IF NOT EXISTS trials (
  run TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, proposer TEXT NOT NULL, recipe TEXT, language TEXT NOT NULL,
  verdict TEXT, log_gain REAL, summary TEXT NOT NULL,
  started_at INTEGER, ended_at INTEGER, PRIMARY KEY (run, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decisions (
  id TEXT NOT NULL, run TEXT NOT NULL, trial TEXT NOT NULL, approve INTEGER NOT NULL, who TEXT NOT NULL, comment TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (run, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS decisions_stay BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER IF NOT EXISTS decisions_are_kept BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TABLE IF NOT EXISTS rollbacks (
  rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run TEXT NOT NULL, trial TEXT NOT NULL, back INTEGER NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL,
  alert TEXT, at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS rollbacks_by_trial ON rollbacks (run, trial);
CREATE TRIGGER IF NOT EXISTS rollbacks_stay BEFORE UPDATE ON rollbacks BEGIN SELECT RAISE(ABORT, 'rollbacks are append-only'); END;
CREATE TRIGGER IF NOT EXISTS rollbacks_are_kept BEFORE DELETE ON rollbacks BEGIN SELECT RAISE(ABORT, 'rollbacks are append-only'); END;
CREATE TABLE IF NOT EXISTS lessons (
  rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run TEXT NOT NULL, trial TEXT NOT NULL, target TEXT NOT NULL,
  proposer TEXT NOT NULL, recipe TEXT, language TEXT NOT NULL, verdict TEXT NOT NULL, log_gain REAL, title TEXT NOT NULL, body TEXT NOT NULL,
  at INTEGER NOT NULL, hardware TEXT, seconds REAL
) STRICT;
CREATE VIRTUAL TABLE IF NOT EXISTS lessons_text USING fts5 (title, body, recipe, content='lessons', content_rowid='rowid', tokenize='porter unicode61');
CREATE TRIGGER IF NOT EXISTS lessons_index AFTER INSERT ON lessons BEGIN
  INSERT INTO lessons_text (rowid, title, body, recipe) VALUES (new.rowid, new.title, new.body, coalesce(new.recipe, ''));
END;
CREATE TABLE IF NOT EXISTS noise (
  host TEXT NOT NULL, benchmark TEXT NOT NULL, at INTEGER NOT NULL, noise TEXT NOT NULL, samples TEXT NOT NULL, PRIMARY KEY (host, benchmark)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS warmups (
  target TEXT NOT NULL, base TEXT NOT NULL, at INTEGER NOT NULL, survey TEXT NOT NULL, PRIMARY KEY (target, base)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS times (
  run TEXT NOT NULL, began INTEGER NOT NULL, phase TEXT NOT NULL, step TEXT NOT NULL, ended INTEGER NOT NULL, status TEXT NOT NULL,
  PRIMARY KEY (run, began, phase, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS presence (
  process TEXT PRIMARY KEY, began INTEGER NOT NULL, seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** What brings a database of an earlier version to the next: of version 1 to 2, and so on. Tables that are new need nothing here. */
export const migrations: readonly string[] = [
  'ALTER TABLE lessons ADD COLUMN hardware TEXT; ALTER TABLE lessons ADD COLUMN seconds REAL;',
  `ALTER TABLE runs ADD COLUMN fleet TEXT;
  ALTER TABLE runs ADD COLUMN dollars REAL NOT NULL DEFAULT 0;
  UPDATE runs SET dollars = ${dollarsOf('status')};
  ALTER TABLE trials ADD COLUMN started_at INTEGER;
  ALTER TABLE trials ADD COLUMN ended_at INTEGER;
  UPDATE trials SET started_at = json_extract(summary, '$.startedAt'), ended_at = json_extract(summary, '$.endedAt');`,
];
