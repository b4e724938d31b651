CREATE TABLE IF NOT EXISTS runs (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, target TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
  started_at INTEGER NOT NULL, ended_at INTEGER, status TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS runs_by_start ON runs (started_at DESC);
CREATE TABLE IF NOT EXISTS trials (
  run TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, proposer TEXT NOT NULL, recipe TEXT, language TEXT NOT NULL,
  verdict TEXT, log_gain REAL, summary TEXT NOT NULL, PRIMARY KEY (run, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decisions (
  id TEXT NOT NULL, run TEXT NOT NULL, trial TEXT NOT NULL, approve INTEGER NOT NULL, who TEXT NOT NULL, comment TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (run, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS decisions_stay BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER IF NOT EXISTS decisions_are_kept BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TABLE IF NOT EXISTS lessons (
  rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run TEXT NOT NULL, trial TEXT NOT NULL, target TEXT NOT NULL,
  proposer TEXT NOT NULL, recipe TEXT, language TEXT NOT NULL, verdict TEXT NOT NULL, log_gain REAL, title TEXT NOT NULL, body TEXT NOT NULL,
  at INTEGER NOT NULL
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
