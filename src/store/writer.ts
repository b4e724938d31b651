import type { Prior } from '../core/ranking.js';
import type { DecisionRecord, RunStatus, TrialSummary } from '../core/status.js';
import type { Noise } from '../core/verdict/noise.js';
import type { ArtifactRef } from '../core/artifact.js';
import type { Lesson } from '../core/lesson.js';
import { openWriter } from './database.js';

/** A run without its trials and decisions, which have tables of their own. */
export type RunHeader = Omit<RunStatus, 'trials' | 'decisions'>;

export interface NoiseRecord {
  host: string;
  /** Hash of everything that the noise depends on besides the host. */
  benchmark: string;
  at: number;
  noise: Noise;
  samples: ArtifactRef;
}

/** The writing side of the knowledge base. Every method is idempotent. */
export interface StoreWriter {
  recordRun(header: RunHeader): void;
  recordTrial(run: string, position: number, trial: TrialSummary): void;
  recordDecision(run: string, decision: DecisionRecord): void;
  recordLesson(lesson: Lesson): void;
  recordNoise(record: NoiseRecord): void;
  findNoise(host: string, benchmark: string): NoiseRecord | null;
  recordSurvey(target: string, base: string, at: number, survey: ArtifactRef): void;
  priors(): Prior[];
  close(): void;
}

export function openStoreWriter(file: string): StoreWriter {
  const db = openWriter(file);
  const insertRun = db.prepare(`INSERT INTO runs (id, kind, target, name, state, started_at, ended_at, status) VALUES (@id, @kind, @target, @name, @state, @startedAt, @endedAt, @status)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at, status = excluded.status`);
  const insertTrial = db.prepare(`INSERT INTO trials (run, id, position, proposer, recipe, language, verdict, log_gain, summary)
    VALUES (@run, @id, @position, @proposer, @recipe, @language, @verdict, @logGain, @summary)
    ON CONFLICT (run, id) DO UPDATE SET verdict = excluded.verdict, log_gain = excluded.log_gain, summary = excluded.summary`);
  const insertDecision = db.prepare('INSERT INTO decisions (id, run, trial, approve, who, comment, at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const insertLesson = db.prepare(`INSERT INTO lessons (id, run, trial, target, proposer, recipe, language, verdict, log_gain, title, body, at)
    VALUES (@id, @run, @trial, @target, @proposer, @recipe, @language, @verdict, @logGain, @title, @body, @at) ON CONFLICT (id) DO NOTHING`);
  const insertNoise = db.prepare(`INSERT INTO noise (host, benchmark, at, noise, samples) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (host, benchmark) DO UPDATE SET at = excluded.at, noise = excluded.noise, samples = excluded.samples`);
  const selectNoise = db.prepare<[string, string], { at: number; noise: string; samples: string }>('SELECT at, noise, samples FROM noise WHERE host = ? AND benchmark = ?');
  const insertSurvey = db.prepare('INSERT INTO warmups (target, base, at, survey) VALUES (?, ?, ?, ?) ON CONFLICT (target, base) DO UPDATE SET at = excluded.at, survey = excluded.survey');
  // Only trials that were sampled teach about a recipe: a patch that never ran says nothing of its gain.
  const selectPriors = db.prepare<[], Prior>(`SELECT recipe, language, count(*) AS tried, sum(verdict = 'accepted') AS accepted,
      coalesce(avg(CASE WHEN verdict = 'accepted' THEN log_gain END), 0.0) AS meanLogGain
    FROM lessons WHERE recipe IS NOT NULL AND log_gain IS NOT NULL GROUP BY recipe, language ORDER BY recipe, language`);

  return {
    recordRun(header) {
      insertRun.run({
        id: header.run, kind: header.kind, target: header.target.id, name: header.target.name, state: header.state,
        startedAt: header.startedAt, endedAt: header.endedAt, status: JSON.stringify(header),
      });
    },
    recordTrial(run, position, trial) {
      const measured = trial.verdict?.measured ?? null;
      insertTrial.run({
        run, id: trial.id, position, proposer: trial.candidate.proposer, recipe: trial.candidate.recipe, language: trial.candidate.language,
        verdict: trial.verdict?.kind ?? null, logGain: measured === null ? null : Math.log(measured.ratio), summary: JSON.stringify(trial),
      });
    },
    recordDecision(run, decision) {
      insertDecision.run(decision.id, run, decision.trial, decision.approve ? 1 : 0, decision.who, decision.comment, decision.at);
    },
    recordLesson(lesson) {
      insertLesson.run({ ...lesson });
    },
    recordNoise(record) {
      insertNoise.run(record.host, record.benchmark, record.at, JSON.stringify(record.noise), JSON.stringify(record.samples));
    },
    findNoise(host, benchmark) {
      const row = selectNoise.get(host, benchmark);
      if (row === undefined) return null;
      return { host, benchmark, at: row.at, noise: JSON.parse(row.noise) as Noise, samples: JSON.parse(row.samples) as ArtifactRef };
    },
    recordSurvey(target, base, at, survey) {
      insertSurvey.run(target, base, at, JSON.stringify(survey));
    },
    priors: () => selectPriors.all(),
    close: () => db.close(),
  };
}
