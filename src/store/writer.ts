import type { KnownOfTarget, RefusedBefore, TrialRecord } from '../core/choice/record.js';
import { refusals, type DecidedTrial } from '../core/choice/refusals.js';
import type { DecisionRecord, RunStatus, TrialSummary } from '../core/status.js';
import type { Noise } from '../core/verdict/noise.js';
import type { ArtifactRef } from '../core/artifact.js';
import type { Lesson } from '../core/lesson.js';
import { isBack, type RollbackRecord } from '../core/rollback/rollback.js';
import { openWriter } from './database.js';
import { rollbacksOf, rollbackWriter, type Rollbacks } from './rollbacks.js';
import { dollarsOf } from './schema.js';

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

/** How long something of a run took. */
export interface TimeRecord {
  phase: string;
  /** Of a graph: the step, which has a type for its phase. Empty: none. */
  step: string;
  /** Workflow time, ms. */
  began: number;
  ended: number;
  status: 'done' | 'failed' | 'cancelled';
}

/** The writing side of the knowledge base. Every method is idempotent. */
export interface StoreWriter {
  /** Whether this says first that it has ended. */
  recordRun(header: RunHeader): boolean;
  /** Whether this says first that it is decided. */
  recordTrial(run: string, position: number, trial: TrialSummary): boolean;
  /** Whether it is new. */
  recordDecision(run: string, decision: DecisionRecord): boolean;
  /** Whether it is new. */
  recordTime(run: string, time: TimeRecord): boolean;
  /** The worker that writes the store is there. `process`: the same for as long as it lives. */
  recordPresence(process: string, began: number, seen: number): void;
  /** Whether it is new. */
  recordRollback(record: RollbackRecord): boolean;
  readonly rollbacks: Rollbacks;
  recordLesson(lesson: Lesson): void;
  recordNoise(record: NoiseRecord): void;
  findNoise(host: string, benchmark: string): NoiseRecord | null;
  recordSurvey(target: string, base: string, at: number, survey: ArtifactRef): void;
  /** What trials of this target, and of others, taught. */
  known(target: string): KnownOfTarget;
  close(): void;
}

/** `say` gets what a migration does. */
export function openStoreWriter(file: string, say?: (line: string) => void): StoreWriter {
  const db = openWriter(file, say);
  const insertRun = db.prepare(`INSERT INTO runs (id, kind, target, name, state, started_at, ended_at, status, fleet, dollars) VALUES (@id, @kind, @target, @name, @state, @startedAt, @endedAt, @status, @fleet, ${dollarsOf('@status')})
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at, status = excluded.status, dollars = excluded.dollars`);
  const insertTrial = db.prepare(`INSERT INTO trials (run, id, position, proposer, recipe, language, verdict, log_gain, summary, started_at, ended_at)
    VALUES (@run, @id, @position, @proposer, @recipe, @language, @verdict, @logGain, @summary, @startedAt, @endedAt)
    ON CONFLICT (run, id) DO UPDATE SET verdict = excluded.verdict, log_gain = excluded.log_gain, summary = excluded.summary, started_at = excluded.started_at, ended_at = excluded.ended_at`);
  const selectEnded = db.prepare<[string], { ended: number | null }>('SELECT ended_at AS ended FROM runs WHERE id = ?');
  const selectState = db.prepare<[string, string], { state: string }>("SELECT json_extract(summary, '$.state') AS state FROM trials WHERE run = ? AND id = ?");
  const insertTime = db.prepare('INSERT INTO times (run, began, phase, step, ended, status) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const insertPresence = db.prepare('INSERT INTO presence (process, began, seen) VALUES (?, ?, ?) ON CONFLICT (process) DO UPDATE SET seen = excluded.seen');
  const insertDecision = db.prepare('INSERT INTO decisions (id, run, trial, approve, who, comment, at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const insertLesson = db.prepare(`INSERT INTO lessons (id, run, trial, target, proposer, recipe, language, verdict, log_gain, title, body, at, hardware, seconds)
    VALUES (@id, @run, @trial, @target, @proposer, @recipe, @language, @verdict, @logGain, @title, @body, @at, @hardware, @seconds) ON CONFLICT (id) DO NOTHING`);
  const insertNoise = db.prepare(`INSERT INTO noise (host, benchmark, at, noise, samples) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (host, benchmark) DO UPDATE SET at = excluded.at, noise = excluded.noise, samples = excluded.samples`);
  const selectNoise = db.prepare<[string, string], { at: number; noise: string; samples: string }>('SELECT at, noise, samples FROM noise WHERE host = ? AND benchmark = ?');
  const insertSurvey = db.prepare('INSERT INTO warmups (target, base, at, survey) VALUES (?, ?, ?, ?) ON CONFLICT (target, base) DO UPDATE SET at = excluded.at, survey = excluded.survey');
  // Only trials that were sampled teach about a recipe: a patch that never ran says nothing of its gain.
  const selectRecords = db.prepare<[string], Omit<TrialRecord, 'here'> & { here: number }>(`SELECT proposer, recipe, language, hardware, target = ? AS here, count(*) AS tried, sum(verdict = 'accepted') AS accepted,
      coalesce(sum(log_gain) FILTER (WHERE verdict = 'accepted'), 0.0) AS logGain, coalesce(sum(seconds), 0.0) AS seconds, count(seconds) AS timed
    FROM lessons WHERE log_gain IS NOT NULL GROUP BY proposer, recipe, language, hardware, here ORDER BY proposer, recipe, language, hardware, here`);
  const selectTrials = db.prepare<[string], { run: string; trial: string }>(`SELECT t.run, json_object('id', t.id, 'candidate', json_extract(t.summary, '$.candidate'), 'verdict', json_extract(t.summary, '$.verdict')) AS trial
    FROM trials t JOIN runs r ON r.id = t.run WHERE r.target = ? AND t.verdict IS NOT NULL AND json_extract(t.summary, '$.candidate.surroundings') IS NOT NULL ORDER BY r.started_at, r.id, t.position`);

  const rollbacks = rollbacksOf(db);
  const refused = (target: string): RefusedBefore[] => {
    const back = new Map(rollbacks.acceptedAt(target).filter(isBack).map(({ run, trial, said }) => [`${run} ${trial}`, said?.why ?? '']));
    return refusals(selectTrials.all(target).map(({ run, trial }) => {
      const decided = JSON.parse(trial) as DecidedTrial;
      return { run, trial: { ...decided, rolledBack: back.get(`${run} ${decided.id}`) ?? null } };
    }));
  };

  return {
    recordRun(header) {
      const before = selectEnded.get(header.run);
      insertRun.run({
        id: header.run, kind: header.kind, target: header.target.id, name: header.target.name, state: header.state,
        startedAt: header.startedAt, endedAt: header.endedAt, status: JSON.stringify(header), fleet: header.fleet?.name ?? null,
      });
      return header.endedAt !== null && (before === undefined || before.ended === null);
    },
    recordTrial(run, position, trial) {
      const measured = trial.verdict?.measured ?? null;
      const before = selectState.get(run, trial.id)?.state;
      insertTrial.run({
        run, id: trial.id, position, proposer: trial.candidate.proposer, recipe: trial.candidate.recipe, language: trial.candidate.language,
        verdict: trial.verdict?.kind ?? null, logGain: measured === null ? null : Math.log(measured.ratio), summary: JSON.stringify(trial), startedAt: trial.startedAt, endedAt: trial.endedAt,
      });
      return trial.state === 'decided' && before !== 'decided';
    },
    recordDecision: (run, decision) => insertDecision.run(decision.id, run, decision.trial, decision.approve ? 1 : 0, decision.who, decision.comment, decision.at).changes > 0,
    recordTime: (run, { began, phase, step, ended, status }) => insertTime.run(run, began, phase, step, ended, status).changes > 0,
    recordPresence(process, began, seen) {
      insertPresence.run(process, began, seen);
    },
    recordRollback: rollbackWriter(db),
    rollbacks,
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
    known: (target) => ({
      records: selectRecords.all(target).map((record) => ({ ...record, here: record.here === 1 })),
      refused: refused(target),
    }),
    close: () => db.close(),
  };
}
