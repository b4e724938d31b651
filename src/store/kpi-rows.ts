import type { KpiRows, RunRow, TimeRow, TrialRow } from '../core/kpis/kpis.js';
import { openReader } from './database.js';
import type { Home } from './home.js';
import { rollbacksOf } from './rollbacks.js';

/** Beyond the 30 s between two notes of a hub that it is there. */
const presenceLastsMs = 45_000;

/** Everything that key figures are told by, of runs that began since then (ms); null when nothing was ever run here. */
export function readKpiRows(home: Home, since: number, now: number): KpiRows | null {
  const db = openReader(home.db);
  if (db === null) return null;
  try {
    const flag = (value: number | null): boolean | null => (value === null ? null : value === 1);
    const runs = db.prepare<[number], Omit<RunRow, 'reused'> & Record<'setup' | 'build' | 'noise' | 'profile', number | null>>(`SELECT id AS run, name AS target, fleet, state, started_at AS startedAt, ended_at AS endedAt, dollars,
        json_extract(status, '$.reused.setup') AS setup, json_extract(status, '$.reused.build') AS build, json_extract(status, '$.reused.noise') AS noise, json_extract(status, '$.reused.profile') AS profile FROM runs WHERE started_at >= ? ORDER BY started_at`).all(since);
    // Quotes within a text have a backslash before them, so that these are found as keys alone, ten times as fast as by parsing.
    const trials = db.prepare<[number], Omit<TrialRow, 'dropped'> & { id: string; dropped: number }>(`SELECT t.run, t.id, t.verdict, t.log_gain AS logGain, instr(t.summary, '"dropped":true') > 0 AS dropped, t.ended_at - t.started_at AS ms
      FROM runs r JOIN trials t ON t.run = r.id WHERE r.started_at >= ? AND t.verdict IS NOT NULL AND instr(t.summary, '"state":"decided"') > 0 AND coalesce(t.started_at, r.started_at) >= r.started_at
        AND instr(t.summary, '"code":"superseded"') = 0`).all(since);
    const times = db.prepare<[number], TimeRow>('SELECT t.run, t.phase, t.step, t.began, t.ended FROM runs r JOIN times t ON t.run = r.id WHERE r.started_at >= ?').all(since);
    const presence = db.prepare<[number], { began: number; seen: number }>('SELECT began, seen FROM presence WHERE seen >= ?').all(since);
    const back = rollbacksOf(db).allBack();
    return {
      runs: runs.map(({ setup, build, noise, profile, ...run }) => ({ ...run, reused: { setup: flag(setup), build: flag(build), noise: flag(noise), profile: flag(profile) } })),
      trials: trials.map(({ id, ...trial }) => ({ ...trial, dropped: trial.dropped === 1 || back.has(`${trial.run} ${id}`) })),
      times,
      presence: presence.map(({ began, seen }) => ({ began, ended: Math.min(now, seen + presenceLastsMs) })),
      now,
    };
  } finally {
    db.close();
  }
}
